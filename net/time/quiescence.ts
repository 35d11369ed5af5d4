import type { LookupFunction, Socket } from "node:net";
import type { Millis } from "../../mqtt/packet.js";
import { UserError } from "../user-error.js";

/** So many turns of the event loop without a byte mean that nothing in this process has anything left to do. */
const quietTurns = 10;
/** So many settling times somebody is waited for who owes an answer, and a host in another process that heard something. */
const patientFactor = 20;
/** How long one look-up is waited for, in ms of real time. */
const lookupTimeoutMs: Millis = 10_000;
/** How long it may go on without a rest, in ms of real time. */
const unrestLimitMs: Millis = 60_000;

/**
 * What moves between the module and the world, so that a clock can wait until all is still. In this process that is
 * seen exactly; what a program elsewhere will answer cannot be seen, nor what a host does before it answers, be it in
 * this process. So connections to elsewhere must be silent for a while, and so must a host that has heard something.
 */
export class Quiescence {
  readonly #settleMs: Millis;
  readonly #sockets = new Set<Socket>();
  readonly #asked = new Set<Promise<void>>();
  readonly #owed = new Set<() => boolean>();
  #count = 0;
  /** So many silences the hosts get, since something was last said on a line. */
  #thinking = 0;

  /** `settleMs`: how long connections to elsewhere and hosts must be silent, in ms of real time. */
  constructor(settleMs: Millis) {
    this.#settleMs = settleMs;
  }

  /** Something moved in this process: a byte, an end, a connection. */
  moved(): void {
    this.#count += 1;
  }

  /** Something was said on a host's line: the host gets time to say more. It gets more of it in another process. */
  spoken({ isElsewhere }: { readonly isElsewhere: boolean }): void {
    this.#thinking = Math.max(this.#thinking, isElsewhere ? patientFactor : 1);
    this.moved();
  }

  /** A connection to elsewhere: until it is closed, each byte on it counts. */
  watch(socket: Socket): void {
    this.#sockets.add(socket);
    this.moved();
    for (const change of ["connect", "end"]) socket.once(change, () => this.moved());
    socket.once("close", () => {
      this.#sockets.delete(socket);
      this.#count += bytesOn(socket) + 1;
    });
  }

  /** Somebody waits for an answer from elsewhere whenever `isOwed` says so; returns how to take that back. */
  awaiting(isOwed: () => boolean): () => void {
    this.#owed.add(isOwed);
    return () => this.#owed.delete(isOwed);
  }

  /** Something is asked of elsewhere: time waits until what this returns is called, but not for ever. */
  asking(): () => void {
    let answered = (): void => {};
    const answer = new Promise<void>((resolve) => {
      answered = resolve;
    });
    this.#asked.add(answer);
    const timer = setTimeout(answered, lookupTimeoutMs).unref();
    answer.then(() => {
      clearTimeout(timer);
      this.#asked.delete(answer);
      this.moved();
    });
    return answered;
  }

  /** The same resolver, whose answers are waited for. */
  following(lookup: LookupFunction): LookupFunction {
    return (name, options, callback) => {
      const answered = this.asking();
      try {
        lookup(name, options, (...answer) => {
          callback(...answer);
          answered();
        });
      } catch (error) {
        answered();
        throw error;
      }
    };
  }

  /**
   * Resolves when nothing has moved for ten turns of the event loop, nor for the settling time on any connection to
   * elsewhere and on the lines of hosts that have heard something, and no name is being looked up. While an answer is
   * owed, and for hosts in other processes, it is twenty times as long. Throws a UserError when that does not happen
   * within a minute.
   */
  async settled(): Promise<void> {
    const deadline = performance.now() + unrestLimitMs;
    let isQuiet = await this.#quiet(deadline);
    for (let silences = 0; !isQuiet || this.#asked.size > 0 || silences < this.#enough; ) {
      if (performance.now() > deadline) throw new UserError(unrest);
      await Promise.all(this.#asked);
      const before = this.#total;
      if (this.#enough > 0) await this.#silence();
      isQuiet = await this.#quiet(deadline);
      silences = this.#total === before ? silences + 1 : 0;
    }
    this.#thinking = 0;
  }

  /** So many silences are enough. */
  get #enough(): number {
    if (this.#sockets.size === 0) return this.#thinking;
    return this.#isOwed ? patientFactor : Math.max(this.#thinking, 1);
  }

  get #isOwed(): boolean {
    for (const isOwed of this.#owed) if (isOwed()) return true;
    for (const { connecting } of this.#sockets) if (connecting) return true;
    return false;
  }

  /** All that has ever moved. */
  get #total(): number {
    let total = this.#count;
    for (const socket of this.#sockets) total += bytesOn(socket);
    return total;
  }

  /**
   * Lets the settling time pass, in single milliseconds with turns of the event loop in between: where the machine is busy
   * and this process stands still, those in it who have something left to do stand still too.
   */
  async #silence(): Promise<void> {
    for (let span = 0; span === 0 || span < this.#settleMs; span += 1) {
      await after(1);
      for (let turn = 0; turn < quietTurns; turn += 1) await nextTurn();
    }
  }

  /** Waits for ten turns without anything; whether they came before the deadline. */
  #quiet(deadline: Millis): Promise<boolean> {
    return new Promise((resolve) => {
      let before = this.#count;
      let quiet = 0;
      const turn = (): void => {
        quiet = this.#count === before ? quiet + 1 : 0;
        before = this.#count;
        if (quiet === quietTurns) resolve(true);
        else if (performance.now() > deadline) resolve(false);
        else setImmediate(turn);
      };
      setImmediate(turn);
    });
  }
}

const unrest = `time cannot go on: for ${unrestLimitMs / 1000} s something has moved without a rest; let the host or the broker pause before clock.advance(), or have manualClock({ settleMs }) ask for less`;

const bytesOn = ({ bytesRead, bytesWritten }: Socket): number => bytesRead + bytesWritten;

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const after = (span: Millis): Promise<void> => new Promise((resolve) => setTimeout(resolve, span));

/** A resolver whose answers are waited for, where anything is. */
export const countedLookup = (lookup: LookupFunction, movement: Quiescence | undefined): LookupFunction =>
  movement?.following(lookup) ?? lookup;
