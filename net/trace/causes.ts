import type { Octets } from "../../at/octets.js";
import type { TraceEvent } from "../../emulator/trace.js";
import type { Happened, Way } from "./recorded-event.js";

/** The number of an event in its run. */
type Seq = number;

type PacketEvent = Extract<TraceEvent, { readonly kind: "packet" }>;

type SocketEvent = Extract<TraceEvent, { readonly kind: "socket" | "datagram" | "data" }>;

/** The thread of each command and of each URC of that name; `id`: there is one for each message identifier. */
const threadsByName: Readonly<Record<string, { readonly thread: string; readonly id?: true }>> = {
  QMTOPEN: { thread: "link" },
  QMTCLOSE: { thread: "link" },
  QMTSTAT: { thread: "link" },
  QMTCONN: { thread: "connect" },
  QMTDISC: { thread: "disconnect" },
  QMTSUB: { thread: "subscribe", id: true },
  QMTUNS: { thread: "unsubscribe", id: true },
  QMTPUB: { thread: "publish", id: true },
  QMTPUBREL: { thread: "publish", id: true },
  QMTRECV: { thread: "message", id: true },
  QMTENAUTH: { thread: "token" },
  QMTTENAUTH: { thread: "token" },
  QDNS: { thread: "look-up" },
  CFUN: { thread: "radio" },
  CGATT: { thread: "radio" },
  CEREG: { thread: "radio" },
  CGACT: { thread: "radio" },
  CPIN: { thread: "radio" },
  CSCON: { thread: "radio" },
  CTZV: { thread: "radio" },
  CTZE: { thread: "radio" },
  CTZEU: { thread: "radio" },
  NGACTR: { thread: "radio" },
  NIPINFO: { thread: "radio" },
  NPIN: { thread: "pin" },
  NPSMR: { thread: "radio" },
};

/** The thread of each kind of packet: as the module sends it, and as the broker does. */
const threadsByPacket: { readonly [T in PacketEvent["packet"]["type"]]: Readonly<Record<PacketEvent["way"], string>> } =
  {
    CONNECT: { sent: "connect", came: "connect" },
    CONNACK: { sent: "connect", came: "connect" },
    DISCONNECT: { sent: "disconnect", came: "disconnect" },
    PINGREQ: { sent: "ping", came: "ping" },
    PINGRESP: { sent: "ping", came: "ping" },
    SUBSCRIBE: { sent: "subscribe", came: "subscribe" },
    SUBACK: { sent: "subscribe", came: "subscribe" },
    UNSUBSCRIBE: { sent: "unsubscribe", came: "unsubscribe" },
    UNSUBACK: { sent: "unsubscribe", came: "unsubscribe" },
    PUBLISH: { sent: "publish", came: "receive" },
    PUBACK: { sent: "receive", came: "publish" },
    PUBREC: { sent: "receive", came: "publish" },
    PUBREL: { sent: "publish", came: "receive" },
    PUBCOMP: { sent: "receive", came: "publish" },
  };

/** The thread of each other kind of event. */
const threadsByKind: { readonly [K in Happened["kind"]]?: string } = {
  dial: "link",
  up: "link",
  down: "link",
  hangUp: "link",
  violation: "link",
  radio: "radio",
  network: "radio",
  power: "radio",
  booted: "boot",
};

/**
 * Finds of which event another one comes: an answer of its command line, a packet of its line or payload, an acknowledgement
 * of its packet, a URC of its acknowledgement. What belongs together is a thread; each of its events comes of the one before.
 */
export class Causes {
  /** The last event of each thread. */
  readonly #last = new Map<string, Seq>();
  /** The line or payload that asks for the next event of a thread. */
  readonly #asked = new Map<string, Seq>();
  #lineThread: string | undefined;
  /** The line or payload that is being answered. */
  #turn: Seq | undefined;
  #bytesIn: Seq | undefined;
  /** The last line that was said, until its bytes are sent. */
  #said: Seq | undefined;
  /** The last packet, or event of the link. */
  #act: Seq | undefined;

  /** Adds an event with its number; returns the number of its cause, undefined where it has none. */
  add(event: Happened, seq: Seq): Seq | undefined {
    switch (event.kind) {
      case "bytes":
        return this.#addBytes(event.way, seq);
      case "line":
        return this.#addLine(event.line, seq);
      case "payload":
      case "cancelled":
        return this.#addEntryEnd(seq);
      case "answer":
        this.#said = seq;
        return this.#turn;
      case "urc":
        this.#said = seq;
        return this.#causeIn(threadOfUrc(event.line)); // nothing comes of a URC
      case "packet":
        this.#act = seq;
        return this.#addPacket(event, seq);
      case "socket":
      case "datagram":
      case "data":
        return this.#addSocket(event, seq);
      case "phase":
        return this.#act;
      case "fault":
        return this.#last.get(threadOfFault(event.did) ?? "") ?? this.#act;
      case "ignored":
        return this.#turn;
      case "dropped":
        return this.#bytesIn;
      case "reboot":
        return this.#addReboot(event.cause, seq);
      case "call":
      case "outcome":
        return this.#follow(this.#requestThread, seq);
      default:
        if (threadsByKind[event.kind] === "link") this.#act = seq;
        return this.#follow(threadsByKind[event.kind], seq);
    }
  }

  #addBytes(way: Way, seq: Seq): Seq | undefined {
    if (way === "received") {
      this.#bytesIn = seq;
      return undefined;
    }
    const said = this.#said;
    this.#said = undefined;
    return said ?? this.#bytesIn; // where nothing was said it is the echo
  }

  #addLine(line: Octets, seq: Seq): Seq | undefined {
    const thread = threadOfLine(line);
    this.#lineThread = thread;
    this.#turn = seq;
    if (thread !== undefined) this.#asked.set(thread, seq);
    return this.#bytesIn;
  }

  #addEntryEnd(seq: Seq): Seq | undefined {
    const line = this.#turn;
    if (this.#lineThread !== undefined) this.#asked.set(this.#lineThread, seq);
    this.#turn = seq;
    return line;
  }

  #addPacket({ packet, way }: PacketEvent, seq: Seq): Seq | undefined {
    const name = threadsByPacket[packet.type][way];
    const thread = "id" in packet ? `${name} ${packet.id}` : name;
    if (packet.type === "PUBLISH" && way === "came") {
      this.#last.delete(thread); // the broker begins
      this.#last.set(`message ${packet.id}`, seq);
    }
    return this.#follow(thread, seq, way === "sent");
  }

  /** A socket is created by a line whose answer tells its number. What comes from its far end comes of what was sent. */
  #addSocket(event: SocketEvent, seq: Seq): Seq | undefined {
    const thread = socketThread(event.socket);
    const isCreated = event.kind === "socket" && event.state === "created";
    const isAsked = event.kind === "socket" ? event.state !== "down" : event.way === "sent";
    const cause = this.#follow(thread, seq, isAsked);
    return isCreated ? this.#turn : cause;
  }

  /** A reboot ends all threads. The banner comes of it. */
  #addReboot(cause: string, seq: Seq): Seq | undefined {
    const asking = cause === "REBOOT_CAUSE_APPLICATION_AT" ? this.#turn : undefined;
    this.#last.clear();
    this.#asked.clear();
    this.#last.set("boot", seq).set("radio", seq);
    return asking;
  }

  /** The next event of a thread; the first one comes of the line that asked for it. */
  #follow(thread: string | undefined, seq: Seq, mayBeAsked = true): Seq | undefined {
    const cause = this.#causeIn(thread, mayBeAsked);
    if (thread !== undefined) this.#last.set(thread, seq);
    return cause;
  }

  #causeIn(thread: string | undefined, mayBeAsked = true): Seq | undefined {
    if (thread === undefined) return undefined;
    const asked = mayBeAsked ? this.#asked.get(thread) : undefined;
    if (asked === undefined) return this.#last.get(thread);
    this.#asked.delete(thread);
    this.#last.set(thread, asked); // further URCs may come of the same line
    return asked;
  }

  /** The thread of a look-up or HTTP request: that of the command which needs it. */
  get #requestThread(): string {
    const thread = this.#lineThread;
    return thread === "token" || thread === "look-up" ? thread : "link";
  }
}

const named = (name: string | undefined, id: string | undefined): string | undefined => {
  const found = Object.hasOwn(threadsByName, name ?? "") ? threadsByName[name ?? ""] : undefined;
  return found?.id ? `${found.thread} ${Number(id)}` : found?.thread;
};

const socketThread = (id: number | string): string => `socket ${id}`;

/** The thread that the last command of a line belongs to. */
function threadOfLine(line: Octets): string | undefined {
  const [, socket] = /\+NSO(?:STF?|RF|CO|SD|CL)=(\d)[^;]*$/i.exec(line) ?? [];
  if (socket !== undefined) return socketThread(socket);
  const last = line.includes(";") ? line.slice(line.lastIndexOf("+")) : line;
  const found = /\+([A-Z]+)(?:=\d+,(\d+)|=|$)/i.exec(last);
  return named(found?.[1]?.toUpperCase(), found?.[2]);
}

/** The thread of a URC; that of the banner where it has no name. */
function threadOfUrc(line: Octets): string | undefined {
  const [, socket] = /^\+NSO(?:NMI|STR|CLI|CO): ?(\d)/.exec(line) ?? [];
  if (socket !== undefined) return socketThread(socket);
  const [, name, id] = /^\+([A-Z]+):(?: ?\d+,(\d+))?/.exec(line) ?? [];
  return name === undefined ? "boot" : named(name, id);
}

/** The thread of the packet that a fault has acted on. */
function threadOfFault(did: string): string | undefined {
  const [, type, id] = /^(PUBACK|PUBREC|PUBREL|PUBCOMP|SUBACK|UNSUBACK) (\d+)/.exec(did) ?? [];
  if (type === "SUBACK") return `subscribe ${id}`;
  if (type === "UNSUBACK") return `unsubscribe ${id}`;
  return type === undefined ? undefined : `publish ${id}`;
}
