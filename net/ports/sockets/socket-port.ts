import type { Socket } from "node:net";
import { addressText } from "../../listening.js";
import type { ModemLines, SerialPort } from "../../serial.js";
import type { PortEventQueue } from "../port-events.js";
import { SocketHost } from "./socket-host.js";

/** The way to a host. */
export type Wire = Pick<SocketHost, "room" | "send">;

/** What one host speaks on its socket. */
export interface Speech {
  /** Something came from it. */
  heard(bytes: Uint8Array): void;
  /** Says the module's bytes to it; returns how many of them it took. */
  say(bytes: Uint8Array): number;
  /** The module's lines are now these. */
  set(lines: ModemLines): void;
  /** It is gone; returns how many of the module's bytes were still kept for it. */
  end(): number;
}

/** Begins to speak with a host. */
export type Speak = (wire: Wire, teller: PortEventQueue, lines: ModemLines) => Speech;

/** Nothing but bytes, both ways. */
export const rawSpeech: Speak = (wire, teller) => ({
  heard: (bytes) => teller.bytes(bytes),
  say(bytes) {
    const taken = Uint8Array.from(bytes.subarray(0, wire.room)); // a copy: it may wait there
    wire.send(taken);
    return taken.length;
  },
  set: () => {},
  end: () => 0,
});

/** What a port of sockets is made of. */
interface SocketPortParts {
  readonly path: string;
  readonly teller: PortEventQueue;
  readonly speak: Speak;
  /** Stops whatever brings hosts. */
  stop(): Promise<void>;
}

/** How long a further host waits for the news that the former one has hung up, in milliseconds. */
const courtesy = 100;
/** How many may wait so. */
const mostWaiting = 8;
/** What the lines of three-wire modules are tied to. */
const tied: ModemLines = { cts: true, dsr: true, dcd: true, ri: false };

/** A front end whose hosts come as sockets, one at a time. */
export class SocketPort implements SerialPort {
  readonly path: string;
  readonly #parts: SocketPortParts;
  #attached: { readonly host: SocketHost; readonly speech: Speech } | undefined;
  /** Further hosts, and when each is turned away. */
  readonly #waiting = new Map<Socket, NodeJS.Timeout>();
  #lines: ModemLines = tied;
  #closing: Promise<void> | undefined;

  constructor(parts: SocketPortParts) {
    this.path = parts.path;
    this.#parts = parts;
  }

  /** Lets a host in, or turns it away where another one stays attached. */
  welcome(socket: Socket): void {
    if (this.#closing !== undefined) socket.destroy();
    else if (this.#attached === undefined) this.#attach(socket);
    else if (this.#waiting.size < mostWaiting) this.#letWait(socket);
    else this.#refuse(socket);
  }

  write(bytes: Uint8Array): void {
    if (this.#closing !== undefined) return;
    const taken = this.#attached?.speech.say(bytes) ?? 0;
    this.#parts.teller.dropped(bytes.length - taken);
  }

  set({ lines }: { readonly lines?: ModemLines }): void {
    this.#lines = { ...this.#lines, ...lines };
    this.#attached?.speech.set(this.#lines);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#parts.teller.silence();
    for (const socket of this.#waiting.keys()) socket.destroy();
    await Promise.all([this.#attached?.host.close(), this.#parts.stop()]);
  }

  #attach(socket: Socket): void {
    const { teller, speak } = this.#parts;
    const host: SocketHost = new SocketHost(socket, {
      bytes: (bytes) => speech.heard(bytes),
      gone: (unread) => this.#detach(unread + speech.end()),
    });
    const speech = speak(host, teller, this.#lines);
    this.#attached = { host, speech };
    teller.change({ kind: "attach" });
  }

  #detach(unread: number): void {
    this.#attached = undefined;
    this.#parts.teller.dropped(unread);
    this.#parts.teller.change({ kind: "detach" });
    const [next] = this.#waiting.keys();
    if (next === undefined) return;
    this.#waitNoMore(next);
    this.#attach(next);
  }

  /** Who hangs up and comes again at once may be here before the news of the former. */
  #letWait(socket: Socket): void {
    const refusal = setTimeout(() => this.#refuse(socket), courtesy);
    this.#waiting.set(socket, refusal);
    socket.on("error", () => {}).once("close", () => this.#waitNoMore(socket));
  }

  #waitNoMore(socket: Socket): void {
    clearTimeout(this.#waiting.get(socket));
    this.#waiting.delete(socket);
  }

  #refuse(socket: Socket): void {
    const { remoteAddress: host, remotePort: port } = socket;
    const who = host === undefined || port === undefined ? "another host" : addressText({ host, port });
    this.#parts.teller.change({ kind: "refused", who });
    socket.on("error", () => {}).destroy();
  }
}
