import { expect } from "vitest";
import { bc28 } from "../../emulator/profile/bc28.js";
import type { Quirks } from "../../emulator/profile/quirks.js";
import { type RunningModem, startModem } from "../../net/start.js";
import type { Clock } from "../../net/time/clock.js";
import { ManualClock } from "../manual-clock.js";
import { HostileBroker, type ModuleLink } from "./hostile-broker.js";
import { TestHost } from "./test-host.js";

export type Version = 3 | 4;

/** The state of the module's session with the hostile broker. */
export type Stage = "open" | "connecting" | "connected";

const result = "\\r\\n\\+QMTPUB: 0,2,0\\r\\n";
const message = '\\r\\n\\+QMTRECV: 0,\\d+,"good/t",hello\\r\\n';
/** With QoS 2 the broker decides which of the two comes first. */
const bothResults = new RegExp(`^(?:${result}${message}|${message}${result})$`);

interface BenchOptions {
  readonly quirks?: Partial<Quirks>;
  readonly clock?: Clock;
}

/** A modem with a host, a hostile broker and a good one. */
export class Bench {
  readonly host: TestHost;
  readonly clock: ManualClock;
  readonly hostile: HostileBroker;
  readonly #modem: RunningModem;

  private constructor(host: TestHost, clock: ManualClock, hostile: HostileBroker, modem: RunningModem) {
    this.host = host;
    this.clock = clock;
    this.hostile = hostile;
    this.#modem = modem;
  }

  static async start({ quirks, clock }: BenchOptions = {}): Promise<Bench> {
    const host = new TestHost();
    const manual = new ManualClock();
    const modem = await startModem({
      profile: { ...bc28, quirks: { ...bc28.quirks, ...quirks } },
      ports: [host.open],
      clock: clock ?? manual,
      broker: { port: 0 },
    });
    const bench = new Bench(host, manual, await HostileBroker.listen(), modem);
    host.take(); // the banner
    await host.command("AT+CMEE=1", "OK");
    return bench;
  }

  async close(): Promise<void> {
    await this.hostile.close(); // first: the modem waits for links that are not closed
    await this.#modem.close();
  }

  /** Brings the module to a stage with the hostile broker, which behaves well until then. */
  async reach(stage: Stage, version: Version = 4, settings: readonly string[] = []): Promise<ModuleLink> {
    await this.host.command(`AT+QMTCFG="version",0,${version}`, "OK");
    for (const setting of settings) await this.host.command(`AT+QMTCFG=${setting}`, "OK");
    await this.host.command(`AT+QMTOPEN=0,"127.0.0.1",${this.hostile.port}`, "OK", "+QMTOPEN: 0,0");
    const link = await this.hostile.nextLink();
    if (stage === "open") return link;
    await this.host.command('AT+QMTCONN=0,"module"', "OK");
    expect((await link.nextPacket()).slice(0, 2)).toBe("10");
    if (stage === "connecting") return link;
    link.send("20 02 00 00");
    await this.host.expectLines("+QMTCONN: 0,0,0");
    return link;
  }

  /** Publishes, and waits for the OK alone. */
  async publish(id: number, qos: 0 | 1 | 2, payload: string): Promise<void> {
    await this.host.command(`AT+QMTPUB=0,${id},${qos},0,"t"`, ">");
    this.host.send(`${payload}\x1a`);
    await this.host.expectLines("OK");
  }

  /** Checks that the link is gone, that the module answers, and that it can use a good broker. */
  async expectUnharmed(): Promise<void> {
    const { host } = this;
    host.expectResponsive();
    await host.command("AT+QMTOPEN?", "OK");
    await host.command("AT+QMTCONN?", "OK");
    await host.command(`AT+QMTOPEN=0,"127.0.0.1",${this.#modem.broker?.port}`, "OK", "+QMTOPEN: 0,0");
    await host.command('AT+QMTCONN=0,"good"', "OK", "+QMTCONN: 0,0,0");
    await host.command('AT+QMTSUB=0,1,"good/#",2', "OK", "+QMTSUB: 0,1,0,2");
    await host.command('AT+QMTPUB=0,2,2,0,"good/t"', ">");
    host.send("hello\x1a");
    await host.expectLines("OK");
    await host.until("both lines", (text) => bothResults.test(text));
    host.take();
    await host.command("AT+QMTDISC=0", "OK", "+QMTDISC: 0,0");
    await host.command("AT+QMTCLOSE=0", "OK", "+QMTCLOSE: 0,0");
    host.expectResponsive();
  }
}
