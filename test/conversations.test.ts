import { describe, expect, test } from "vitest";
import { blocksIn, complaint, files, play } from "./conversation.js";
import type { Block } from "./conversation/script.js";
import { rewriteAll } from "./conversation/update.js";

if (process.env.CONVERSATIONS_UPDATE === "1") rewriteAll();

function playThrice(block: Block): void {
  const records = (["whole", "byte by byte", "whole"] as const).map((cut) => {
    const { differences, record } = play(block, cut);
    if (differences.length > 0) expect.fail(differences.map((each) => complaint(each, cut)).join("\n"));
    return record;
  });
  expect(records[2] === records[0], "a second play does the same").toBe(true);
}

describe.each(files)("%s", (file) => {
  for (const block of blocksIn(file)) test(block.name, () => playThrice(block));
});
