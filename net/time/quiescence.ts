import type { LookupFunction, Socket } from "node:net";
import type { Millis } from "../../mqtt/packet.js";
import { UserError } from "../user-error.js";
import { pause } from "./real-time.js";

/** Turns of the event loop without any activity before this process counts as idle. aedes pauses for two at most. */
const idleTurns = 10;
/**
 * How many settling times to wait for a broker that still has to answer, and for a host in another process that has
 * received something. With the usual 5 ms that is 100 ms: a broker without TCP_NODELAY holds an answer back for 40 ms.
 */
const longWaitFactor = 20;
/** How long to wait for one look-up or decision, in ms of real time. */
const answerTimeoutMs: Millis = 10_000;
/** How long `settled` waits, in ms of real time. */
const settledTimeoutMs: Millis = 60_000;

/**
 * Counts what happens between the module and the outside, so that a manual clock can wait until nothing happens any more.
 * Activity in this process is seen exactly. What a program in another process is about to answer cannot be seen, nor what
 * a host does before it answers. So sockets must be silent for the settling time, and so must the line of a host that has
 * received something.
 */
export class Quiescence {
  readonly #settleMs: Millis;
  readonly #sockets = new Set<Socket>();
  /** Answers that `settled` waits for, each until it comes or times out. */
  readonly #expected = new Set<Promise<void>>();
  readonly #isOwed = new Set<() => boolean>();
  /** Everything that has happened so far, apart from bytes on open sockets. */
  #count = 0;
  /** How many settling times the hosts get to answer, since something last passed on one of their lines. */
  #hostWaits = 0;

  /** `settleMs` is the settling time, in ms of real time. */
  constructor(settleMs: Millis) {
    this.#settleMs = settleMs;
  }

  /** Something has happened in this process: a byte, an end or a connection. */
  moved(): void {
    this.#count += 1;
  }

  /** Something has passed on a host's line: `settled` gives the host time to answer, more if it is in another process. */
  spoken({ isElsewhere }: { readonly isElsewhere: boolean }): void {
    this.#hostWaits = Math.max(this.#hostWaits, isElsewhere ? longWaitFactor : 1);
    this.moved();
  }

  /** Counts every byte on a socket, until it is closed. */
  watch(socket: Socket): void {
    this.#sockets.add(socket);
    this.moved();
    for (const change of ["connect", "end"]) socket.once(change, () => this.moved());
    socket.once("close", () => {
      this.#sockets.delete(socket);
      this.#count += bytesOn(socket) + 1;
    });
  }

  /** While `isOwed` returns true, an answer is expected on a socket. Returns a function that takes that back. */
  awaiting(isOwed: () => boolean): () => void {
    this.#isOwed.add(isOwed);
    return () => this.#isOwed.delete(isOwed);
  }

  /** An answer is expected from outside: `settled` waits until the returned function is called, but 10 s at most. */
  asking(): () => void {
    let answered = (): void => {};
    const answer = new Promise<void>((resolve) => {
      answered = resolve;
    });
    this.#expected.add(answer);
    const timer = setTimeout(answered, answerTimeoutMs).unref();
    answer.then(() => {
      clearTimeout(timer);
      this.#expected.delete(answer);
      this.moved();
    });
    return answered;
  }

  /** The same resolver; `settled` waits for its answers. */
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
   * Resolves when all of this holds: nothing has happened for ten turns of the event loop; nothing has passed for the
   * settling time on any socket, nor on the line of a host that has received something; and no answer of `asking` is
   * expected. While an answer of `awaiting` is owed, and for hosts in other processes, the settling time counts twenty
   * times. Rejects with a UserError after a minute.
   */
  async settled(): Promise<void> {
    const deadline = performance.now() + settledTimeoutMs;
    let isIdle = await this.#idle(deadline);
    for (let waits = 0; !isIdle || this.#expected.size > 0 || waits < this.#waitsNeeded; ) {
      if (performance.now() > deadline) throw new UserError(neverSettled);
      await Promise.all(this.#expected);
      const before = this.#total;
      if (this.#waitsNeeded > 0) await this.#waitSettleTime();
      isIdle = await this.#idle(deadline);
      waits = this.#total === before ? waits + 1 : 0;
    }
    this.#hostWaits = 0;
  }

  /** How many settling times in a row must pass without activity. */
  get #waitsNeeded(): number {
    if (this.#sockets.size === 0) return this.#hostWaits;
    return this.#isAnswerOwed ? longWaitFactor : Math.max(this.#hostWaits, 1);
  }

  get #isAnswerOwed(): boolean {
    for (const isOwed of this.#isOwed) if (isOwed()) return true;
    for (const { connecting } of this.#sockets) if (connecting) return true;
    return false;
  }

  /** Everything that has happened so far. */
  get #total(): number {
    let total = this.#count;
    for (const socket of this.#sockets) total += bytesOn(socket);
    return total;
  }

  /**
   * Waits for the settling time, in steps of 1 ms with turns of the event loop in between: on a busy machine one long
   * timer could end before the rest of this process has had a turn.
   */
  async #waitSettleTime(): Promise<void> {
    for (let span = 0; span === 0 || span < this.#settleMs; span += 1) {
      await pause(1);
      for (let turn = 0; turn < idleTurns; turn += 1) await nextTurn();
    }
  }

  /** Waits for ten turns without activity; resolves with whether they came before the deadline. */
  #idle(deadline: Millis): Promise<boolean> {
    return new Promise((resolve) => {
      let before = this.#count;
      let idle = 0;
      const turn = (): void => {
        idle = this.#count === before ? idle + 1 : 0;
        before = this.#count;
        if (idle === idleTurns) resolve(true);
        else if (performance.now() > deadline) resolve(false);
        else setImmediate(turn);
      };
      setImmediate(turn);
    });
  }
}

const neverSettled = `time cannot go on: for ${settledTimeoutMs / 1000} s something has moved without a rest; let the host or the broker pause before clock.advance(), or give manualClock() a smaller settleMs`;

const bytesOn = ({ bytesRead, bytesWritten }: Socket): number => bytesRead + bytesWritten;

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** The resolver itself, or one whose answers are waited for where there is a quiescence. */
export const countedLookup = (lookup: LookupFunction, quiescence: Quiescence | undefined): LookupFunction =>
  quiescence?.following(lookup) ?? lookup;
