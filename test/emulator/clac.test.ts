import { expect, test } from "vitest";
import { commands } from "../../emulator/commands/index.js";
import { Bench } from "./bench.js";

const listed = new Bench()
  .says("AT+CLAC")
  .trim()
  .split(/(?:\r\n)+/)
  .slice(0, -1);

test("AT+CLAC lists each command of the table once, and the basic ones", () => {
  const extended = listed.filter((line) => line.startsWith("AT+"));
  expect(extended.toSorted()).toEqual(commands.map(({ names: [name] }) => `AT${name}`).toSorted());
  expect(listed.filter((line) => !extended.includes(line))).toEqual(
    ["E", "Q", "V", "S3", "S4", "S5", "I", "Z", "&F", "&W"].map((name) => `AT${name}`),
  );
});
