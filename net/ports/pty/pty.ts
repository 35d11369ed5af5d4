import type { PortEvents, SerialPort } from "../../serial.js";
import { PortEventQueue } from "../port-events.js";
import { AttachDetection } from "./attach-detection.js";
import { PtyInput } from "./pty-input.js";
import { PtyPair } from "./pty-pair.js";
import { Symlink } from "./symlink.js";

/** How a pseudo-terminal is to be opened. */
export interface PtyOptions {
  /** The path of a symlink to the terminal, for a name that stays. */
  readonly link?: string;
  /** Whether every change of the host's speed is to be told in time; left out: only what it sets when it comes. */
  readonly followSpeed?: boolean;
}

/**
 * Opens a pseudo-terminal that hosts attach to and leave as they like.
 * @throws UserError if there is none to be had, or if the link is refused; then nothing has changed.
 */
export function openPty(options: PtyOptions, events: PortEvents): SerialPort {
  return new Pty(options, events);
}

class Pty implements SerialPort {
  readonly #teller: PortEventQueue;
  readonly #link: Symlink | undefined;
  readonly #intake: PtyInput;
  readonly #lookout: AttachDetection;
  #pair: PtyPair;
  #attached = false;
  #closed = false;

  constructor({ link, followSpeed = false }: PtyOptions, events: PortEvents) {
    this.#teller = new PortEventQueue(events);
    this.#intake = new PtyInput(this.#teller, { followSpeed });
    this.#link = link === undefined ? undefined : new Symlink(link);
    this.#pair = this.#open();
    try {
      this.#link?.point(this.path);
    } catch (error) {
      this.#pair.close();
      throw error;
    }
    this.#lookout = new AttachDetection(() => this.#look());
  }

  get path(): string {
    return this.#pair.path;
  }

  write(bytes: Uint8Array): void {
    if (this.#closed) return;
    if (!this.#attached) this.#look();
    const taken = this.#attached ? this.#pair.write(bytes) : 0;
    if (this.#attached) this.#lookout.moved();
    this.#intake.said(bytes.subarray(0, taken));
    this.#teller.dropped(bytes.length - taken);
  }

  /** A pseudo-terminal has neither modem lines nor a speed of its own. */
  set(): void {}

  async close(): Promise<void> {
    this.#stop();
    this.#teller.silence();
    this.#pair.close();
    await this.#intake.close(); // a running stty still holds the terminal
  }

  #open(path?: string): PtyPair {
    return new PtyPair({ onBytes: (bytes) => this.#came(bytes), onEnd: () => this.#replacePair() }, path);
  }

  #look(): void {
    const { attached, spent, bytes } = this.#pair.probe();
    if (attached || bytes !== undefined) this.#attach();
    if (bytes !== undefined) this.#intake.take(bytes, this.#pair);
    if (spent) this.#replacePair();
    else if (!attached) this.#detach();
    else this.#intake.look(this.#pair);
  }

  /** A host that writes and leaves at once may be gone before anybody has looked. */
  #came(bytes: Uint8Array): void {
    const known = this.#attached;
    this.#lookout.moved();
    this.#attach();
    this.#intake.take(bytes, this.#pair);
    if (!known) this.#look();
  }

  #attach(): void {
    if (this.#attached) return;
    this.#attached = true;
    this.#teller.change({ kind: "attach" });
    this.#intake.arrive(this.#pair);
  }

  #detach(): void {
    if (!this.#attached) return;
    this.#intake.leave(this.#pair);
    this.#tellDetached();
  }

  #tellDetached(): void {
    if (this.#attached) this.#teller.change({ kind: "detach" });
    this.#attached = false;
  }

  /** The flag of an exclusive host (TIOCEXCL) stays on the terminal and goes only with it. */
  #replacePair(): void {
    this.#intake.end();
    this.#tellDetached();
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

  #stop(): void {
    this.#closed = true;
    this.#lookout.stop();
    this.#link?.remove();
  }
}
