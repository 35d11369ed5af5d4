import type { RadioChange } from "../../emulator/radio/radio.js";

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
