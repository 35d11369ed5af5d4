import type { PortEventQueue } from "../port-events.js";
import { readTermios, remakeRaw } from "../termios.js";
import { EchoGuard } from "./echo-guard.js";
import type { PtyPair } from "./pty-pair.js";

/** So long hosts take to set their termios after they opened the terminal, in milliseconds. */
const settled = 20;

/**
 * Hands on what hosts send, and tells their speed. While the termios are in question it holds back what comes: that may be
 * our own output, or have come at a new speed.
 */
export class PtyInput {
  readonly #teller: PortEventQueue;
  readonly #guard = new EchoGuard();
  readonly #speedWatch: SpeedWatch;
  #isHostThere = false;
  #speed: number | undefined;
  /** So many looks at the termios have begun. */
  #looks = 0;
  #settling: NodeJS.Timeout | undefined;
  /** Calls of stty, one after the other. */
  #stty: Promise<void> = Promise.resolve();
  #held: Uint8Array[] | undefined;

  /** `followSpeed`: every change of the host's speed is told before what comes at it. */
  constructor(teller: PortEventQueue, { followSpeed }: { readonly followSpeed: boolean }) {
    this.#teller = teller;
    this.#speedWatch = new SpeedWatch(followSpeed);
  }

  /** A host has come. */
  arrive(pair: PtyPair): void {
    this.#isHostThere = true;
    this.#settling = setTimeout(() => this.#inspect(pair), settled).unref();
  }

  /** It has sent something. */
  take(bytes: Uint8Array, pair: PtyPair): void {
    const mayHaveTuned = this.#speedWatch.hears();
    if (this.#held !== undefined) {
      this.#held.push(bytes);
    } else if (this.#guard.suspects(bytes) || mayHaveTuned) {
      this.#held = [bytes];
      this.#inspect(pair);
    } else {
      this.#teller.bytes(bytes);
    }
  }

  /** Something was said to it. */
  said(bytes: Uint8Array): void {
    this.#guard.wrote(bytes);
    this.#speedWatch.answered();
  }

  /** It is still there. */
  look(pair: PtyPair): void {
    if (this.#speedWatch.isOutdated) this.#inspect(pair);
  }

  /** It has left; what it has set is taken back, what it has not read is lost. */
  leave(pair: PtyPair): void {
    if (!this.#speedWatch.follows) this.#release(); // else when its speed is known
    this.#forget();
    this.#teller.dropped(pair.discardUnread());
    this.#queue(pair, async () => {
      await remakeRaw(pair.master);
      if (!pair.isClosed && !this.#isHostThere) this.#teller.dropped(pair.discardUnread()); // a line begun in cooked mode
    });
  }

  /** It has left, and the terminal is spent. */
  end(): void {
    this.#release();
    this.#forget();
  }

  /** Settles when no stty holds a terminal any more; none is begun where the terminal is closed. */
  close(): Promise<void> {
    clearTimeout(this.#settling);
    return this.#stty;
  }

  #forget(): void {
    clearTimeout(this.#settling);
    this.#guard.reset();
    this.#speed = undefined;
    this.#isHostThere = false;
  }

  /** Reads what the host has set, and takes back an ECHO: an echoing line feeds our own output to us for ever. */
  #inspect(pair: PtyPair): void {
    this.#speedWatch.looks();
    this.#looks += 1;
    const look = this.#looks;
    this.#queue(pair, async () => {
      const termios = await readTermios(pair.master);
      if (pair.isClosed) return;
      const echoes = termios?.echoes === true;
      if (this.#held !== undefined) this.#guard.looked(echoes);
      if (echoes) await this.#disarm(pair);
      if (pair.isClosed) return;
      if (termios !== undefined) this.#tellSpeed(termios.speed);
      if (look === this.#looks) this.#release(); // what came since this look began waits for the next
    });
  }

  async #disarm(pair: PtyPair): Promise<void> {
    await remakeRaw(pair.master);
    if (pair.isClosed) return;
    this.#held = undefined;
    pair.discardInput();
  }

  /** A host may leave before its speed is known; what it has sent is then still held. */
  #tellSpeed(speed: number): void {
    const matters = this.#isHostThere || this.#held !== undefined;
    if (!matters || speed === this.#speed) return;
    this.#speed = speed;
    this.#teller.change({ kind: "speed", speed });
  }

  #release(): void {
    for (const bytes of this.#held ?? []) this.#teller.bytes(bytes);
    this.#held = undefined;
  }

  /** A closed pair's descriptors may mean something else by the time it is its turn. */
  #queue(pair: PtyPair, job: () => Promise<void>): void {
    this.#stty = this.#stty.then(() => (pair.isClosed ? undefined : job()));
  }
}

/** Who sends without such a pause, in milliseconds, is still in the same breath. */
const breath = 5;
/** So long what is known counts while nothing moves, in milliseconds. */
const lasts = 250;

/** Knows when the host may have set another speed since the last look, where every change of it matters. */
export class SpeedWatch {
  /** Whether anybody wants to know. */
  readonly follows: boolean;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #heardAt = Number.NEGATIVE_INFINITY;

  constructor(follows: boolean) {
    this.follows = follows;
  }

  /** A look at the termios begins. */
  looks(): void {
    this.#lookedAt = performance.now();
  }

  /** Something was said to the host: an answer is what hosts change their speed after. */
  answered(): void {
    this.#heardAt = Number.NEGATIVE_INFINITY;
  }

  /** The host has sent something: whether to look before it is handed on. */
  hears(): boolean {
    const now = performance.now();
    const pause = now - this.#heardAt;
    this.#heardAt = now;
    return this.follows && pause > breath;
  }

  /** Nothing has come: whether it is time to look all the same. */
  get isOutdated(): boolean {
    return this.follows && performance.now() - this.#lookedAt > lasts;
  }
}
