import { severities } from "../../net/referee/finding.js";
import { rules } from "../../net/referee/rules.js";
import { usage } from "../../net/user-error.js";
import { textWidth, wrapped } from "../columns.js";
import type { Call, Outcome } from "../command.js";

const headings = {
  error: "Errors: a real module would have failed.",
  warning: "Warnings: it can fail later.",
  note: "Notes: it works, but there is a better way.",
} as const;

/** `bc28-emu rules`: prints the rules of the referee. Throws a UserError (code 2) for words behind it. */
export async function run({ words, flags }: Call): Promise<Outcome> {
  if (words.length > 0) throw usage(`rules: it takes no ${JSON.stringify(words.join(" "))}; it prints all rules`);
  return { text: flags.json ? JSON.stringify(rules, undefined, 2) : rulesText() };
}

function rulesText(): string {
  const indented = (text: string): readonly string[] => wrapped(text, textWidth - 4).map((line) => `    ${line}`);
  return severities
    .flatMap((severity) => [
      headings[severity],
      ...rules
        .filter((rule) => rule.severity === severity)
        .flatMap(({ id, source, what, advice }) => ["", `  ${id} (${source})`, ...indented(what), ...indented(advice)]),
      "",
    ])
    .concat("docs/referee.md tells where findings are seen; --json prints all of this for programs.")
    .join("\n");
}
