import { explain } from "../../emulator/faults/language/explain.js";
import { readSentence } from "../../emulator/faults/language/read-sentence.js";
import { type FormRow, reference } from "../../emulator/faults/language/reference.js";
import { usage } from "../../net/user-error.js";
import { table, textWidth, wrapped } from "../columns.js";
import type { Call, Outcome } from "../command.js";

/** `bc28-emu faults`: prints the vocabulary, or what a sentence means. Throws a UserError (code 2) for a wrong one. */
export async function run({ words, flags }: Call): Promise<Outcome> {
  if (words.length === 0) return { text: flags.json ? JSON.stringify(reference(), undefined, 2) : vocabularyText() };
  const text = words.join(" ");
  const read = readSentence(text);
  if ("problem" in read) throw usage(`fault ${JSON.stringify(text)}: ${read.problem}`);
  const means = explain(read.sentence);
  return { text: flags.json ? JSON.stringify({ fault: read.sentence.text, means }, undefined, 2) : means };
}

function vocabularyText(): string {
  const { sentence, faults, conditions, events, values } = reference();
  const rows = (forms: readonly FormRow[]): readonly string[] =>
    table(
      forms.map(({ syntax, means }) => [syntax, means]),
      textWidth,
    );
  const seams = [...new Set(faults.map(({ seam }) => seam))];
  return [
    ...wrapped(`A fault is a sentence: ${sentence}`, textWidth),
    ...wrapped(
      "It acts at once, or stays in force until it is used up. Capitals are values; brackets stand around what may be left out.",
      textWidth,
    ),
    ...seams.flatMap((seam) => ["", `${seam}:`, ...rows(faults.filter((fault) => fault.seam === seam))]),
    "",
    "Conditions, behind most faults in any order:",
    ...rows(conditions),
    "",
    "Events:",
    ...rows(events),
    "",
    "Values:",
    ...table(
      values.map(({ name, about, how }) => [name, `${about}: ${how}`]),
      textWidth,
    ),
    "",
    "bc28-emu faults SENTENCE tells what one means; --json prints all of this for programs.",
  ].join("\n");
}
