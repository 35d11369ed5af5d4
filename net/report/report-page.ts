import { createHash } from "node:crypto";
import type { CoverageItem } from "../coverage/coverage.js";
import { gapsOf, shareOf } from "../coverage/coverage-text.js";
import type { Finding } from "../referee/finding.js";
import type { RecordedEvent } from "../trace/recorded-event.js";
import type { TraceHeader } from "../trace/trace-file.js";
import { findingsText, placeOf } from "./report-data.js";

/** What a page of a report is made of. */
export interface ReportParts {
  readonly header: Partial<TraceHeader>;
  readonly events: readonly RecordedEvent[];
  readonly findings: readonly Finding[];
  readonly coverage: readonly CoverageItem[];
}

/** How many events a page shows, the latest ones. decided */
const maxShown = 5000;

/** The kinds that tell again what others tell: the lines, and the findings at their places. */
const notShown: ReadonlySet<string> = new Set(["bytes", "finding"]);

const references: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** A text for HTML. Marks that turn the direction of the text are shown by their number. */
const html = (text: unknown): string =>
  String(text)
    .replace(/[&<>"]/g, (sign) => references[sign] ?? sign)
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, (odd) => {
      const number = odd.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
      return `<i>U+${number}</i>`;
    });

const style = `
:root { color-scheme: light dark; font: 14px/1.45 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 78rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1.5rem; }
th, td { text-align: left; vertical-align: top; padding: .2rem .6rem; border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
td { overflow-wrap: anywhere; }
td:first-child, .events td:nth-child(3) { overflow-wrap: normal; white-space: nowrap; }
code { overflow-wrap: normal; }
code, .events td { font: 12.5px/1.45 ui-monospace, monospace; }
.number { text-align: right; white-space: nowrap; }
.error { color: light-dark(#b00020, #ff8a80); font-weight: 600; }
.warning { color: light-dark(#8a5a00, #ffcc66); font-weight: 600; }
i { opacity: .65; font-size: .85em; }
`;

/** A run as one file of HTML that fetches nothing and runs nothing. */
export function reportPage({ header, events, findings, coverage }: ReportParts): string {
  const { met, of } = shareOf(coverage);
  const gaps = gapsOf(coverage);
  const told = events.filter(({ kind }) => !notShown.has(kind));
  const shown = told.slice(-maxShown);
  const left = told.length - shown.length;
  const hash = createHash("sha256").update(style).digest("base64");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${hash}'">
<meta name="viewport" content="width=device-width">
<title>bc28-emu: ${html(findingsText(findings))}</title>
<style>${style}</style>
</head>
<body>
<h1>bc28-emu: ${html(findingsText(findings))}</h1>
<p>Profile ${html(header.profile ?? "")}, seed ${html(header.seed ?? "")}, version ${html(header.program ?? "")}</p>
<h2>Findings</h2>
${findings.length === 0 ? "<p>The host has broken no rule.</p>" : findingTable(findings)}
<h2>Coverage of the host</h2>
<p>The host has met ${met} of ${of}.</p>
${gaps.length === 0 ? "" : gapTable(gaps)}
<h2>Events</h2>
${left === 0 ? "" : `<p>The first ${left} events are not shown; trace.jsonl has them.</p>`}
${eventTable(shown, new Map(findings.map((finding) => [finding.at, finding])))}
</body>
</html>
`;
}

const rowOf = (cells: readonly string[]): string => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;

const tableOf = (head: readonly string[], rows: readonly string[]): string =>
  `<table><tr>${head.map((name) => `<th>${name}</th>`).join("")}</tr>\n${rows.join("\n")}\n</table>`;

const findingTable = (findings: readonly Finding[]): string =>
  tableOf(
    ["", "rule", "what happened", "where", "what to do"],
    findings.map((finding) =>
      rowOf([
        `<span class="${finding.severity}">${finding.severity}</span>`,
        `<code>${html(finding.rule)}</code>`,
        html(finding.text),
        `<a href="#e${finding.at}">${html(placeOf(finding))}</a>`,
        html(finding.advice),
      ]),
    ),
  );

const gapTable = (gaps: readonly CoverageItem[]): string =>
  `<details><summary>${gaps.length} never met</summary>${tableOf(
    ["", "never met", "how to meet it"],
    gaps.map(({ group, item, recipe }) =>
      rowOf([
        html(group),
        `<code>${html(item)}</code>`,
        recipe === undefined ? "without a fault" : `<code>--fault '${html(recipe)}'</code>`,
      ]),
    ),
  )}</details>`;

function eventTable(events: readonly RecordedEvent[], findings: ReadonlyMap<number, Finding>): string {
  const rows = events.map((event) => {
    const finding = findings.get(event.seq);
    const mark = finding === undefined ? "" : ` <span class="${finding.severity}">${html(finding.rule)}</span>`;
    const time = (event.t / 1000).toFixed(3);
    return `<tr id="e${event.seq}"><td class="number">${event.seq}</td><td class="number">${time}</td><td>${html(event.kind)}</td><td>${html(toldBy(event))}${mark}</td></tr>`;
  });
  return `<div class="events">${tableOf(["event", "s", "kind", ""], rows)}</div>`;
}

/** What an event tells beside its number, time and kind. */
function toldBy({ seq: _, t: __, wall: ___, cause: ____, kind, ...fields }: RecordedEvent): string {
  if ((kind === "answer" || kind === "urc" || kind === "line") && typeof fields.line === "string") return fields.line;
  return Object.entries(fields)
    .map(([name, value]) => (name === "packet" ? String(value) : `${name} ${JSON.stringify(value)}`))
    .join(", ");
}
