import type { Octets } from "../../at/octets.js";
import type { TraceEvent } from "../../emulator/trace.js";
import type { RunEvent, Way } from "./recorded-event.js";
import { socketThread, threadOfFault, threadOfLine, threadOfUrc, threadsByKind, threadsByPacket } from "./threads.js";

/** The number of an event in its run. */
type Seq = number;

type PacketEvent = Extract<TraceEvent, { readonly kind: "packet" }>;

type SocketEvent = Extract<TraceEvent, { readonly kind: "socket" | "datagram" | "data" }>;

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
  add(event: RunEvent, seq: Seq): Seq | undefined {
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
    if (packet.type === "PUBLISH" && way === "received") {
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
