import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { quirkTable } from "../emulator/profile/quirks.js";
import { type Block, scriptOf } from "./conversation/script.js";
import { blocksIn, type Difference, failureText, files, pathOf, play } from "./conversation.js";

/** Whether the expected lines are replaced by the real output: `CONVERSATIONS_UPDATE=1` or `vitest -u`. */
const isUpdate = (): boolean => {
  const { snapshotState } = expect.getState() as unknown as { snapshotState?: { _updateSnapshot?: string } };
  return process.env.CONVERSATIONS_UPDATE === "1" || snapshotState?._updateSnapshot === "all";
};

function playThrice(block: Block): void {
  const plays = (["whole", "byte by byte", "whole"] as const).map((chunks) => {
    const played = play(block, chunks);
    const { differences } = played;
    if (differences.length > 0) expect.fail(differences.map((each) => failureText(each, chunks)).join("\n"));
    return played;
  });
  expect(plays[2]?.record === plays[0]?.record, "a second play does the same").toBe(true);
  const errors = [...new Set(plays.flatMap((played) => played.errors))].sort();
  expect(errors, "the errors that the referee finds").toEqual(scriptOf(block).errors.toSorted());
}

let isUpdated = false;

/** Rewrites the expected lines of all files, once. */
function updateAll(): void {
  if (isUpdated) return;
  isUpdated = true;
  for (const file of files) {
    const own = blocksIn(file)
      .flatMap((block) => play(block, "whole").differences)
      .filter(({ step }) => step.input.file === file);
    if (own.length > 0) rewrite(pathOf(file), own);
  }
}

/** Rewrites steps of one file, from the last row to the first, so that row numbers stay valid. */
function rewrite(path: URL, differences: readonly Difference[]): void {
  const rows = readFileSync(path, "utf8").split("\n");
  const byRow = new Map(differences.map((each) => [each.step.input.row, each])); // a repeated step has one row
  for (const [, { step, actual }] of [...byRow].toSorted(([one], [other]) => other - one)) {
    for (const line of step.expected.toReversed()) rows.splice(line.row, 1);
    const [first = "", ...rest] = actual;
    const before = rows[step.input.row] ?? "";
    const isSame = before.replace(/\s+\/\/(\s.*)?$/, "") === first; // keeps its comment
    rows.splice(step.input.row, 1, isSame ? before : first, ...rest);
  }
  writeFileSync(path, rows.join("\n"));
}

describe.each(files)("%s", (file) => {
  for (const block of blocksIn(file)) test(block.name, () => (isUpdate() ? updateAll() : playThrice(block)));
});

describe("every quirk has its conversation", () => {
  const used = files.flatMap(blocksIn).flatMap((block) => Object.entries(scriptOf(block).quirks));
  const settings = Object.entries(quirkTable).flatMap(([name, { values, read }]) =>
    values.split(" | ").map((value) => (read(value) === undefined ? [name] : [name, value])),
  );
  test.each(settings)("%s %s", (name, value) => {
    expect(used.some(([set, to]) => set === name && (value === undefined || to === value))).toBe(true);
  });
});
