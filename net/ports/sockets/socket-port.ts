import type { Socket } from "node:net";
import { addressText } from "../../listening.js";
import type { ModemLines, SerialPort } from "../../serial.js";
import type { PortEventQueue } from "../port-events.js";
import { SocketHost } from "./socket-host.js";

/** The sending side of a host's connection. */
export type HostConnection = Pick<SocketHost, "room" | "send">;

/** The protocol on one host's connection. */
export interface HostProtocol {
  /** Handles bytes that the host has sent. */
  receive(bytes: Uint8Array): void;
  /** Sends the module's bytes to the host; returns how many of them were taken. */
  send(bytes: Uint8Array): number;
  /** The module's lines have changed to these. */
  setLines(lines: ModemLines): void;
  /** The host is gone; returns how many of the module's bytes were still queued for it. */
  end(): number;
}

/** Starts the protocol with a host that has just connected. */
export type StartProtocol = (connection: HostConnection, events: PortEventQueue, lines: ModemLines) => HostProtocol;

/** Bytes alone, both ways. */
export const rawProtocol: StartProtocol = (connection, events) => ({
  receive: (bytes) => events.emitBytes(bytes),
  send(bytes) {
    const taken = Uint8Array.from(bytes.subarray(0, connection.room)); // a copy: the socket may keep it for later
    connection.send(taken);
    return taken.length;
  },
  setLines: () => {},
  end: () => 0,
});

/** What a port of sockets is made of. */
interface SocketPortParts {
  readonly path: string;
  readonly events: PortEventQueue;
  readonly startProtocol: StartProtocol;
  /** Stops listening or connecting. */
  stop(): Promise<void>;
}

/**
 * How long a further host waits before it is refused, in ms of real time. A host that reconnects at once may arrive
 * before the end of its former connection.
 */
const waitMs = 100;
/** How many hosts may wait at once. */
const maxWaiting = 8;
/** The lines of a three-wire module, whose inputs at the host are tied to these levels. */
const tiedLines: ModemLines = { cts: true, dsr: true, dcd: true, ri: false };

/** A front end whose hosts connect by sockets, one host at a time. */
export class SocketPort implements SerialPort {
  readonly path: string;
  readonly #parts: SocketPortParts;
  readonly #events: PortEventQueue;
  #attached: { readonly host: SocketHost; readonly protocol: HostProtocol } | undefined;
  /** Further hosts, each with the timer that refuses it. */
  readonly #waiting = new Map<Socket, NodeJS.Timeout>();
  #lines: ModemLines = tiedLines;
  #closing: Promise<void> | undefined;

  constructor(parts: SocketPortParts) {
    this.path = parts.path;
    this.#parts = parts;
    this.#events = parts.events;
  }

  /** Attaches a host; while another one is attached it waits, and is refused if that one stays. */
  accept(socket: Socket): void {
    if (this.#closing !== undefined) socket.destroy();
    else if (this.#attached === undefined) this.#attach(socket);
    else if (this.#waiting.size < maxWaiting) this.#letWait(socket);
    else this.#refuse(socket);
  }

  write(bytes: Uint8Array): void {
    if (this.#closing !== undefined) return;
    const taken = this.#attached?.protocol.send(bytes) ?? 0;
    this.#events.emitDropped(bytes.length - taken);
  }

  set({ lines }: { readonly lines?: ModemLines }): void {
    this.#lines = { ...this.#lines, ...lines };
    this.#attached?.protocol.setLines(this.#lines);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#events.stop();
    for (const socket of this.#waiting.keys()) socket.destroy();
    await Promise.all([this.#attached?.host.close(), this.#parts.stop()]);
  }

  #attach(socket: Socket): void {
    const host: SocketHost = new SocketHost(socket, {
      onBytes: (bytes) => protocol.receive(bytes),
      onGone: (unsent) => this.#detach(unsent + protocol.end()),
    });
    const protocol = this.#parts.startProtocol(host, this.#events, this.#lines);
    this.#attached = { host, protocol };
    this.#events.emitChange({ kind: "attach" });
  }

  #detach(unsent: number): void {
    this.#attached = undefined;
    this.#events.emitDropped(unsent);
    this.#events.emitChange({ kind: "detach" });
    const [next] = this.#waiting.keys();
    if (next === undefined) return;
    this.#stopWaiting(next);
    this.#attach(next);
  }

  #letWait(socket: Socket): void {
    const timer = setTimeout(() => this.#refuse(socket), waitMs);
    this.#waiting.set(socket, timer);
    socket.on("error", () => {}).once("close", () => this.#stopWaiting(socket));
  }

  #stopWaiting(socket: Socket): void {
    clearTimeout(this.#waiting.get(socket));
    this.#waiting.delete(socket);
  }

  #refuse(socket: Socket): void {
    const { remoteAddress: host, remotePort: port } = socket;
    const who = host === undefined || port === undefined ? "another host" : addressText({ host, port });
    this.#events.emitChange({ kind: "refused", who });
    socket.on("error", () => {}).destroy();
  }
}
