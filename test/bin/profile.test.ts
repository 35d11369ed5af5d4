import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { bc28 } from "../../emulator/profile/bc28.js";
import { bc35g } from "../../emulator/profile/bc35-g.js";
import { quirkTable } from "../../emulator/profile/quirks.js";
import { until } from "../net/port-recorder.js";
import { attach } from "../net/ports/pty/pty-hosts.js";
import { runInProcess } from "./in-process.js";
import { Program, root, runToEnd } from "./program.js";

const files: Readonly<Record<string, string>> = {
  "mine.json":
    '{ "base": "bc35-g", "name": "mine", "identity": { "imsi": "001010000000009" }, "quirks": { "echo": "on" } }',
  "typo.json": '{ "base": "bc28", "identity": { "imie": "1" } }',
  "broken.json": '{ "base": "bc28",\n  "name" }',
  "empty.json": "",
  "huge.json": `{"base":"bc28"}${" ".repeat(65_536)}`,
  "nvm.json": '{ "version": 1, "nconfig": { "AUTOCONNECT": "MAYBE" } }',
};

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bc28-emu-profile-"));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  process.chdir(folder);
});
afterAll(() => {
  process.chdir(root);
  rmSync(folder, { recursive: true });
});

/** Runs the command in the folder of the files: in this process, and as a process. */
const runHere = (line: string) => runInProcess(line.split(" "));
const run = (line: string, input = "") => runToEnd(line.split(" "), input, { cwd: folder });

/** A host on the pseudo-terminal of a program; `ask` waits for an answer in new output. */
async function hostOf(program: Program) {
  onTestFinished(() => void program.child.kill("SIGKILL"));
  const { pty } = await program.ready();
  const host = await attach(pty ?? "");
  onTestFinished(() => host.leave());
  const ask = async (line: string, answer: string): Promise<void> => {
    const from = host.received.length;
    await host.write(Buffer.from(`${line}\r`));
    await until(answer, () => host.received.subarray(from).includes(answer));
  };
  return { ask };
}

/** Arguments, and what the line on stderr contains. */
const wrongUsage: readonly (readonly [args: string, word: string])[] = [
  ["--profile bc29", "profile bc29: there is no such profile; did you mean bc28?"],
  ["--profile nokia", "profile nokia: there is no such profile; there are: bc28, bc35-g"],
  ["--profile none.json", "profile none.json: there is no such file"],
  ["--profile .", "profile .: it is not a file"],
  ["--profile typo.json", "profile typo.json: identity.imie: unknown key; did you mean imei?"],
  ["--profile broken.json", "profile broken.json: it is not JSON: "],
  ["--profile empty.json", "profile empty.json: it is empty"],
  ["--profile huge.json", "profile huge.json: it is longer than 65536 bytes"],
  ["--profile=", 'profile ""'],
  ["--profile", "--profile NAME|FILE"],
  ["--profile mine.json --quirk echo=loud", 'echo cannot be "loud"'],
  ["--timing fast", '--timing: "fast" is none of: instant, realistic'],
  ["--imei 001010000000017", '--imei: "001010000000017" is not 15 digits with a right check digit'],
  ["--imsi 1", '--imsi: "1" is not 15 digits'],
  ["--iccid x", '--iccid: "x" is not 20 digits'],
  ["--operator 460", '--operator: "460" is not 5 or 6 digits'],
  ["--address ::1", '--address: "::1" is not an IPv4 address'],
  [`--apn ${"x".repeat(101)}`, "--apn: "],
  ["--imei", "--imei DIGITS"],
  ["--nvm nvm.json", 'NVM file nvm.json: nconfig.AUTOCONNECT: "MAYBE" is not FALSE,TRUE'],
  ["--nvm typo.json", "NVM file typo.json: version: it is missing"],
  ["--nvm broken.json", "NVM file broken.json: it is not JSON"],
  ["--nvm empty.json", "NVM file empty.json: it is empty"],
  ["--nvm none/x.json", "NVM file none/x.json: it cannot be made: there is no such directory"],
  ["--nvm .", "NVM file .: it is not a file"],
  ["--nvm=", "--nvm needs a path"],
  ["profile bc29", "did you mean bc28?"],
  ["profile bc28 bc35-g", '"bc35-g" is one word too many'],
  ["profile bc28 --profile bc28", "both bc28 and --profile are given"],
  ["profile --quirk edition=book", 'edition cannot be "book"'],
  ["profile --bogus", "bogus"],
  ["profile diff", "profile diff: it needs two profiles"],
  ["profile diff bc28", "profile diff: it needs two profiles"],
  ["profile diff bc28 bc29", "profile bc29: "],
  ["profile diff bc28 bc28 bc28", '"bc28" is one word too many'],
  ["profile diff bc28 bc35-g --quirk echo=on", "profile diff: it takes no --quirk"],
  ["profiles", "profiles"],
];

describe("wrong input", () => {
  test.each(wrongUsage)("%s is one line that names it, exit code 2, and changes nothing", async (args, word) => {
    const ended = await runHere(args);
    expect(ended).toMatchObject({ code: 2, out: "" });
    expect(ended.err).toMatch(/^bc28-emu: [^\n]+\n$/);
    expect(ended.err).toContain(word);
    for (const [name, content] of Object.entries(files)) expect(readFileSync(join(folder, name), "utf8")).toBe(content);
  });
});

/** Some command lines for each part of the program. */
test.concurrent.each([
  "--profile typo.json",
  "--nvm empty.json",
  "profile bc28 bc35-g",
  "profile diff bc28 bc29",
  "profile diff bc28 mine.json --json",
])("%s: a process prints the same", async (line) => {
  expect(await run(line)).toEqual({ ...(await runHere(line)), signal: null });
});

describe("profile", () => {
  test("prints every quirk with value and source, identity, surroundings and timing", async () => {
    const { code, out, err } = await run("profile --quirk edition=guide --timing realistic --apn my.apn");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    for (const [name, { about, source }] of Object.entries(quirkTable)) {
      const [, text] = out.split(new RegExp(`^  ${name}=`, "m"));
      expect(text?.split("\n").slice(0, 3).join("\n")).toContain(about);
      expect(text?.split("\n")[2]).toMatch(new RegExp(`; source: ${source}$`));
    }
    expect(out).toContain("  edition=guide (default: note)\n");
    expect(out).toContain("Timing: realistic\n  boot            3000 ms\n  simRead         800 to 1500 ms\n");
    expect(out).toMatch(/^ {2}apn +my\.apn$/m);
    for (const field of Object.keys({ ...bc28.identity, ...bc28.surroundings }))
      expect(out).toMatch(new RegExp(`^  ${field} `, "m"));
  });

  test("its JSON, with the flags in it, is the same profile again", async () => {
    const { out } = await runHere("profile mine.json --quirk urcHold=5 --json --imei 490154203237518 --operator 26201");
    writeFileSync(join(folder, "again.json"), out);
    expect((await runHere("profile again.json --json")).out).toBe(out);
    const { identity, quirks, surroundings } = JSON.parse(out);
    expect(identity).toMatchObject({ imei: "490154203237518", imeisv: "4901542032375101", imsi: "001010000000009" });
    expect(identity.modelName).toBe(bc35g.identity.modelName);
    expect(quirks).toMatchObject({ echo: "on", urcHold: 5 });
    expect(surroundings.operator).toBe("26201");
    expect((await runHere("profile diff mine.json again.json")).out.split("\n")).toEqual([
      "identity.imei          001010000000024 -> 490154203237518",
      "identity.imeisv        0010100000000201 -> 4901542032375101",
      "surroundings.operator  46000 -> 26201",
      "quirks.urcHold         1000 -> 5",
      "",
    ]);
  });

  test("diff shows only the differences, or that there are none", async () => {
    const { code, out } = await runHere("profile diff bc28 BC35-G");
    expect(code).toBe(0);
    expect(out).toMatch(/^identity\.model +BC28 -> BC35-G$/m);
    expect(out).not.toContain("surroundings");
    expect(await runHere("profile diff bc28 bc28")).toMatchObject({ code: 0, out: "bc28 and bc28 do not differ\n" });
    const { out: json } = await runHere("profile diff bc28 mine.json --json");
    expect(JSON.parse(json)).toMatchObject({ "quirks.echo": ["off", "on"] });
  });
});

describe("a module with a profile", () => {
  test.concurrent("has what the profile and the flags say", async () => {
    const { out } = await run("--stdio --profile mine.json --imei 490154203237518", "ATI\rAT+CGSN=1\rAT+CGSN=2\r");
    expect(out).toContain("\r\nBC35-G\r\n");
    expect(out).toContain("+CGSN:490154203237518\r\n");
    expect(out).toContain("+CGSN:4901542032375101\r\n");
    expect(out).toContain("ATI\r\r\n"); // echo
  });

  test.concurrent("is a BC35-G by its name", async () => {
    const { out } = await run("--stdio --profile bc35-g", "ATI;+CGMM;+CGSN=1\r");
    for (const line of ["BC35-G", "BC35GJB-02-STD", `+CGSN:${bc35g.identity.imei}`])
      expect(out).toContain(`\r\n${line}\r\n`);
  });

  test.concurrent("realistic timing takes time, and instant none", async () => {
    const start = performance.now();
    const program = new Program(["--stdio", "--timing", "realistic", "--time-scale", "10"]);
    await program.prints(/Neul/);
    expect(performance.now() - start).toBeGreaterThan(300);
    expect((await program.end()).code).toBe(0);
  });
});

describe("--nvm", () => {
  test.concurrent("keeps the kept settings over AT+NRB and over runs, and no others", async () => {
    const first = await run("--stdio --nvm kept.json", "AT+NCONFIG=RPM,TRUE\rAT+CEREG=1\rAT+NRB\rAT+NCONFIG?\r");
    expect(first).toMatchObject({ code: 0, err: "" });
    const second = await run("--stdio --nvm kept.json", "AT+NCONFIG?\rAT+CEREG?\r");
    expect(second.out).toContain("+NCONFIG:RPM,TRUE\r\n");
    expect(second.out).toContain("+CEREG:0,");
    expect(readdirSync(folder).filter((name) => name.includes("kept.json"))).toEqual(["kept.json"]);
  });

  test.concurrent("without a change there is no file, and without the flag nothing is stored", async () => {
    await Promise.all([run("--stdio --nvm untouched.json", "AT\r"), run("--stdio", "AT+NCONFIG=RPM,TRUE\r")]);
    expect(readdirSync(folder)).not.toContain("untouched.json");
    expect((await run("--stdio", "AT+NCONFIG?\r")).out).toContain("+NCONFIG:RPM,FALSE\r\n");
  });

  test.concurrent("an incomplete file is refused, and stays as it is", async () => {
    await run("--stdio --nvm cut.json", "AT+NCONFIG=RPM,TRUE\r");
    const path = join(folder, "cut.json");
    const half = readFileSync(path, "utf8").slice(0, 200);
    writeFileSync(path, half);
    const ended = await runHere("--nvm cut.json");
    expect(ended).toMatchObject({ code: 2, out: "" });
    expect(ended.err).toMatch(/^bc28-emu: NVM file cut\.json: it is not JSON[^\n]*; it is left as it is;[^\n]*\n$/);
    expect(readFileSync(path, "utf8")).toBe(half);
  });

  test.concurrent("a killed run leaves a whole file", async () => {
    const path = join(folder, "killed.json");
    const program = new Program(["--stdio", "--nvm", path]);
    for (let round = 0; round < 50; round += 1) program.type(`AT+NCONFIG=SYNC_TIME_PERIOD,${round}\r`);
    await until("the file", () => readdirSync(folder).includes("killed.json"));
    await program.end("SIGKILL");
    expect(await run("--stdio --nvm killed.json", "AT\r")).toMatchObject({ code: 0, err: "" });
  });

  test("AUTOCONNECT FALSE, set on a pseudo-terminal, is kept for the next run, although the first was killed", async () => {
    const path = join(folder, "autoconnect.json");
    const first = new Program(["--json", "--nvm", path]);
    const before = await hostOf(first);
    await before.ask("AT+CFUN?", "+CFUN:1");
    await before.ask("AT+NCONFIG=AUTOCONNECT,FALSE", "OK");
    await before.ask("AT+NRB", "REBOOT_CAUSE_APPLICATION_AT\r\nNeul \r\nOK");
    await before.ask("AT+CFUN?", "+CFUN:0");
    await until("the file", () => existsSync(path));
    await first.end("SIGKILL");
    const second = new Program(["--json", "--nvm", path]);
    const after = await hostOf(second);
    await after.ask("AT+CFUN?;+CGATT?", "+CFUN:0\r\n\r\n+CGATT:0");
    await after.ask("AT+CFUN=1;+CGATT=1;+CGATT?", "+CGATT:1");
    expect((await second.end()).code).toBe(0);
  });
});
