/// <reference lib="esnext.disposable" preserve="true" />
import type { RadioChange } from "../../emulator/radio/radio.js";
import type { RebootCause } from "../../emulator/reboot.js";
import type { DownReason } from "../../mqtt/session.js";
import type { SerialBinding } from "../ports/binding/serial-binding.js";
import type { Clock } from "../time/clock.js";
import type { TestBroker } from "./broker.js";
import type { TestHost } from "./host.js";
import type { Trace } from "./trace.js";

/** A modem in a test's hands. */
export interface TestModem<C extends Clock = Clock> extends AsyncDisposable {
  /** What hosts open: by `binding`, and if there is a pseudo-terminal, as a file. */
  readonly path: string;
  /** What a host under test passes to `SerialPort` or `SerialPortStream`; it knows this one port. */
  readonly binding: SerialBinding;
  /** Pulls the adapter that the binding stands for: the host's port closes with an error. The module runs on. */
  unplug(): void;
  /** Puts the adapter back. */
  plugIn(): void;
  /** A host for tests without one of their own. */
  readonly host: TestHost;
  /** With `"manual"`: `clock.advance(ms)`. */
  readonly clock: C;
  readonly radio: TestRadio;
  /** @throws UserError where the modem was started without */
  readonly broker: TestBroker;
  /** Somebody resets the module. Left out: by its reset pin. */
  reset(cause?: RebootCause): void;
  /** The network drops the connection to the broker: the host sees `+QMTSTAT: 0,1`, unless the reason is another one. */
  cut(reason?: DownReason): void;
  readonly trace: Trace;
  /** Closes all that the start has opened; may be called more than once. What still waits is told so. */
  close(): Promise<void>;
}

/** What the world does to the radio. */
export interface TestRadio {
  /** No network is to be heard any more: an MQTT session ends with `+QMTSTAT: 0,7`. */
  lose(): void;
  /** The network is there again. */
  restore(): void;
  removeSim(): void;
  insertSim(): void;
  /** The network takes the SIM as a guest's. */
  roam(): void;
  /** The network does not want the SIM. */
  deny(): void;
  /** The network takes the SIM as its own. */
  admit(): void;
  /** Several at once, and the signal: `{ rssi: 9 }`, 0 to 31, 99 unknown. */
  set(change: Omit<RadioChange, "kind">): void;
}

/** The world's side of the radio. */
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
