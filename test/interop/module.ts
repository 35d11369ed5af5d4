import { onTestFinished } from "vitest";
import type { Profile } from "../../emulator/profile/profile.js";
import { profileWith } from "../../emulator/profile/profiles.js";
import type { BrokerOptions } from "../../net/broker/broker.js";
import { Log, type LogLevel } from "../../net/log.js";
import type { PortEvents, SerialPort } from "../../net/serial.js";
import { type RunningModem, startModem } from "../../net/start.js";
import { type Clock, scaledClock } from "../../net/time/clock.js";
import { AtHost } from "./at-host.js";

/** How a module is started. */
export interface ModuleOptions {
  /** The port on 127.0.0.1 to which every name leads. */
  readonly port?: number;
  /** Instead of that: an embedded broker. */
  readonly broker?: BrokerOptions;
  readonly quirks?: Readonly<Record<string, string>>;
  readonly timeScale?: number;
  /** Left out: a clock that runs `timeScale` times as fast as real time. */
  readonly clock?: Clock;
  /** Left out: info. */
  readonly logLevel?: LogLevel;
}

/** A module in this process, with its host. */
export interface Module {
  readonly host: AtHost;
  readonly modem: RunningModem;
  /** The log so far. */
  readonly log: readonly string[];
}

/** Starts a module with a host in this process; it is closed at the end of the test. */
export async function startModule(options: ModuleOptions): Promise<Module> {
  const { port, broker, quirks, timeScale = 1, clock = scaledClock(timeScale), logLevel = "info" } = options;
  const line = new InProcessLine();
  const log: string[] = [];
  const profile: Profile = profileWith(quirks ?? {});
  const modem = await startModem({
    profile,
    ports: [(events) => line.open(events)],
    clock,
    ...(broker && { broker }),
    ...(port !== undefined && { mappings: [{ name: "*", host: "127.0.0.1", port }] }),
    log: new Log(logLevel, (line) => log.push(line)),
  });
  onTestFinished(() => modem.close());
  const host = new AtHost(line);
  await host.urc(/REBOOT_\w+\r\nNeul \r\nOK/);
  return { host, modem, log };
}

/** A line within this process; each end is called in a later turn than the other's call. */
class InProcessLine {
  #events: PortEvents | undefined;
  #early: Uint8Array[] = [];
  #onBytes: (bytes: Uint8Array) => void = (bytes) => this.#early.push(bytes);

  open(events: PortEvents): SerialPort {
    this.#events = events;
    const write = (bytes: Uint8Array): void => {
      const copy = Uint8Array.from(bytes);
      setImmediate(() => this.#onBytes(copy));
    };
    return { path: "wire", write, set: () => {}, close: async () => {} };
  }

  write(bytes: Uint8Array): void {
    setImmediate(() => this.#events?.onBytes(bytes));
  }

  listen(onBytes: (bytes: Uint8Array) => void): void {
    this.#onBytes = onBytes;
    for (const bytes of this.#early.splice(0)) onBytes(bytes);
  }
}

/** Opens and connects, after further AT+QMTCFG settings. */
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

/** Subscribes, and waits until it is granted. */
export async function subscribe(host: AtHost, topic: string, qos: 0 | 1 | 2): Promise<void> {
  await host.command(`AT+QMTSUB=0,1,"${topic}",${qos}`);
  await host.urc(new RegExp(`\\+QMTSUB: 0,1,0,${qos}`));
}
