import { describe, expect, test } from "vitest";
import { onTerminal } from "../interop/terminal.js";
import { until } from "../net/witness.js";
import { ListeningBroker } from "./listening-broker.js";
import { command, Program, runToEnd } from "./program.js";

describe("--stdio on pipes", () => {
  test.concurrent("is answered without an echo, and ends at the end of input", async () => {
    const { code, out, err } = await runToEnd(["--stdio"], "AT+CSQ\rAT\r\n");
    expect({ code, out, err }).toEqual({ code: 0, out: boot("\r\n+CSQ:25,99\r\n\r\nOK\r\n\r\nOK\r\n"), err: "" });
  });

  test.concurrent("no input at all", async () => {
    expect(await runToEnd(["--stdio"])).toMatchObject({ code: 0, out: boot(""), err: "" });
  });

  test.concurrent("waits for results that are on their way", async () => {
    const { out, code } = await runToEnd(["--stdio", "--broker", "0"], 'AT+QMTOPEN=0,"x",1883\r');
    expect(code).toBe(0);
    expect(out).toBe(boot("\r\nOK\r\n\r\n+QMTOPEN: 0,0\r\n"));
  });

  test.concurrent("the ready line goes to stderr, and without --json nothing does", async () => {
    const { err } = await runToEnd(["--stdio", "--json"], "AT\r");
    expect(err).toBe('{"event":"ready"}\n');
  });

  test.concurrent("a quirk may switch the echo on", async () => {
    expect((await runToEnd(["--stdio", "--quirk", "echo=on"], "AT\r")).out).toBe(boot("AT\r\r\nOK\r\n"));
  });

  test.concurrent("a reader that goes away is the end", async () => {
    const program = new Program(["--stdio"]);
    program.type("AT\r");
    await program.prints(/OK/);
    program.child.stdout?.destroy();
    program.type("AT\r");
    expect(await program.ended).toMatchObject({ code: 0, err: "" });
  });

  test.concurrent("all 256 values of a payload pass", async () => {
    const payload = Buffer.from(Array.from({ length: 1548 }, (_, n) => n % 256)).toString("latin1");
    const program = new Program(["--stdio", "--broker", "0"]);
    const step = async (line: string, answer: RegExp): Promise<void> => {
      program.type(line);
      await program.prints(answer);
    };
    await step('AT+QMTOPEN=0,"x",1883\r', /\+QMTOPEN: 0,0/);
    await step('AT+QMTCONN=0,"me"\r', /\+QMTCONN: 0,0,0/);
    await step('AT+QMTSUB=0,1,"t",0\r', /\+QMTSUB: 0,1,0,0/);
    await step('AT+QMTPUB=0,0,0,0,"t",1548\r', /\r\n>$/);
    await step(payload, /\+QMTRECV: 0,0,"t",/);
    await until("the whole of it", () => program.out.includes(`+QMTRECV: 0,0,"t",${payload}\r\n`));
    program.child.stdin?.end();
    expect((await program.ended).code).toBe(0);
  });

  test("the log is one readable line an event, without secrets", async () => {
    const broker = await ListeningBroker.start();
    const program = new Program(["--stdio", "--log-level", "info", "--map", `*=127.0.0.1:${broker.port}`]);
    program.type('AT+QMTCFG="aliauth",0,"product","device","hush1"\r');
    program.type('AT+QMTOPEN=0,"x",1883\r');
    await program.prints(/\+QMTOPEN: 0,0/);
    program.type('AT+QMTCONN=0,"me","user","hush2"\r');
    await program.prints(/\+QMTCONN: 0,0,0/);
    program.type('AT+QMTPUB=0,0,0,0,"t"\rline one\nline two\x1a');
    await program.prints(/\+QMTPUB: 0,0,0/);
    const { err, code } = await program.end();
    expect(code).toBe(0);
    expect(broker.heard).toContain(Buffer.from("hush2").toString("hex"));
    expect(err).not.toMatch(/hush|line one/);
    for (const line of err.trimEnd().split("\n"))
      expect(line).toMatch(/^ *\d+\.\d{3} (host|mqtt|net|module|radio|port|uart)[<>=!] /);
    expect(err).toContain("mqtt> CONNECT 3.1");
  });
});

describe("--stdio on a terminal", () => {
  const start = (...args: string[]) => onTerminal(process.execPath, [command, "--stdio", ...args]);

  test("raw, with an echo of the module's own; Ctrl-] leaves, and the terminal is as it was", async () => {
    const terminal = start();
    const before = terminal.modes();
    await terminal.shows(/Ctrl-\] leaves\.\n/);
    const welcome = terminal.screen.length;
    await until("raw mode", () => terminal.modes().includes("-icanon"));
    terminal.type("AT\r");
    await terminal.shows(/\nOK\n/);
    expect(terminal.screen.slice(welcome)).toBe("AT\nOK\n");
    terminal.type("\x1d");
    expect(await terminal.ended).toBe(0);
    expect(terminal.modes()).toBe(before);
  });

  test("who says that he wants no echo gets none", async () => {
    const terminal = start("--quirk", "echo=off");
    await terminal.shows(/Ctrl-\] leaves\.\n/);
    terminal.type("AT\r");
    await terminal.shows(/\nOK\n/);
    expect(terminal.screen).not.toContain("AT\n");
  });

  test("--json says there that it is ready, too", async () => {
    const terminal = start("--json");
    await terminal.shows(/\{"event":"ready"\}\n/);
    expect(terminal.screen).not.toContain("Ctrl-]");
  });

  test("a signal leaves the terminal as it was", async () => {
    const terminal = start();
    const before = terminal.modes();
    await terminal.shows(/Ctrl-\] leaves\.\n/);
    terminal.kill("SIGTERM");
    expect(await terminal.ended).toBe(0);
    expect(terminal.modes()).toBe(before);
  });
});

/** What the module says, behind what it says at every start. */
function boot(text: string): string {
  return `${banner}${text}`;
}
const banner = "\r\nREBOOT_CAUSE_SECURITY_PMU_POWER_ON_RESET\r\nNeul \r\nOK\r\n";
