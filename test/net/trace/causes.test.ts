import { afterEach, expect, test } from "vitest";
import type { RecordedEvent } from "../../../net/trace/recorded-event.js";
import { type ManualClock, startModem, type TestModem } from "../../../testing.js";

let modem: TestModem<ManualClock>;
afterEach(() => modem.close());

/** An event in a few words. */
function shortly({ kind, ...event }: RecordedEvent): string {
  if (kind === "packet") return `${event.way} ${event.packet}${event.dup ? " dup" : ""}`;
  return kind === "line" || kind === "answer" || kind === "urc" ? String(event.line) : kind;
}

/** The events from which the last one of that line comes, the first one first. */
function chainTo(line: string): readonly string[] {
  const events = new Map(modem.events.map((event) => [event.seq, event]));
  const chain: string[] = [];
  let event = [...events.values()].findLast((one) => one.line === line);
  for (; event !== undefined; event = events.get(event.cause ?? 0)) {
    if (event.kind !== "bytes") chain.unshift(shortly(event));
    expect(event.cause ?? 0).toBeLessThan(event.seq);
  }
  return chain;
}

async function connect(): Promise<void> {
  modem = await startModem({ clock: "manual" });
  await modem.host.command('AT+QMTOPEN=0,"b",1883');
  await modem.host.urc(/QMTOPEN: 0,0/);
  await modem.host.command('AT+QMTCONN=0,"m"');
  await modem.host.urc(/QMTCONN: 0,0,0/);
}

test("a result leads back to its command by its packets", async () => {
  await connect();
  expect(chainTo("+QMTOPEN: 0,0")).toEqual(['AT+QMTOPEN=0,"b",1883', "dial", "up", "+QMTOPEN: 0,0"]);
  const sent = modem.events.find(({ text }) => text === "\r\n+QMTOPEN: 0,0\r\n");
  expect(modem.events.find(({ seq }) => seq === sent?.cause)).toMatchObject({ kind: "urc", line: "+QMTOPEN: 0,0" });
  expect(chainTo("+QMTCONN: 0,0,0")).toEqual([
    'AT+QMTCONN=0,"m"',
    "sent CONNECT",
    "received CONNACK",
    "+QMTCONN: 0,0,0",
  ]);
  modem.faults.add("lose PUBACK");
  await modem.host.command('AT+QMTPUB=0,7,1,0,"t"', { payload: "22.5" });
  await modem.clock.advance(30_000);
  const publish = ['AT+QMTPUB=0,7,1,0,"t"', "payload", "sent PUBLISH"];
  expect(chainTo("+QMTPUB: 0,7,0")).toEqual([...publish, "sent PUBLISH dup", "received PUBACK", "+QMTPUB: 0,7,0"]);
  const events = modem.events;
  const lost = events.find(({ kind }) => kind === "fault");
  expect(events.find(({ seq }) => seq === lost?.cause)).toMatchObject({ packet: "PUBLISH", msgId: 7, dup: false });
});

test("a message that comes, a reboot, a lost link", async () => {
  await connect();
  await modem.host.command('AT+QMTSUB=0,1,"t",2');
  await modem.host.urc(/QMTSUB: 0,1/);
  modem.broker.publish("t", "hello", { qos: 1 });
  await modem.host.urc(/QMTRECV/);
  const message = modem.events.find(({ line }) => String(line).startsWith("+QMTRECV"))?.line;
  expect(chainTo(String(message))).toEqual(["received PUBLISH", message]);
  modem.faults.add("drop link");
  await modem.host.urc(/QMTSTAT/);
  expect(chainTo("+QMTSTAT: 0,1").slice(-3)).toEqual(["up", "down", "+QMTSTAT: 0,1"]);
  modem.host.send("AT+NRB\r");
  await modem.host.urc(/REBOOT_CAUSE/);
  expect(chainTo("REBOOT_CAUSE_APPLICATION_AT")).toEqual(["AT+NRB", "reboot", "REBOOT_CAUSE_APPLICATION_AT"]);
});

test("a context and its URCs come of their command", async () => {
  modem = await startModem({ clock: "manual" });
  await modem.host.command("AT+NGACTR=1;+NIPINFO=1");
  await modem.host.command('AT+CGDCONT=1,"IP"');
  await modem.host.command("AT+CGACT=1,1");
  await modem.host.urc(/NIPINFO/);
  expect(chainTo("+NIPINFO:1,IP,100.64.0.29")).toEqual(["AT+CGACT=1,1", "+NIPINFO:1,IP,100.64.0.29"]);
  expect(chainTo("+NGACTR:1,1,0")).toEqual(["AT+CGACT=1,1", "+NGACTR:1,1,0"]);
  await modem.host.command('AT+NPIN=0,"1234"');
  await modem.host.urc(/NPIN/);
  expect(chainTo("+NPIN:ERROR PIN disabled")).toEqual(['AT+NPIN=0,"***"', "+NPIN:ERROR PIN disabled"]);
});
