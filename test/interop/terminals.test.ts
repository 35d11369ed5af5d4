import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { Program } from "../bin/program.js";
import { ordinary } from "../net/ordinary-user.js";
import { run } from "../net/ports/pty/pty-hosts.js";
import { InstalledCopy } from "./installed-copy.js";
import { needs } from "./needs.js";
import { onTerminal, type Terminal } from "./terminal.js";

const users = [
  { name: "an ordinary user", user: ordinary },
  ...(process.getuid?.() === 0 ? [{ name: "root", user: {} }] : []),
];

/** The input of the note's chapter 6, and the expected screen; miniterm shows each line end twice. */
const chapter6: readonly (readonly [typed: string, seen: RegExp])[] = [
  ['AT+QMTOPEN=0,"iot-as-mqtt.cn-shanghai.aliyuncs.com",1883\r', /\nOK\n+\+QMTOPEN: 0,0\n/],
  ["AT+QMTOPEN?\r", /\+QMTOPEN: 0,"iot-as-mqtt.cn-shanghai.aliyuncs.com",1883\n+OK\n/],
  ['AT+QMTCONN=0,"clientExample"\r', /\nOK\n+\+QMTCONN: 0,0,0\n/],
  ['AT+QMTSUB=0,1,"topic/example",2\r', /\nOK\n+\+QMTSUB: 0,1,0,2\n/],
  ['AT+QMTSUB=0,1,"topic/pub",0\r', /\nOK\n+\+QMTSUB: 0,1,0,0\n/],
  ['AT+QMTUNS=0,2, "topic/example"\r', /\nOK\n+\+QMTUNS: 0,2,0\n/],
  ['AT+QMTPUB=0,0,0,0,"topic/pub"\r', /\n>/],
  [
    "This is test data, hello MQTT.\x1a",
    /\nOK\n+\+QMTPUB: 0,0,0\n+\+QMTRECV: 0,0,"topic\/pub",This is test data, hello MQTT.\n/,
  ],
  ["AT+QMTDISC=0\r", /\nOK\n+\+QMTDISC: 0,0\n/],
];

let copy: InstalledCopy;
beforeAll(() => {
  copy = new InstalledCopy();
});
afterAll(() => copy.remove());

describe.each(users)("the printed command lines work, for $name", ({ name, user }) => {
  const env = { PATH: "/usr/bin:/bin", HOME: "/tmp", TERM: "vt100", LC_ALL: "C" };

  /** The printed line that begins with this word. Each link has another name: a killed program leaves it behind. */
  async function printedLine(word: string): Promise<string> {
    const link = join(copy.open, `${word}-${name.replaceAll(" ", "-")}`);
    const program = new Program(["--broker", "0", "--link", link], { command: copy.command, ...user });
    onTestFinished(async () => {
      await program.end("SIGKILL");
    });
    await program.prints(/Ctrl-C ends it\.\n$/);
    return (await program.prints(new RegExp(`^ {2}(${word} .*)$`, "m")))[1] ?? "";
  }

  async function typeChapter6({ type, shows }: Terminal): Promise<void> {
    for (const [typed, seen] of chapter6) {
      type(typed);
      await shows(seen);
    }
  }

  test.skipIf(!needs("picocom"))("picocom, with the note's chapter 6", async () => {
    const terminal = onTerminal("sh", ["-c", `exec ${await printedLine("picocom")}`], { env, ...user });
    await terminal.shows(/Terminal ready/);
    await typeChapter6(terminal);
    expect(terminal.screen).toContain("AT+QMTOPEN?"); // echoed by picocom
    terminal.type("\x01\x18");
    expect(await terminal.ended).toBe(0);
  });

  test.skipIf(!needs("python3-serial"))("pyserial's miniterm, with the note's chapter 6", async () => {
    const terminal = onTerminal("sh", ["-c", `exec ${await printedLine("python3")}`], { env, ...user });
    await terminal.shows(/Quit: Ctrl\+\]/);
    await typeChapter6(terminal);
    terminal.type("\x1d");
    expect(await terminal.ended).toBe(0);
  });

  test.skipIf(!needs("minicom"))("minicom", async () => {
    const terminal = onTerminal("sh", ["-c", `exec ${await printedLine("minicom")}`], { env, ...user });
    await terminal.shows(/Welcome to minicom/);
    terminal.type("AT+CSQ\r");
    await terminal.shows(/\+CSQ:25,99/);
  });

  test.skipIf(!needs("python3-serial"))("pyserial", async () => {
    const line = await printedLine("import");
    const script = `${line}; port.write(b"AT\\r"); print(port.read_until(b"OK\\r\\n"))`;
    const program = run("/usr/bin/python3", ["-c", script], user);
    expect(await program.ended).toBe(0);
    expect(program.stdout).toContain("OK");
  });
});

test("without the binding --pty gives one line that names an alternative, which works", async () => {
  const { command } = copy.withoutBinding();
  const ended = await new Program(["--link", join(copy.open, "none")], { command }).ended;
  expect(ended).toMatchObject({ code: 1, out: "" });
  expect(ended.err).toMatch(/^bc28-emu: [^\n]*node-pty[^\n]*--stdio[^\n]*\n$/);
  const program = new Program(["--stdio"], { command });
  program.type("AT\r");
  program.child.stdin?.end();
  expect((await program.ended).out).toContain("\r\nOK\r\n");
});
