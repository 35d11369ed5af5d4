import { describe, expect, test } from "vitest";
import { commands } from "../../emulator/commands/index.js";
import { notModelled } from "../../emulator/commands/not-modelled.js";
import { Modem } from "../../emulator/modem.js";
import { profileWith } from "../../emulator/profile/profiles.js";

const rows = notModelled.flatMap(({ names, why, answers }) => names.map((name) => [name, answers, why] as const));

test("every name is listed once, and is not a command of the module", () => {
  const names = rows.map(([name]) => name);
  expect(new Set(names).size).toBe(names.length);
  const modelled = commands.flatMap((command): readonly string[] => command.names);
  expect(names.filter((name) => modelled.includes(name))).toEqual([]);
  expect(names.filter((name) => !/^\+[A-Z0-9]+$/.test(name))).toEqual([]);
});

describe.each(rows)("AT%s", (name, answers, why) => {
  test.each(["=?", "?", "=1", ""])(`%s is ${answers}, and traced`, (end) => {
    const modem = new Modem({ profile: profileWith({}) });
    modem.powerUp(0);
    const effects = modem.tell({ from: "host", bytes: Buffer.from(`AT${name}${end}\r`) }, 0);
    const heard = effects.flatMap((effect) => (effect.to === "host" ? [Buffer.from(effect.bytes).toString()] : []));
    expect(heard).toEqual([`\r\n${answers}\r\n`]);
    expect(effects).toContainEqual({
      to: "trace",
      event: { kind: "ignored", what: `AT${name} is not modelled: ${why}` },
    });
  });
});
