import { readFileSync, writeFileSync } from "node:fs";
import { blocksIn, type Difference, files, pathOf, play } from "../conversation.js";

let done = false;

/** Rewrites what is written to what is heard, once in all files. The difference is for people to judge. */
export function rewriteAll(): void {
  if (done) return;
  done = true;
  for (const file of files) {
    const own = blocksIn(file)
      .flatMap((block) => play(block, "whole").differences)
      .filter(({ step }) => step.said.file === file);
    if (own.length > 0) rewrite(pathOf(file), own);
  }
}

/** From the last row to the first, so that rows keep their numbers. */
function rewrite(path: URL, differences: readonly Difference[]): void {
  const rows = readFileSync(path, "utf8").split("\n");
  const byRow = new Map(differences.map((each) => [each.step.said.row, each])); // an opening may be repeated
  for (const [, { step, heard }] of [...byRow].toSorted(([one], [other]) => other - one)) {
    for (const line of step.heard.toReversed()) rows.splice(line.row, 1);
    const [first = "", ...rest] = heard;
    const kept = rows[step.said.row] ?? "";
    const same = kept.replace(/\s+\/\/(\s.*)?$/, "") === first;
    rows.splice(step.said.row, 1, same ? kept : first, ...rest);
  }
  writeFileSync(path, rows.join("\n"));
}
