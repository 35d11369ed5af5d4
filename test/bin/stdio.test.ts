import { describe, expect, test } from "vitest";
import { onTerminal } from "../interop/terminal.js";
import { until } from "../net/port-recorder.js";
import { command, Program, runToEnd } from "./program.js";
import { RecordingBroker } from "./recording-broker.js";

describe("--stdio on pipes", () => {
  test.concurrent("answers without an echo, and ends at the end of the input", async () => {
    const { code, out, err } = await runToEnd(["--stdio"], "AT+CSQ\rAT\r\n");
    expect({ code, out, err }).toEqual({ code: 0, out: boot("\r\n+CSQ:25,99\r\n\r\nOK\r\n\r\nOK\r\n"), err: "" });
  });

  test.concurrent("no input at all", async () => {
    expect(await runToEnd(["--stdio"])).toMatchObject({ code: 0, out: boot(""), err: "" });
  });

  test.concurrent("waits for results that are still to come", async () => {
    const { out, code } = await runToEnd(["--stdio", "--broker", "0"], 'AT+QMTOPEN=0,"x",1883\r');
    expect(code).toBe(0);
    expect(out).toBe(boot("\r\nOK\r\n\r\n+QMTOPEN: 0,0\r\n"));
  });

  test.concurrent("prints the ready line on stderr, and nothing without --json", async () => {
    const { err } = await runToEnd(["--stdio", "--json"], "AT\r");
    expect(err).toBe('{"event":"ready"}\n');
  });

  test.concurrent("echoes with the quirk echo", async () => {
    expect((await runToEnd(["--stdio", "--quirk", "echo=on"], "AT\r")).out).toBe(boot("AT\r\r\nOK\r\n"));
  });

  test.concurrent("ends when the reader is gone", async () => {
    const program = new Program(["--stdio"]);
    program.type("AT\r");
    await program.prints(/OK/);
    program.child.stdout?.destroy();
    program.type("AT\r");
    expect(await program.ended).toMatchObject({ code: 0, err: "" });
  });

  test.concurrent("passes all 256 values of a payload", async () => {
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
    await until("the whole payload", () => program.out.includes(`+QMTRECV: 0,0,"t",${payload}\r\n`));
    program.child.stdin?.end();
    expect((await program.ended).code).toBe(0);
  });

  test("logs one readable line for each event, without secrets", async () => {
    const broker = await RecordingBroker.start();
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
    expect(broker.received).toContain(Buffer.from("hush2").toString("hex"));
    expect(err).not.toMatch(/hush|line one/);
    for (const line of err.trimEnd().split("\n"))
      expect(line).toMatch(/^ *\d+\.\d{3} (host|mqtt|net|module|radio|port|uart)[<>=!] /);
    expect(err).toContain("mqtt> CONNECT 3.1");
  });
});

describe("--stdio on a terminal", () => {
  const start = (...args: string[]) => onTerminal(process.execPath, [command, "--stdio", ...args]);

  test("raw mode, with an echo by the module; Ctrl-] ends it, and the settings are restored", async () => {
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

  test("echo=off turns the echo off", async () => {
    const terminal = start("--quirk", "echo=off");
    await terminal.shows(/Ctrl-\] leaves\.\n/);
    terminal.type("AT\r");
    await terminal.shows(/\nOK\n/);
    expect(terminal.screen).not.toContain("AT\n");
  });

  test("--json prints the ready line", async () => {
    const terminal = start("--json");
    await terminal.shows(/\{"event":"ready"\}\n/);
    expect(terminal.screen).not.toContain("Ctrl-]");
  });

  test("a signal restores the settings", async () => {
    const terminal = start();
    const before = terminal.modes();
    await terminal.shows(/Ctrl-\] leaves\.\n/);
    terminal.kill("SIGTERM");
    expect(await terminal.ended).toBe(0);
    expect(terminal.modes()).toBe(before);
  });
});

/** The output of a run: the banner, and then `text`. */
function boot(text: string): string {
  return `${banner}${text}`;
}
const banner = "\r\nREBOOT_CAUSE_SECURITY_PMU_POWER_ON_RESET\r\nNeul \r\nOK\r\n";
