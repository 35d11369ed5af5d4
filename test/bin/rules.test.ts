import { expect, test } from "vitest";
import { rules } from "../../net/referee/rules.js";
import { runInProcess } from "./in-process.js";

test("rules prints every rule: for people the worst first, for programs as JSON", async () => {
  const { code, out, err } = await runInProcess(["rules"]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  const shown = [...out.matchAll(/^ {2}([\w-]+) \((.*)\)$/gm)].map(([, id]) => id);
  const by = (severity: string) => rules.filter((rule) => rule.severity === severity).map(({ id }) => id);
  expect(shown).toEqual([...by("error"), ...by("warning"), ...by("note")]);
  const unbroken = out.replace(/\s+/g, " ");
  for (const { what, advice } of rules) expect(unbroken).toContain(`${what} ${advice}`);
  expect(Math.max(...out.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(100);
  expect(JSON.parse((await runInProcess(["rules", "--json"])).out)).toEqual(rules);
});

test("it takes no words", async () => {
  const err = 'bc28-emu: rules: it takes no "early-command"; it prints all rules\n';
  expect(await runInProcess(["rules", "early-command"])).toMatchObject({ code: 2, out: "", err });
});
