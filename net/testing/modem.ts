/// <reference lib="esnext.disposable" preserve="true" />

import type { RadioChange } from "../../emulator/radio/radio.js";
import type { RebootCause } from "../../emulator/reboot.js";
import type { DownReason } from "../../mqtt/session.js";
import type { CoverageItem } from "../coverage/coverage.js";
import type { FaultControl } from "../faults.js";
import type { SerialBinding } from "../ports/binding/serial-binding.js";
import type { Finding } from "../referee/finding.js";
import type { Clock } from "../time/clock.js";
import type { EventFilter } from "../trace/event-filter.js";
import type { RecordedEvent } from "../trace/recorded-event.js";
import type { TestBroker } from "./broker.js";
import type { TestHost } from "./host.js";
import type { TestNetwork } from "./network.js";
import type { Trace } from "./trace.js";

/** A modem for a test. `await using` closes it. */
export interface TestModem<C extends Clock = Clock> extends AsyncDisposable {
  /** The path that hosts open, by `binding`; where there is a pseudo-terminal, it is a file, too. */
  readonly path: string;
  /** What a host under test passes to `SerialPort` or `SerialPortStream` as `binding`; it has this one port. */
  readonly binding: SerialBinding;
  /** Unplugs the adapter that the binding stands for: the host's port closes with an error. The module runs on. */
  unplug(): void;
  /** Plugs the adapter in again; the host has to open its port again. */
  plugIn(): void;
  /** A host for tests that have none. */
  readonly host: TestHost;
  /** Its clock. With `clock: "manual"`, `clock.advance(ms)` lets time pass. */
  readonly clock: C;
  /** The radio network and the SIM. */
  readonly radio: TestRadio;
  /** The embedded broker. @throws UserError if the modem was started without one */
  readonly broker: TestBroker;
  /** Servers in this process for the sockets of the host. */
  readonly network: TestNetwork;
  /** What goes wrong: `modem.faults.add("lose 2 PUBACK")`. */
  readonly faults: FaultControl;
  /** Resets the module from outside. `cause` left out: by its reset pin. */
  reset(cause?: RebootCause): void;
  /** The network drops the connection to the broker. `reason` left out: `reset`, and the host gets `+QMTSTAT: 0,1`. */
  cut(reason?: DownReason): void;
  /** What has happened in the module. */
  readonly trace: Trace;
  /** The latest events of the run as JSON has them, oldest first; the same as those of `--control`. */
  readonly events: readonly RecordedEvent[];
  /**
   * Waits for an event that fits, by default one that comes from now on: `wait({ says: "+QMTPUB*" })`, `wait({ packet:
   * "PUBACK", way: "received" })`. With `after`, events behind that number count that came before. `within` is in ms of real
   * time, 2000 if left out.
   * @throws Error that tells what came instead, if none comes in time
   */
  wait(filter: EventFilter, options?: { readonly after?: number; readonly within?: number }): Promise<RecordedEvent>;
  /**
   * What the host did that fails or is risky on real hardware, since the start or the last `renew`: the worst first. Findings
   * of one rule are counted. `expect(modem.findings).toEqual([])`
   */
  readonly findings: readonly Finding[];
  /**
   * Everything that a host can meet at a BC28 (commands, results, errors, losses of the link, situations), and how often this
   * host has, over every `renew()`: `[{ group: "results", item: "+QMTOPEN: 0,4", met: 0, recipe: "unknown name" }, …]`.
   */
  readonly coverage: readonly CoverageItem[];
  /**
   * Writes a report into a folder, which is made where it is not there: trace, findings, coverage, JUnit's XML, a summary and
   * a page. It has the events that are still kept.
   * @throws UserError if it cannot be written; then nothing of it has appeared
   */
  report(folder: string): Promise<void>;
  /**
   * A module as it was at the start, and a broker without messages, sessions and retained messages: nothing of the last test
   * is left. Hosts stay attached, and hear the banner of a power-up.
   */
  renew(): Promise<void>;
  /** Closes everything that the start has opened; may be called more than once. Calls that still wait are rejected. */
  close(): Promise<void>;
}

/** The radio network and the SIM of a test modem. Each method changes them at once. */
export interface TestRadio {
  /** Takes the network coverage away: an MQTT session ends with `+QMTSTAT: 0,7`. */
  lose(): void;
  /** Gives the network coverage back. */
  restore(): void;
  /** Removes the SIM. */
  removeSim(): void;
  /** Inserts the SIM again. */
  insertSim(): void;
  /** The network registers the SIM as roaming. */
  roam(): void;
  /** The network denies the SIM its registration. */
  deny(): void;
  /** The network registers the SIM as at home. */
  admit(): void;
  /** Changes several things at once, or the signal: `{ rssi: 9 }` is 0 to 31, or 99 for unknown, as in AT+CSQ. */
  set(change: Omit<RadioChange, "kind">): void;
}

/** A `TestRadio` that makes its changes by calling `change`. */
export function testRadio(change: (what: RadioChange) => void): TestRadio {
  const set: TestRadio["set"] = (what) => change({ ...what, kind: "radio" });
  return {
    lose: () => set({ coverage: false }),
    restore: () => set({ coverage: true }),
    removeSim: () => set({ sim: false }),
    insertSim: () => set({ sim: true }),
    roam: () => set({ network: "roaming" }),
    deny: () => set({ network: "denied" }),
    admit: () => set({ network: "home" }),
    set,
  };
}
