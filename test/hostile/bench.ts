import { expect } from "vitest";
import { bc28 } from "../../emulator/profile/bc28.js";
import type { Quirks } from "../../emulator/profile/quirks.js";
import { type RunningModem, startModem } from "../../net/start.js";
import type { Clock } from "../../net/time/clock.js";
import { ManualClock } from "../manual-clock.js";
import { Desk } from "./desk.js";
import { type Caller, HostileBroker } from "./hostile-broker.js";

export type Version = 3 | 4;

/** How far the module has come with the hostile broker. */
export type Stage = "open" | "connecting" | "connected";

const result = "\\r\\n\\+QMTPUB: 0,2,0\\r\\n";
const message = '\\r\\n\\+QMTRECV: 0,\\d+,"good/t",hello\\r\\n';
/** For QoS 2 the order on the wire decides, and that is the broker's. */
const bothResults = new RegExp(`^(?:${result}${message}|${message}${result})$`);

interface BenchOptions {
  readonly quirks?: Partial<Quirks>;
  readonly clock?: Clock;
}

/** A modem between a host, a broker that is hostile, and one that is good. */
export class Bench {
  readonly desk: Desk;
  readonly clock: ManualClock;
  readonly hostile: HostileBroker;
  readonly #modem: RunningModem;

  private constructor(desk: Desk, clock: ManualClock, hostile: HostileBroker, modem: RunningModem) {
    this.desk = desk;
    this.clock = clock;
    this.hostile = hostile;
    this.#modem = modem;
  }

  static async start({ quirks, clock }: BenchOptions = {}): Promise<Bench> {
    const desk = new Desk();
    const manual = new ManualClock();
    const modem = await startModem({
      profile: { ...bc28, quirks: { ...bc28.quirks, ...quirks } },
      ports: [desk.open],
      clock: clock ?? manual,
      broker: { port: 0 },
    });
    const bench = new Bench(desk, manual, await HostileBroker.listen(), modem);
    desk.take(); // the banner
    await desk.ask("AT+CMEE=1", "OK");
    return bench;
  }

  async close(): Promise<void> {
    await this.hostile.close(); // first: the modem waits for those who do not hang up
    await this.#modem.close();
  }

  /** Takes the module as far as that with the hostile broker, which is kind until then. */
  async reach(stage: Stage, version: Version = 4, settings: readonly string[] = []): Promise<Caller> {
    await this.desk.ask(`AT+QMTCFG="version",0,${version}`, "OK");
    for (const setting of settings) await this.desk.ask(`AT+QMTCFG=${setting}`, "OK");
    await this.desk.ask(`AT+QMTOPEN=0,"127.0.0.1",${this.hostile.port}`, "OK", "+QMTOPEN: 0,0");
    const caller = await this.hostile.caller();
    if (stage === "open") return caller;
    await this.desk.ask('AT+QMTCONN=0,"hostage"', "OK");
    expect((await caller.next()).slice(0, 2)).toBe("10");
    if (stage === "connecting") return caller;
    caller.say("20 02 00 00");
    await this.desk.hears("+QMTCONN: 0,0,0");
    return caller;
  }

  /** A publish, entered whole; nothing is waited for but its OK. */
  async publish(id: number, qos: 0 | 1 | 2, payload: string): Promise<void> {
    await this.desk.ask(`AT+QMTPUB=0,${id},${qos},0,"t"`, ">");
    this.desk.say(`${payload}\x1a`);
    await this.desk.hears("OK");
  }

  /** The link is gone, the module answers, and a good broker can be used as if nothing had been. */
  async isUnharmed(): Promise<void> {
    const { desk } = this;
    desk.isAnswered();
    await desk.ask("AT+QMTOPEN?", "OK");
    await desk.ask("AT+QMTCONN?", "OK");
    await desk.ask(`AT+QMTOPEN=0,"127.0.0.1",${this.#modem.broker?.port}`, "OK", "+QMTOPEN: 0,0");
    await desk.ask('AT+QMTCONN=0,"good"', "OK", "+QMTCONN: 0,0,0");
    await desk.ask('AT+QMTSUB=0,1,"good/#",2', "OK", "+QMTSUB: 0,1,0,2");
    await desk.ask('AT+QMTPUB=0,2,2,0,"good/t"', ">");
    desk.say("hello\x1a");
    await desk.hears("OK");
    await desk.until("both results", (text) => bothResults.test(text));
    desk.take();
    await desk.ask("AT+QMTDISC=0", "OK", "+QMTDISC: 0,0");
    await desk.ask("AT+QMTCLOSE=0", "OK", "+QMTCLOSE: 0,0");
    desk.isAnswered();
  }
}
