import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runInProcess } from "./in-process.js";
import { runToEnd } from "./program.js";

let folder = "";
const fileOf = (name: string): string => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bc28-emu-faults-"));
  writeFileSync(
    fileOf("mine.yaml"),
    "name: mine\nsteps:\n  - when: host sends AT+CSQ\n    do: [rssi 9, 'say \"+HI\"']\n",
  );
  writeFileSync(fileOf("slip.yaml"), "name: slip\nsteps:\n  - lose 2 PUBACK\n  - coverge off\n");
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("the command line refuses, with code 2, and nothing is started", () => {
  test.each([
    [["--fault", "lose 2 PUBCK"], '--fault "lose 2 PUBCK": "PUBCK" cannot stand behind "lose 2"; did you mean PUBACK?'],
    [["--fault", ""], '--fault "": it is empty; a fault is a sentence such as lose 2 PUBACK'],
    [
      ["--fault", "drop link", "--fault", "drop lnk"],
      '--fault "drop lnk": "lnk" cannot stand behind "drop"; did you mean link?',
    ],
    [
      ["faults", "lose", "3", "PUBACKS"],
      'fault "lose 3 PUBACKS": "PUBACKS" cannot stand behind "lose 3"; did you mean PUBACK?',
    ],
    [["faults", "--broker"], "faults: it takes no --broker"],
    [["scenario", "a", "b"], 'scenario: "b" is one word too many'],
    [
      ["--scenario", "no-simm"],
      "scenario no-simm: there is no such scenario; did you mean no-sim? (or give a file of YAML)",
    ],
    [["scenario", "./nothing.yaml"], "scenario ./nothing.yaml: there is no such file"],
  ])("%j", async (args, message) => {
    expect(await runInProcess(args)).toEqual({ code: 2, out: "", err: `bc28-emu: ${message}\n` });
  });

  test("a file with a slip: its line and its key", async () => {
    const { code, err } = await runInProcess(["--scenario", fileOf("slip.yaml")]);
    expect(code).toBe(2);
    expect(err).toContain('slip.yaml:4: steps[1]: "coverge off": "coverge" is no fault; did you mean coverage?');
  });
});

describe("bc28-emu faults", () => {
  test("prints the language, in lines of at most 100 characters", async () => {
    const { code, out } = await runInProcess(["faults"]);
    expect(code).toBe(0);
    for (const part of ["packets:", "lose [COUNT] PACKET", "Events:", "PACKET received", "Values:", "P%"])
      expect(out).toContain(part);
    for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
  });

  test("--json prints it for programs", async () => {
    const { out } = await runInProcess(["faults", "--json"]);
    const { faults, events } = JSON.parse(out);
    expect(faults).toContainEqual({
      syntax: "lose [COUNT] PACKET",
      means: "the next PACKET is lost; one to the broker counts as handed to TCP",
      example: "lose 2 PUBACK",
      seam: "packets",
      conditions: ["from broker", "to broker", "topic FILTER", "after N", "with chance P%", "for SPAN"],
    });
    expect(events.length).toBeGreaterThan(10);
  });

  test("tells what a sentence means", async () => {
    const { out } = await runInProcess(["faults", "when PUBLISH sent: coverage off for 40s"]);
    expect(out).toBe("The next time that PUBLISH goes to the broker: there is no coverage; this lasts 40 s.\n");
  });
});

describe("bc28-emu scenario", () => {
  test("prints the ready ones", async () => {
    const { out } = await runInProcess(["scenario"]);
    for (const name of ["weak-signal", "nat-timeout", "reboot-loop"]) expect(out).toContain(`\n${name}\n    `);
  });

  test("tells the steps of one", async () => {
    const { out } = await runInProcess(["scenario", fileOf("mine.yaml")]);
    expect(out).toBe(
      'mine\n\n1. The next time that the host sends AT+CSQ, before the answer:\n   The signal is 9, as AT+CSQ prints it.\n   The module says "+HI", by the rules for URCs.\n',
    );
  });
});

describe("the program", () => {
  const commands = "AT+CSQ\rAT+CSQ\r";

  test("plays faults and scenarios, logs each time that one acts, and tells of one that never did", async () => {
    const args = [
      "--stdio",
      "--log-level",
      "info",
      "--fault",
      "error AT+CSQ",
      "--fault",
      "lose PUBACK",
      "--scenario",
      fileOf("mine.yaml"),
    ];
    const { code, out, err } = await runToEnd(args, commands);
    expect(code).toBe(0);
    expect(out).toMatch(/\r\nERROR\r\n.*\r\n\+CSQ:9,99\r\n\r\nOK\r\n/s);
    expect(out).toContain("\r\n+HI\r\n");
    expect(err).toMatch(/ fault= 1 error AT\+CSQ: not carried out: error\n/);
    expect(err).toMatch(/ fault= 3 rssi 9: done\n/);
    expect(err).toMatch(/ fault 2 never acted: lose PUBACK\n$/);
  });

  test("a fault of the start counts before the banner", async () => {
    const { out } = await runToEnd(["--stdio", "--fault", "sim out"], "AT+CMEE=1\rAT+CIMI\r");
    expect(out).toContain("\r\n+CME ERROR: 310\r\n");
  });

  test("completion knows sentences and scenarios", async () => {
    const words = async (...typed: readonly string[]) =>
      (await runToEnd(["--get-yargs-completions", "bc28-emu", ...typed])).out.split("\n");
    expect(await words("faults", "lose", "2", "PUBA")).toEqual(["PUBACK", ""]);
    expect(await words("--scenario", "no")).toContain("no-sim");
    expect(await words("--fault", "")).toContain("duplicate");
  });
});
