import { describe, expect, test } from "vitest";
import { quirkTable } from "../emulator/profile/quirks.js";
import { type Block, scriptOf } from "./conversation/script.js";
import { rewriteAll } from "./conversation/update.js";
import { blocksIn, complaint, files, play } from "./conversation.js";

/** `CONVERSATIONS_UPDATE=1`, or `vitest -u`, takes what is heard for what should be: the diff is the review. */
const updating = (): boolean => {
  const { snapshotState } = expect.getState() as unknown as { snapshotState?: { _updateSnapshot?: string } };
  return process.env.CONVERSATIONS_UPDATE === "1" || snapshotState?._updateSnapshot === "all";
};

function playThrice(block: Block): void {
  const records = (["whole", "byte by byte", "whole"] as const).map((cut) => {
    const { differences, record } = play(block, cut);
    if (differences.length > 0) expect.fail(differences.map((each) => complaint(each, cut)).join("\n"));
    return record;
  });
  expect(records[2] === records[0], "a second play does the same").toBe(true);
}

describe.each(files)("%s", (file) => {
  for (const block of blocksIn(file)) test(block.name, () => (updating() ? rewriteAll() : playThrice(block)));
});

describe("every quirk has its conversation", () => {
  const written = files.flatMap(blocksIn).flatMap((block) => Object.entries(scriptOf(block).quirks));
  const words = Object.entries(quirkTable).flatMap(([name, { values, read }]) =>
    values.split(" | ").map((value) => (read(value) === undefined ? [name] : [name, value])),
  );
  test.each(words)("%s %s", (name, value) => {
    expect(written.some(([set, to]) => set === name && (value === undefined || to === value))).toBe(true);
  });
});
