import type { PortEvents, SerialPort } from "../serial.js";
import { Teller } from "../teller.js";
import { readTermios, remakeRaw } from "../termios.js";
import { EchoGuard } from "./echo-guard.js";
import { Lookout } from "./lookout.js";
import { PtyPair } from "./pty-pair.js";
import { SpeedWatch } from "./speed-watch.js";
import { Symlink } from "./symlink.js";

/** How a pseudo-terminal is to be opened. */
export interface PtyOptions {
  /** The path of a symlink to the terminal, for a name that stays. */
  readonly link?: string;
  /** Whether every change of the host's speed is to be told in time; left out: only what it sets when it comes. */
  readonly followSpeed?: boolean;
}

/** So long hosts take to set their termios after they opened the terminal. */
const settled = 20;

/**
 * Opens a pseudo-terminal that hosts attach to and leave as they like.
 * @throws UserError if there is none to be had, or if the link is refused; then nothing has changed.
 */
export function openPty(options: PtyOptions, events: PortEvents): SerialPort {
  return new Pty(options, events);
}

class Pty implements SerialPort {
  readonly #teller: Teller;
  readonly #link: Symlink | undefined;
  readonly #guard = new EchoGuard();
  readonly #lookout: Lookout;
  #pair: PtyPair;
  #attached = false;
  #speed: number | undefined;
  readonly #speedWatch: SpeedWatch;
  /** So many looks at the termios have begun. */
  #looks = 0;
  #settling: NodeJS.Timeout | undefined;
  /** Calls of stty, one after the other. */
  #stty: Promise<void> = Promise.resolve();
  /** What came in since it began to look like an echo, until the termios have been looked at. */
  #held: Uint8Array[] | undefined;
  #closed = false;

  constructor(options: PtyOptions, events: PortEvents) {
    this.#teller = new Teller(events);
    this.#speedWatch = new SpeedWatch(options.followSpeed === true);
    this.#link = options.link === undefined ? undefined : new Symlink(options.link);
    this.#pair = this.#open();
    try {
      this.#link?.point(this.path);
    } catch (error) {
      this.#pair.close();
      throw error;
    }
    this.#lookout = new Lookout(() => this.#look());
  }

  get path(): string {
    return this.#pair.path;
  }

  write(bytes: Uint8Array): void {
    if (this.#closed) return;
    if (!this.#attached) this.#look();
    const taken = this.#attached ? this.#pair.write(bytes) : 0;
    if (this.#attached) this.#lookout.moved();
    this.#guard.wrote(taken === bytes.length ? bytes : bytes.subarray(0, taken));
    this.#speedWatch.answered();
    this.#teller.dropped(bytes.length - taken);
  }

  /** A pseudo-terminal has neither modem lines nor a speed of its own. */
  set(): void {}

  async close(): Promise<void> {
    this.#stop();
    this.#teller.silence();
    this.#pair.close();
    await this.#stty; // a running stty still holds the terminal
  }

  #open(path?: string): PtyPair {
    return new PtyPair({ onBytes: (bytes) => this.#came(bytes), onEnd: () => this.#replacePair() }, path);
  }

  #look(): void {
    const { attached, spent, bytes } = this.#pair.probe();
    if (attached || bytes !== undefined) this.#attach();
    if (bytes !== undefined) this.#take(bytes);
    if (spent) this.#replacePair();
    else if (!attached) this.#detach();
    else if (this.#speedWatch.isOutdated) this.#inspect();
  }

  /** A host that writes and leaves at once may be gone before anybody has looked. */
  #came(bytes: Uint8Array): void {
    const known = this.#attached;
    this.#lookout.moved();
    this.#attach();
    this.#take(bytes);
    if (!known) this.#look();
  }

  #take(bytes: Uint8Array): void {
    const mayHaveTuned = this.#speedWatch.hears();
    if (this.#held !== undefined) {
      this.#held.push(bytes);
    } else if (this.#guard.suspects(bytes) || mayHaveTuned) {
      this.#held = [bytes];
      this.#inspect();
    } else {
      this.#teller.bytes(bytes);
    }
  }

  #attach(): void {
    if (this.#attached) return;
    this.#attached = true;
    this.#teller.change({ kind: "attach" });
    this.#settling = setTimeout(() => this.#inspect(), settled).unref();
  }

  #detach(): void {
    if (!this.#attached) return;
    if (!this.#speedWatch.follows) this.#release(); // else when its speed is known
    this.#leave();
    const pair = this.#pair;
    this.#teller.dropped(pair.discardUnread());
    this.#queue(async () => {
      if (this.#isOver(pair)) return;
      await remakeRaw(pair.master);
      if (!this.#isOver(pair) && !this.#attached) this.#teller.dropped(pair.discardUnread()); // a line begun in cooked mode
    });
  }

  #leave(): void {
    clearTimeout(this.#settling);
    this.#guard.reset();
    this.#speed = undefined;
    if (this.#attached) this.#teller.change({ kind: "detach" });
    this.#attached = false;
  }

  /** The flag of an exclusive host (TIOCEXCL) stays on the terminal and goes only with it. */
  #replacePair(): void {
    this.#release();
    this.#leave();
    const before = this.path;
    this.#pair.close(); // both ends closed first: then the path is free again
    const next = this.#openAgain(before);
    if (next === undefined) {
      this.#stop();
      this.#teller.change({ kind: "ended" });
      return;
    }
    this.#pair = next;
    if (this.path === before) return;
    this.#link?.follow(this.path);
    this.#teller.change({ kind: "path", path: this.path });
  }

  #openAgain(path: string): PtyPair | undefined {
    try {
      return this.#open(path);
    } catch {
      return undefined;
    }
  }

  /** Reads what the host has set, and takes back an ECHO: an echoing line feeds our own output to us for ever. */
  #inspect(): void {
    const pair = this.#pair;
    this.#speedWatch.looks();
    this.#looks += 1;
    const look = this.#looks;
    this.#queue(async () => {
      const termios = this.#isOver(pair) ? undefined : await readTermios(pair.master);
      if (this.#isOver(pair)) return;
      const echoes = termios?.echoes === true;
      if (this.#held !== undefined) this.#guard.looked(echoes);
      if (echoes) {
        await remakeRaw(pair.master);
        if (this.#isOver(pair)) return;
        this.#held = undefined;
        pair.discardInput();
      }
      if (termios !== undefined) this.#tellSpeed(termios.speed);
      if (look === this.#looks) this.#release(); // what came since this look began waits for the next
    });
  }

  /** A host may leave before its speed is known; what it has sent is then still held. */
  #tellSpeed(speed: number): void {
    const matters = this.#attached || this.#held !== undefined;
    if (!matters || speed === this.#speed) return;
    this.#speed = speed;
    this.#teller.change({ kind: "speed", speed });
  }

  #release(): void {
    for (const bytes of this.#held ?? []) this.#teller.bytes(bytes);
    this.#held = undefined;
  }

  #queue(job: () => Promise<void>): void {
    this.#stty = this.#stty.then(job);
  }

  /** Whether this pair's descriptors are closed: their numbers may mean something else by now. */
  #isOver(pair: PtyPair): boolean {
    return this.#closed || pair !== this.#pair;
  }

  #stop(): void {
    this.#closed = true;
    this.#lookout.stop();
    clearTimeout(this.#settling);
    this.#link?.remove();
  }
}
