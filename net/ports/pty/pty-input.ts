import type { PortEventQueue } from "../port-events.js";
import { readTermios, restoreRaw, type Termios, TermiosReader } from "../termios.js";
import { EchoDetector } from "./echo-detector.js";
import type { PtyPair } from "./pty-pair.js";

/** How long hosts take to set their termios after they have opened the terminal, in ms of real time. */
const settingsAfterMs = 20;

/** What is reported where stty fails. */
const unknownSpeed = 0;

/** Input that is held back until a reading of the termios that began after it had come. */
interface Held {
  readonly inspection: number;
  readonly pieces: Uint8Array[];
}

/**
 * Hands on what hosts send, and reports their speed. While the termios are being read it holds the input back: that may
 * be an echo of our own output, or have been sent at a new speed. What comes after a pause has a reading of its own.
 */
export class PtyInput {
  readonly #events: PortEventQueue;
  readonly #echoDetector = new EchoDetector();
  readonly #speedPolling: SpeedPolling;
  #isHostAttached = false;
  /** The speed that was reported last; undefined: none of this host yet. */
  #speed: number | undefined;
  /** How many times `#inspect` was called. */
  #inspections = 0;
  /** The last of these calls that has begun to read the termios. */
  #begun = 0;
  #settingsTimer: NodeJS.Timeout | undefined;
  /** Calls of stty, one after the other. */
  #stty: Promise<void> = Promise.resolve();
  /** Resolves when the last reader has ended. */
  #readerEnded: Promise<void> = Promise.resolve();
  /** Input that is held back, in its order; while there is any, all input is. */
  #held: Held[] = [];
  /** Reads the termios where the speed is wanted; undefined: stty is started for each reading. */
  #reader: TermiosReader | undefined;

  /** `followSpeed`: every change of the host's speed is reported before the input that came at it; a function tells when. */
  constructor(events: PortEventQueue, { followSpeed }: { readonly followSpeed: boolean | (() => boolean) }) {
    this.#events = events;
    this.#speedPolling = new SpeedPolling(followSpeed);
  }

  /** A terminal is open: hosts may come. */
  open(pair: PtyPair): void {
    if (this.#speedPolling.isWanted) this.#startReader(pair);
  }

  /** A host has attached: reads its speed as soon as it has set one. */
  attach(pair: PtyPair): void {
    this.#isHostAttached = true;
    this.#settingsTimer = setTimeout(() => this.#inspect(pair), settingsAfterMs).unref();
  }

  /** The host has sent something: hands it on, or holds it until the termios are read. */
  receive(bytes: Uint8Array, pair: PtyPair): void {
    const mayHaveNewSpeed = this.#speedPolling.received();
    const last = this.#held.at(-1);
    const isBeforeReading = last !== undefined && last.inspection > this.#begun;
    if (last !== undefined && (isBeforeReading || !mayHaveNewSpeed)) {
      last.pieces.push(bytes);
    } else if (last !== undefined || this.#echoDetector.suspects(bytes) || mayHaveNewSpeed) {
      this.#held.push({ inspection: this.#inspections + 1, pieces: [bytes] });
      this.#inspect(pair);
    } else {
      this.#events.emitBytes(bytes);
    }
  }

  /** Something was written to the host. */
  wrote(bytes: Uint8Array): void {
    this.#echoDetector.wrote(bytes);
    this.#speedPolling.wrote();
  }

  /** The host is still attached: reads its speed again where that is due. */
  poll(pair: PtyPair): void {
    if (pair.isExclusive) this.#endReader(); // else it would keep the terminal from being opened again at its path
    if (this.#speedPolling.isDue) this.#inspect(pair);
  }

  /** The host has left: restores raw mode for the next one, and drops what was not read. */
  detach(pair: PtyPair): void {
    if (!this.#speedPolling.isWanted) this.#release(this.#inspections); // where it is wanted, held input waits for its speed
    this.#reset();
    this.#events.emitDropped(pair.discardUnread());
    this.#queue(pair, async () => {
      await restoreRaw(pair.master);
      if (!pair.isClosed && !this.#isHostAttached) this.#events.emitDropped(pair.discardUnread()); // a line begun in cooked mode
    });
  }

  /** The host has left, and its terminal is replaced by a new one. */
  end(): void {
    this.#release(this.#inspections);
    this.#reset();
    this.#endReader();
  }

  /** Resolves when no stty holds a terminal any more. No further one is started for a closed pair. */
  async close(): Promise<void> {
    clearTimeout(this.#settingsTimer);
    this.#endReader();
    await this.#stty;
    await this.#readerEnded;
  }

  #reset(): void {
    clearTimeout(this.#settingsTimer);
    this.#echoDetector.reset();
    this.#speed = undefined;
    this.#isHostAttached = false;
  }

  /** Reads the host's termios: turns ECHO off again, reports a new speed, and releases the input that was held. */
  #inspect(pair: PtyPair): void {
    this.#speedPolling.started();
    this.#inspections += 1;
    const inspection = this.#inspections;
    this.#queue(pair, async () => {
      this.#begun = inspection;
      const termios = await this.#read(pair);
      if (pair.isClosed) return;
      const echoes = termios?.echoes === true;
      if (this.#held.length > 0) this.#echoDetector.checked(echoes);
      if (echoes) await this.#stopEcho(pair);
      if (pair.isClosed) return;
      this.#reportSpeed(termios?.speed);
      this.#release(inspection);
    });
  }

  /** Restores raw mode, and throws away the input: it is our own output. */
  async #stopEcho(pair: PtyPair): Promise<void> {
    await restoreRaw(pair.master);
    if (pair.isClosed) return;
    this.#held = [];
    pair.discardInput();
  }

  /** Reports a speed that is new; also that of a host that has left while its input is still held. */
  #reportSpeed(read: number | undefined): void {
    const speed = read ?? this.#speed ?? unknownSpeed;
    if (read === undefined && !this.#speedPolling.isWanted) return;
    const matters = this.#isHostAttached || this.#held.length > 0;
    if (!matters || speed === this.#speed) return;
    this.#speed = speed;
    this.#events.emitChange({ kind: "speed", speed });
  }

  /** Hands on what was held for an inspection, and for those before it. */
  #release(inspection: number): void {
    for (let [first] = this.#held; first !== undefined && first.inspection <= inspection; [first] = this.#held) {
      this.#held.shift();
      for (const bytes of first.pieces) this.#events.emitBytes(bytes);
    }
  }

  async #read(pair: PtyPair): Promise<Termios | undefined> {
    if (this.#reader?.isOver) this.#startReader(pair);
    const termios = await this.#reader?.read();
    return termios !== undefined || pair.isClosed ? termios : readTermios(pair.master);
  }

  #startReader(pair: PtyPair): void {
    try {
      this.#reader = new TermiosReader(pair.master);
    } catch {
      this.#reader = undefined; // no process or descriptor can be had
    }
  }

  #endReader(): void {
    const reader = this.#reader;
    this.#reader = undefined;
    if (reader !== undefined) this.#readerEnded = reader.close();
  }

  /** Runs a job after those before it, unless the pair is closed by then: its descriptor may belong to something else. */
  #queue(pair: PtyPair, job: () => Promise<void>): void {
    this.#stty = this.#stty.then(() => (pair.isClosed ? undefined : job()));
  }
}

/** A host that sends without a longer pause, in ms, cannot have changed its speed in between. */
const maxPauseMs = 5;
/** How often the speed is read while nothing is sent, in ms. */
const pollIntervalMs = 250;

/** Tells when the host's speed has to be read again. Nothing reports a change of it, so it is polled where it is wanted. */
class SpeedPolling {
  readonly isWanted: boolean;
  readonly #mayHaveChanged: (() => boolean) | undefined;
  #startedAt = Number.NEGATIVE_INFINITY;
  #receivedAt = Number.NEGATIVE_INFINITY;
  #movedAt = Number.NEGATIVE_INFINITY;

  constructor(follow: boolean | (() => boolean)) {
    this.isWanted = follow !== false;
    this.#mayHaveChanged = typeof follow === "function" ? follow : undefined;
  }

  /** The termios are being read. */
  started(): void {
    this.#startedAt = performance.now();
  }

  /** Something was written to the host: hosts change their speed after an answer. */
  wrote(): void {
    this.#receivedAt = Number.NEGATIVE_INFINITY;
    if (this.#mayHaveChanged !== undefined) this.#movedAt = performance.now();
  }

  /** The host has sent something; whether its speed has to be read before that is handed on. */
  received(): boolean {
    const now = performance.now();
    const pauseMs = now - this.#receivedAt;
    this.#receivedAt = now;
    this.#movedAt = now;
    return this.isWanted && pauseMs > maxPauseMs && this.#mayHaveChanged?.() !== false;
  }

  /** Whether the speed has to be read although nothing was sent; where it is known when it may change, only in a pause. */
  get isDue(): boolean {
    const since = this.#mayHaveChanged === undefined ? this.#startedAt : Math.max(this.#startedAt, this.#movedAt);
    return this.isWanted && performance.now() - since > pollIntervalMs;
  }
}
