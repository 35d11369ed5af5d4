import type { SocketAct, SocketEvent } from "../../emulator/io.js";
import type { SocketHandle } from "../../emulator/sockets/socket.js";
import { bytesOf } from "./escapes.js";
import { quote } from "./notation-reader.js";
import { linkEventOf } from "./stimulus.js";

/** What the module does with a socket. */
export interface SocketOutput {
  readonly channel: "peer" | "network";
  readonly text: string;
}

/** The network's end of a socket. */
interface NetworkSocket {
  readonly handle: SocketHandle;
  isUp: boolean;
  isOver: boolean;
  isPaused: boolean;
  /** TCP takes bytes, and UDP datagrams, but nothing is reported. */
  isStuck: boolean;
  written: number;
  reported: number;
  readonly events: SocketEvent[];
}

/** The network's end of all sockets of the host, numbered from 1 on as they are dialled, or send for the first time. */
export class Sockets {
  readonly #all: NetworkSocket[] = [];

  /** Carries out an act of the module; returns what can be seen of it. */
  act(handle: SocketHandle, act: SocketAct): SocketOutput {
    const at = this.#all.findIndex((each) => each.handle === handle);
    const socket = this.#all[at] ?? this.#open(handle);
    const name = `${at < 0 ? this.#all.length : at + 1}`;
    const network = (text: string): SocketOutput => ({ channel: "network", text: `socket ${name} ${text}` });
    if (at < 0 && act.kind !== "dial" && act.kind !== "datagram") return network(`${act.kind} without a dial`);
    if (socket.isOver) return network(`${act.kind} after its end`);
    switch (act.kind) {
      case "dial":
        return network(at < 0 ? `dial ${act.host}:${act.port}` : "dialled again under the same number");
      case "datagram": {
        if (act.number !== undefined) socket.events.push({ kind: "handed", number: act.number });
        return { channel: "peer", text: `${name} ${act.address}:${act.port} ${quote(Buffer.from(act.bytes))}` };
      }
      case "bytes":
        if (!socket.isUp) return network("sends before it is up");
        socket.written += act.bytes.length;
        return { channel: "peer", text: `${name} ${quote(Buffer.from(act.bytes))}` };
      case "pause":
      case "resume":
        socket.isPaused = act.kind === "pause";
        return network(act.kind === "pause" ? "paused" : "resumed");
      default:
        socket.isOver = true;
        return network(act.kind === "reset" ? "reset" : "closed");
    }
  }

  /** The event of a `network> socket` line; undefined where the line only says how the network is. */
  network(text: string): { readonly handle: SocketHandle; readonly event: SocketEvent } | undefined {
    const [, name = "", what = ""] = /^socket (\d+) (.*)$/.exec(text) ?? [];
    const socket = this.#named(name);
    if (what === "stuck" || what === "flowing") {
      socket.isStuck = what === "stuck";
      return undefined;
    }
    const event: SocketEvent = what === "not handed" ? this.#notHanded(socket) : linkEventOf(what);
    if (event.kind === "up") socket.isUp = true;
    if (event.kind === "down") socket.isOver = true;
    return { handle: socket.handle, event };
  }

  #notHanded(socket: NetworkSocket): SocketEvent {
    const next = socket.events.shift();
    if (next?.kind !== "handed") throw new SyntaxError("no datagram with a sequence waits");
    return { ...next, kind: "notHanded" };
  }

  /** The peer of a `peer>` line sends: `1 "text"` on a TCP socket, `1 192.0.2.1:5683 "text"` to a UDP socket. */
  peer(text: string): void {
    const [, name = "", address, port, data = ""] = /^(\d+) (?:([\d.]+):(\d+) )?"(.*)"$/.exec(text) ?? [];
    const bytes = bytesOf(data);
    const event: SocketEvent =
      address === undefined ? { kind: "bytes", bytes } : { kind: "datagram", address, port: Number(port), bytes };
    this.#named(name).events.push(event);
  }

  /** The next event that the network has to report; undefined: none. */
  next(): { readonly handle: SocketHandle; readonly event: SocketEvent } | undefined {
    for (const socket of this.#all) {
      const event = nextOf(socket);
      if (event !== undefined) return { handle: socket.handle, event };
    }
    return undefined;
  }

  #open(handle: SocketHandle): NetworkSocket {
    const flags = { isUp: false, isOver: false, isPaused: false, isStuck: false };
    const socket = { handle, ...flags, written: 0, reported: 0, events: [] };
    this.#all.push(socket);
    return socket;
  }

  #named(name: string): NetworkSocket {
    const socket = this.#all[Number(name) - 1];
    if (socket === undefined) throw new SyntaxError(`there is no socket ${name}`);
    return socket;
  }
}

function nextOf(socket: NetworkSocket): SocketEvent | undefined {
  const [first] = socket.events;
  const waits = first === undefined || (first.kind === "handed" ? socket.isStuck : socket.isPaused);
  if (!waits) return socket.events.shift();
  if (socket.isStuck || socket.reported === socket.written) return undefined;
  socket.reported = socket.written;
  return { kind: "sent", total: socket.written };
}
