import { existsSync, lstatSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { AtError, UserError } from "../../testing.js";
import { until } from "../net/port-recorder.js";
import { openSerialPort } from "../net/ports/binding/binding-hosts.js";
import { attach } from "../net/ports/pty/pty-hosts.js";
import { connect, start } from "./start.js";

describe("the host", () => {
  test("gets the banner and information lines", async () => {
    const { host } = await start();
    expect((await host.urc(/^REBOOT_CAUSE_(\w+)/))[1]).toBe("SECURITY_PMU_POWER_ON_RESET");
    expect(await host.command("AT+CSQ")).toEqual(["+CSQ:25,99"]);
    expect(await host.command("AT")).toEqual([]);
    expect(host.heard).toMatch(/^\r\nREBOOT.*\r\nNeul \r\nOK\r\n\r\n\+CSQ:25,99\r\n\r\nOK\r\n\r\nOK\r\n$/);
  });

  test("throws an AtError where the result is not OK", async () => {
    const { host } = await start();
    await host.command("AT+CMEE=1");
    const failure = await host.command('AT+QMTCONN=0,"me","user","secret"').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(AtError);
    expect(failure).toMatchObject({ result: "+CME ERROR: 3", lines: [] });
    expect(String(failure)).toBe('AtError: AT+QMTCONN=0,"me","user","***" was answered +CME ERROR: 3');
    const [head, rest] = ["101600044D51545404C2003C00026964000175000370", "7764"];
    const errors = [`AT+NSOSD=0,22,${head}`, `AT+NSOSD=0,2,${rest}`].map((line) => host.command(line).catch(String));
    expect((await Promise.all(errors))[1]).toBe("AtError: AT+NSOSD=0,2,*** was answered +CME ERROR: 3");
  });

  test("runs one command at a time", async () => {
    const { host } = await start();
    const answers = await Promise.all([host.command("AT+CSQ"), host.command("AT+CFUN?"), host.command("AT+CSQ")]);
    expect(answers).toEqual([["+CSQ:25,99"], ["+CFUN:1"], ["+CSQ:25,99"]]);
  });

  test("ignores the echo, and understands numeric results", async () => {
    const { host } = await start();
    await host.command("ATE1");
    expect(await host.command("AT+CSQ")).toEqual(["+CSQ:25,99"]);
    await host.command("ATE0");
    await host.command("ATV0");
    expect(await host.command("AT+CSQ")).toEqual(["+CSQ:25,99"]);
    await expect(host.command("AT+NONE")).rejects.toThrow("AT+NONE was answered ERROR");
  });

  test("returns each URC once, in order, whether it comes before or after the call", async () => {
    const modem = await start();
    const { host, broker } = modem;
    await connect(modem);
    await host.command('AT+QMTSUB=0,1,"t",0');
    await host.urc(/\+QMTSUB: 0,1,0,0/);
    const third = host.urc(/QMTRECV.*three/);
    for (const text of ["one", "two", "three"]) await broker.publish("t", text);
    expect((await third)[0]).toContain("three");
    expect((await host.urc(/QMTRECV.*,(.*)/))[1]).toBe("one");
    expect((await host.urc(/QMTRECV.*,(.*)/))[1]).toBe("two");
    expect(host.unread.join()).not.toContain("QMTRECV");
  });

  test("keeps the line ends of a payload, and its UTF-8", async () => {
    const modem = await start();
    const { host, broker } = modem;
    await connect(modem);
    await host.command('AT+QMTSUB=0,1,"t",0');
    await host.urc(/QMTSUB/);
    await broker.publish("t", "grüße\r\nzwei");
    expect((await host.urc(/QMTRECV: 0,0,"t",(.*)/s))[1]).toBe("grüße\r\nzwei");
  });

  test("sends payloads, with Ctrl+Z or by their length", async () => {
    const modem = await start();
    const { host, broker } = modem;
    await connect(modem);
    await host.command('AT+QMTPUB=0,0,0,0,"t"', { payload: "22.5 °C" });
    expect(await broker.message("t")).toMatchObject({ clientId: "me", text: "22.5 °C", qos: 0, retain: false });
    await host.command('AT+QMTPUB=0,7,1,1,"t",3', { payload: new Uint8Array([1, 26, 255]), ending: "" });
    expect(await broker.message()).toMatchObject({ payload: Buffer.from([1, 26, 255]), qos: 1, retain: true });
    await expect(host.command('AT+QMTPUB=0,0,0,0,"t"')).rejects.toThrow("asks for a payload: give it as { payload }");
    expect(await host.command("AT+CSQ")).toEqual(["+CSQ:25,99"]);
  });

  test("a reboot during a command is an error", async () => {
    const modem = await start({ profile: { base: "bc28", quirks: { answerDelay: 1000 } }, clock: "manual" });
    const answer = modem.host.command("AT+CSQ");
    modem.reset();
    await expect(answer).rejects.toThrow("AT+CSQ was answered REBOOT_CAUSE_SECURITY_RESET_PIN");
    const reboot = modem.host.command("AT+NRB");
    await modem.clock.advance(1000);
    expect(await reboot).toEqual(["REBOOTING", "REBOOT_CAUSE_APPLICATION_AT", "Neul "]);
  });

  test("keeps a limited amount of output", async () => {
    const { host } = await start();
    host.send(`AT${"+NUESTATS;".repeat(40)}\r`);
    const once = host.heard.length;
    for (let sent = once; sent < 1.5 * 1024 * 1024; sent += once) host.send(`AT${"+NUESTATS;".repeat(40)}\r`);
    expect(host.heard.length).toBe(64 * 1024);
    expect(host.unread.join("").length).toBeLessThan(1024 * 1024);
    expect(host.unread.length).toBeGreaterThan(10);
  });
});

test("lines have a speed, except that of the kit's host", async () => {
  const { host, binding, path, clock } = await start({ baud: 9600, clock: "manual" });
  await host.urc(/^REBOOT_CAUSE_\w+\r\nNeul \r\nOK$/);
  expect(await host.command("AT+CSQ")).toEqual(["+CSQ:25,99"]);
  const port = await openSerialPort(binding, path);
  let received = "";
  port.on("data", (bytes) => {
    received += bytes;
  });
  await clock.advance(1000);
  expect([received.length > 0, host.heard.endsWith(received)]).toEqual([true, true]);
});

describe("the broker", () => {
  test("knows its clients, and can cut their connections", async () => {
    const modem = await start();
    const { broker, host } = modem;
    await host.command('AT+QMTCFG="will",0,1,1,0,"gone","alas"');
    await connect(modem, "meter-7");
    expect(broker.clients).toEqual(["meter-7"]);
    expect(broker.disconnect("another")).toBe(false);
    expect(broker.disconnect("meter-7")).toBe(true);
    await host.urc(/^\+QMTSTAT: 0,1$/);
    expect(await broker.message((message) => message.topic === "gone")).toMatchObject({ text: "alas", qos: 1 });
    expect(broker.clients).toEqual([]);
    expect(broker.messages.map(({ topic }) => topic)).toEqual(["gone"]);
  });

  test("refuses logins", async () => {
    const { host } = await start({ broker: { authenticate: ({ user }) => (user === "u" ? 0 : 5) } });
    await host.command('AT+QMTOPEN=0,"broker.example",1883');
    await host.urc(/QMTOPEN: 0,0/);
    await host.command('AT+QMTCONN=0,"me"');
    await host.urc(/^\+QMTCONN: 0,0,5$/);
  });

  test("may take real time to refuse a login, while the clock waits", async () => {
    const authenticate = (): Promise<4> => new Promise((resolve) => setTimeout(() => resolve(4), 60));
    const { host, clock } = await start({ clock: "manual", broker: { authenticate } });
    await host.command('AT+QMTOPEN=0,"broker.example",1883');
    await host.urc(/QMTOPEN: 0,0/);
    await host.command('AT+QMTCONN=0,"me"');
    await clock.advance(60_000); // it would give up after 40 s
    await host.urc(/^\+QMTCONN: 0,0,4$/);
  });

  test("refuses to publish to a wrong topic, or after close", async () => {
    const { broker, close } = await start();
    for (const topic of ["", "a/#", "+", "a\0b", "x".repeat(65536)])
      await expect(broker.publish(topic, "x")).rejects.toThrow(/^publish: ".*" is not a topic/);
    await broker.publish("grüße/x", "x", { qos: 1, retain: true });
    expect(broker.messages).toEqual([]);
    await close();
    await expect(broker.publish("t", "x")).rejects.toThrow("publish to t: the broker is closed");
  });

  test("may be left out", async () => {
    const modem = await start({ broker: false });
    expect(() => modem.broker).toThrow(UserError);
    await modem.host.command('AT+QMTOPEN=0,"127.0.0.1",9');
    await modem.host.urc(/^\+QMTOPEN: 0,/);
  });
});

test("coverage, SIM, network, reset, and a cut of the link", async () => {
  const modem = await start();
  const { host, radio } = modem;
  await host.command("AT+CEREG=1");
  await connect(modem);
  radio.lose();
  await host.urc(/^\+QMTSTAT: 0,7$/);
  await host.urc(/^\+CEREG:2$/);
  radio.restore();
  radio.roam();
  await host.urc(/^\+CEREG:5$/);
  radio.deny();
  await host.urc(/^\+CEREG:3$/);
  radio.admit();
  await host.urc(/^\+CEREG:1$/);
  radio.set({ rssi: 9 });
  expect(await host.command("AT+CSQ")).toEqual(["+CSQ:9,99"]);
  await connect(modem);
  modem.cut();
  await host.urc(/^\+QMTSTAT: 0,1$/);
  radio.removeSim();
  await expect(host.command("AT+CIMI")).rejects.toThrow(AtError);
  radio.insertSim();
  await host.command("AT+CIMI");
  modem.reset("REBOOT_CAUSE_APPLICATION_WATCHDOG");
  await host.urc(/^REBOOT_CAUSE_APPLICATION_WATCHDOG\r\nNeul \r\nOK$/);
});

describe("front ends", () => {
  test("a pseudo-terminal, for other processes; the binding has its path", async () => {
    const modem = await start({ pty: true });
    expect(modem.path).toMatch(/^\/dev\/pts\//);
    expect((await modem.binding.list()).map(({ path }) => path)).toEqual([modem.path]);
    const other = await attach(modem.path);
    await other.write(Buffer.from("AT+CSQ\r"));
    await until("the answer", () => String(other.received).includes("+CSQ:25,99"));
    await other.leave();
  });

  test("a link to it, removed at the end", async () => {
    const folder = mkdtempSync(join(tmpdir(), "bc28-emu-kit-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const link = join(folder, "bc28");
    const modem = await start({ pty: { link } });
    expect(modem.path).toBe(link);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    await modem.close();
    expect(existsSync(link)).toBe(false);
  });
});

describe("closing", () => {
  test("happens once, and rejects all that waits", async () => {
    const modem = await start();
    const waits = [modem.host.urc(/never/), modem.broker.message("never")];
    await Promise.all([modem.close(), modem.close(), modem[Symbol.asyncDispose]()]);
    for (const wait of waits) await expect(wait).rejects.toThrow("(the modem is closed)");
    await expect(modem.host.command("AT")).rejects.toThrow("AT was not answered");
    await expect(modem.host.urc(/never/)).rejects.toThrow("(the modem is closed)");
  });

  test("keeps the trace", async () => {
    const modem = await start();
    await connect(modem);
    await modem.close();
    expect(modem.trace.lines().join("\n")).toMatch(/host> AT\+QMTOPEN.*net< up.*mqtt> CONNECT.*mqtt> DISCONNECT/s);
    expect(modem.trace.events.map(({ event }) => event.kind)).toContain("dial");
  });
});
