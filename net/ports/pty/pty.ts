import type { PortEvents, SerialPort } from "../../serial.js";
import { PortEventQueue } from "../port-events.js";
import { AttachDetection } from "./attach-detection.js";
import { PtyInput } from "./pty-input.js";
import { PtyOutput } from "./pty-output.js";
import { PtyPair } from "./pty-pair.js";
import { Symlink } from "./symlink.js";

/** How a pseudo-terminal is opened. */
export interface PtyOptions {
  /** The path of a symlink to the terminal, which stays the same from run to run. Left out: there is none. */
  readonly link?: string;
  /**
   * Whether every change of the host's speed is reported before what it sends at it. Left out: only its first speed is. To
   * read the speed takes some ms; a function tells when the host may have changed it, and saves them otherwise.
   */
  readonly followSpeed?: boolean | (() => boolean);
}

/**
 * Opens a pseudo-terminal; hosts may attach and leave at any time. The `path` of the port is that of the terminal, for
 * instance /dev/pts/3. It changes where an exclusive host (TIOCEXCL) has left, which is reported as `path`.
 * @throws UserError if no terminal can be opened, or the link cannot be made; then nothing has changed.
 */
export function openPty(options: PtyOptions, events: PortEvents): SerialPort {
  return new Pty(options, events);
}

class Pty implements SerialPort {
  readonly #events: PortEventQueue;
  readonly #link: Symlink | undefined;
  readonly #followSpeed: boolean;
  readonly #input: PtyInput;
  readonly #output: PtyOutput;
  readonly #attachDetection: AttachDetection;
  #pair: PtyPair;
  #attached = false;
  #closed = false;

  constructor({ link, followSpeed = false }: PtyOptions, events: PortEvents) {
    this.#events = new PortEventQueue(events);
    this.#input = new PtyInput(this.#events, { followSpeed });
    this.#output = new PtyOutput((bytes) => {
      this.#attachDetection.moved();
      this.#input.wrote(bytes);
    });
    this.#followSpeed = followSpeed === true; // a function hands on what comes before the speed is known
    this.#link = link === undefined ? undefined : new Symlink(link);
    this.#pair = this.#open();
    try {
      this.#link?.point(this.path);
    } catch (error) {
      this.#pair.close();
      throw error;
    }
    this.#input.open(this.#pair);
    this.#attachDetection = new AttachDetection(() => this.#probe());
  }

  get path(): string {
    return this.#pair.path;
  }

  get unsent(): number {
    return this.#output.size;
  }

  write(bytes: Uint8Array): void {
    if (this.#closed) return;
    const wasAttached = this.#attached;
    if (!wasAttached) this.#probe();
    const isReady = wasAttached || !this.#followSpeed; // a host that is found here may have a speed at which this is garbage
    if (this.#attached) this.#attachDetection.moved();
    const isHeard = this.#attached && isReady;
    this.#events.emitDropped(isHeard ? this.#output.write(bytes, this.#pair) : bytes.length);
  }

  /** Does nothing: a pseudo-terminal has neither modem lines nor a speed of its own. */
  set(): void {}

  async close(): Promise<void> {
    this.#stop();
    this.#output.clear();
    this.#events.stop();
    this.#pair.close();
    await this.#input.close(); // a stty that still runs holds the terminal
  }

  #open(path?: string): PtyPair {
    return new PtyPair({ onBytes: (bytes) => this.#receive(bytes), onEnd: () => this.#replacePair() }, path);
  }

  #probe(): void {
    const { attached, spent, bytes } = this.#pair.probe();
    if (attached || bytes !== undefined) this.#attach();
    if (bytes !== undefined) this.#input.receive(bytes, this.#pair);
    if (spent) this.#replacePair();
    else if (!attached) this.#detach();
    else this.#input.poll(this.#pair);
  }

  /** Bytes prove that a host is there; one that writes and leaves at once may be gone again before the next probe. */
  #receive(bytes: Uint8Array): void {
    const wasAttached = this.#attached;
    this.#attachDetection.moved();
    this.#attach();
    this.#input.receive(bytes, this.#pair);
    if (!wasAttached) this.#probe();
  }

  #attach(): void {
    if (this.#attached) return;
    this.#attached = true;
    this.#events.emitChange(this.#followSpeed ? { kind: "attach", readsSpeed: true } : { kind: "attach" });
    this.#input.attach(this.#pair);
  }

  #detach(): void {
    if (!this.#attached) return;
    this.#events.emitDropped(this.#output.clear());
    this.#input.detach(this.#pair);
    this.#reportDetached();
  }

  #reportDetached(): void {
    if (this.#attached) this.#events.emitChange({ kind: "detach" });
    this.#attached = false;
  }

  /** Opens a new terminal: the flag of an exclusive host (TIOCEXCL) stays on the old one, and shuts all others out. */
  #replacePair(): void {
    this.#events.emitDropped(this.#output.clear());
    this.#input.end();
    this.#reportDetached();
    const before = this.path;
    this.#pair.close(); // closed first, so that the new one may get the same path
    const next = this.#openAgain(before);
    if (next === undefined) {
      this.#stop();
      this.#events.emitChange({ kind: "ended" });
      return;
    }
    this.#pair = next;
    this.#input.open(next);
    if (this.path === before) return;
    this.#link?.follow(this.path);
    this.#events.emitChange({ kind: "path", path: this.path });
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
    this.#attachDetection.stop();
    this.#link?.remove();
  }
}
