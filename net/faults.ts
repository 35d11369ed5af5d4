import type { FaultStatus } from "../emulator/faults/fault.js";
import type { FaultyModem } from "../emulator/faults/faulty-modem.js";
import { readSentence } from "../emulator/faults/language/read-sentence.js";
import type { Scenario } from "../emulator/faults/language/scenario.js";
import type { Sentence } from "../emulator/faults/language/sentence.js";
import type { Loop } from "./loop.js";
import type { Clock } from "./time/clock.js";
import { usage } from "./user-error.js";

export type { FaultStatus, Scenario };

/** What goes wrong with a running modem. */
export interface FaultControl {
  /**
   * Gives faults, each as a sentence such as `lose 2 PUBACK` or `when PUBLISH sent: drop link`: all of them or none. Returns
   * them as they are then; what has acted at once has nothing left.
   * @throws UserError (code 2) that names the word that is wrong and what could stand there
   */
  add(...faults: readonly string[]): readonly FaultStatus[];
  /** The faults that wait for their event or are in force. */
  list(): readonly FaultStatus[];
  /** Takes a fault back. Returns false if no fault with this number waits or is in force. */
  remove(id: number): boolean;
  /** Takes all faults back, and ends scenarios. What was changed for good stays: `sim out` without `for`. */
  clear(): void;
  /** Plays a scenario from its first step on. */
  play(scenario: Scenario): void;
}

/** The sentences of some faults. Throws a UserError (code 2) for the first that cannot be understood. */
export function sentencesOf(faults: readonly string[]): readonly Sentence[] {
  return faults.map((fault) => {
    const read = readSentence(String(fault));
    if ("sentence" in read) return read.sentence;
    throw usage(`fault ${JSON.stringify(fault)}: ${read.problem}`);
  });
}

/** The faults of the modem that runs in a loop now. */
export function faultControl(modemNow: () => FaultyModem, loop: Loop, clock: Clock): FaultControl {
  return {
    add(...faults) {
      const added = modemNow().add(sentencesOf(faults), clock.now());
      if ("problem" in added) throw usage(added.problem);
      loop.carryOut(added.effects);
      return added.faults;
    },
    list: () => modemNow().list(),
    remove(id) {
      const isThere = modemNow()
        .list()
        .some((fault) => fault.id === id);
      if (isThere) loop.carryOut(modemNow().takeBack(id, clock.now()));
      return isThere;
    },
    clear: () => loop.carryOut(modemNow().takeBack("all", clock.now())),
    play: (scenario) => loop.carryOut(modemNow().play(scenario, clock.now())),
  };
}
