import { onTestFinished } from "vitest";
import type { Profile } from "../../emulator/profile/profile.js";
import { profileWith } from "../../emulator/profile/profiles.js";
import type { BrokerOptions } from "../../net/broker/broker.js";
import { Log, type LogLevel } from "../../net/log.js";
import type { PortEvents, SerialPort } from "../../net/serial.js";
import { type RunningModem, startModem } from "../../net/start.js";
import { type Clock, scaledClock } from "../../net/time/clock.js";
import { AtHost } from "./at-host.js";

/** What a test wants of a module. */
export interface Wishes {
  /** Where every name leads. */
  readonly port?: number;
  /** In its place: a broker of the module's own. */
  readonly broker?: BrokerOptions;
  readonly quirks?: Readonly<Record<string, string>>;
  readonly timeScale?: number;
  /** In place of one that runs at the scale. */
  readonly clock?: Clock;
  /** What is logged; left out: info. */
  readonly logLevel?: LogLevel;
}

/** A module in this process, with its host. */
export interface Module {
  readonly host: AtHost;
  readonly modem: RunningModem;
  /** The log so far. */
  readonly log: readonly string[];
}

/** Starts a module with a host at a front end of our own; the end of the test ends it. */
export async function startModule(wishes: Wishes): Promise<Module> {
  const { port, broker, quirks, timeScale = 1, clock = scaledClock(timeScale), logLevel = "info" } = wishes;
  const wire = new Wire();
  const log: string[] = [];
  const profile: Profile = profileWith(quirks ?? {});
  const modem = await startModem({
    profile,
    ports: [(events) => wire.open(events)],
    clock,
    ...(broker && { broker }),
    ...(port !== undefined && { mappings: [{ name: "*", host: "127.0.0.1", port }] }),
    log: new Log(logLevel, (line) => log.push(line)),
  });
  onTestFinished(() => modem.close());
  const host = new AtHost(wire);
  await host.urc(/REBOOT_\w+\r\nNeul \r\nOK/);
  return { host, modem, log };
}

/** Both ends of a line without a system in between; neither end is called from inside the other. */
class Wire {
  #events: PortEvents | undefined;
  #early: Uint8Array[] = [];
  #heard: (bytes: Uint8Array) => void = (bytes) => this.#early.push(bytes);

  open(events: PortEvents): SerialPort {
    this.#events = events;
    const write = (bytes: Uint8Array): void => {
      const copy = Uint8Array.from(bytes);
      setImmediate(() => this.#heard(copy));
    };
    return { path: "wire", write, set: () => {}, close: async () => {} };
  }

  write(bytes: Uint8Array): void {
    setImmediate(() => this.#events?.onBytes(bytes));
  }

  listen(heard: (bytes: Uint8Array) => void): void {
    this.#heard = heard;
    for (const bytes of this.#early.splice(0)) heard(bytes);
  }
}

/** Opens and connects; more configuration may come first. */
export async function connect(
  host: AtHost,
  clientId: string,
  { version = 3, login = "", config = [] }: { version?: 3 | 4; login?: string; config?: readonly string[] } = {},
): Promise<void> {
  await host.command(`AT+QMTCFG="version",0,${version}`);
  for (const setting of config) await host.command(`AT+QMTCFG=${setting}`);
  await host.command('AT+QMTOPEN=0,"broker.example",1883');
  await host.urc(/\+QMTOPEN: 0,0/);
  await host.command(`AT+QMTCONN=0,"${clientId}"${login}`);
  await host.urc(/\+QMTCONN: 0,0,0/);
}

/** Subscribes, and sees it granted. */
export async function subscribe(host: AtHost, topic: string, qos: 0 | 1 | 2): Promise<void> {
  await host.command(`AT+QMTSUB=0,1,"${topic}",${qos}`);
  await host.urc(new RegExp(`\\+QMTSUB: 0,1,0,${qos}`));
}
