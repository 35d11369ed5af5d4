import { type CoverageItem, itemsOf } from "../coverage/coverage.js";
import { gapsOf, plural, shareOf } from "../coverage/coverage-text.js";
import { cut, findingsText, placeOf, type RunData } from "./report-data.js";

/** The longest text in a cell, in characters. decided */
const maxCell = 300;

/**
 * A text for a cell of a Markdown table. It is neither markup nor HTML, and mentions nobody: topics and payloads come from
 * the host.
 */
const cell = (text: string): string =>
  cut(text, maxCell)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .replace(/[\u202a-\u202e\u2066-\u2069]/g, "")
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/[\\`*_{}[\]()#+!|~]/g, (sign) => `\\${sign}`)
    .replace(/@/g, "@\u200b")
    .replace(/:\/\//g, ":\u200b//");

/** A text in a cell as code; the sentences and items in it are our own. */
const code = (text: string): string => `\`${text.replaceAll("|", "\\|")}\``;

const table = (head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] =>
  [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`);

/** A run in Markdown, short enough for a pull request: what was found, and folded in what was never met. */
export function summaryMarkdown(run: RunData): string {
  const { header, events, last, findings, coverage } = run;
  const items = itemsOf(coverage.counts);
  const span = ((last?.t ?? 0) / 1000).toFixed(1);
  return [
    `### bc28-emu: ${findingsText(findings)}`,
    "",
    ...(findings.length === 0
      ? ["The host has broken no rule."]
      : table(
          ["", "rule", "what happened", "where", "what to do"],
          findings.map((finding) => [
            finding.severity === "note" ? "note" : `**${finding.severity}**`,
            code(finding.rule),
            cell(finding.text),
            placeOf(finding),
            cell(finding.advice),
          ]),
        )),
    "",
    ...coverageLines(items),
    "",
    `${plural(events, "event")} in ${span} s of the module's clock; profile ${cell(header.profile)}, seed ${header.seed}, bc28-emu ${cell(header.program)}.`,
    "",
  ].join("\n");
}

function coverageLines(items: readonly CoverageItem[]): readonly string[] {
  const gaps = gapsOf(items);
  const { met, of } = shareOf(items);
  const head = `Coverage: the host has met ${met} of ${of}`;
  if (gaps.length === 0) return [`${head}.`];
  return [
    `<details><summary>${head}; ${plural(gaps.length, "gap")}</summary>`,
    "",
    ...table(
      ["", "never met", "how to meet it"],
      gaps.map(({ group, item, recipe }) => [
        group,
        code(item),
        recipe === undefined ? "without a fault" : code(`--fault '${recipe}'`),
      ]),
    ),
    "",
    "</details>",
  ];
}
