import type { SocketAct, SocketEvent } from "../../emulator/io.js";
import type { Endpoint, Socket, SocketHandle, SocketTable } from "../../emulator/sockets/socket.js";
import type { Millis } from "../time/clock.js";
import type { PlacedFact } from "./fact.js";
import type { Schedule, UnusedFacts } from "./unused-facts.js";

/** What the far end knows of a socket in the network. */
interface Traffic {
  /** TCP: how many bytes have come, and until when the next ones are not taken; infinite: those before were not. */
  came: number;
  takenAt: Millis;
  /** UDP: where the last datagram went to. */
  peer: Endpoint | undefined;
}

type ConnectionFact = Extract<PlacedFact, { readonly of: "connection" }>;
type SentFact = Extract<PlacedFact, { readonly of: "sent" }>;

/** The servers that sockets of the host talk to in a recording. */
export class FarSockets {
  readonly #facts: UnusedFacts;
  readonly #schedule: Schedule;
  readonly #table: () => SocketTable | undefined;
  readonly #traffic = new Map<SocketHandle, Traffic>();

  /** `table` returns the sockets that the module has now. */
  constructor(facts: UnusedFacts, schedule: Schedule, table: () => SocketTable | undefined) {
    this.#facts = facts;
    this.#schedule = schedule;
    this.#table = table;
  }

  /** Something comes, or the far end closes. A socket that has not sent, or is not connected, gets nothing. */
  come(fact: Extract<PlacedFact, { readonly of: "arrival" | "closed" }>): void {
    const { handle, protocol, phase } = this.#socket(({ id }) => id === fact.socket) ?? {};
    if (handle === undefined) return;
    if (protocol === "UDP") {
      const { address, port } = (fact.of === "arrival" ? fact.from : undefined) ?? this.#of(handle).peer ?? nobody;
      if (fact.of === "arrival") this.#tell(handle, fact.t, { kind: "datagram", address, port, bytes: fact.bytes });
    } else if (phase === "connected")
      this.#tell(
        handle,
        fact.t,
        fact.of === "closed" ? { kind: "down", reason: "closed" } : { kind: "bytes", bytes: fact.bytes },
      );
  }

  /** The module acts on a socket. */
  act(handle: SocketHandle, act: SocketAct, now: Millis): void {
    if (act.kind === "dial") this.#dial(handle, now);
    else if (act.kind === "bytes") this.#take(handle, act.bytes.length, now);
    else if (act.kind === "datagram") this.#hand(handle, act);
    else if (act.kind !== "pause" && act.kind !== "resume") this.#traffic.delete(handle);
  }

  /** The connection is there, or refused, when AT+NSOCO was answered. Without an answer nobody answers here, either. */
  #dial(handle: SocketHandle, now: Millis): void {
    const id = this.#socket((socket) => socket.handle === handle)?.id;
    const fact = this.#facts.answer((one): one is ConnectionFact => one.of === "connection" && one.socket === id);
    if (fact?.isUp === undefined) return;
    this.#tell(handle, Math.max(now, fact.t), fact.isUp ? { kind: "up" } : { kind: "down", reason: "refused" });
  }

  /** TCP takes bytes at once; those with a sequence number when +NSOSTR tells it, and not at all where nothing tells it. */
  #take(handle: SocketHandle, size: number, now: Millis): void {
    const traffic = this.#of(handle);
    traffic.came += size;
    const { seq, fact } = this.#report(handle, traffic.came);
    if (seq !== undefined && fact?.isSent === undefined) traffic.takenAt = Number.POSITIVE_INFINITY;
    traffic.takenAt = Math.max(traffic.takenAt, fact?.t ?? now);
    if (!Number.isFinite(traffic.takenAt)) return;
    this.#tell(
      handle,
      traffic.takenAt,
      fact?.isSent === false ? { kind: "sendFailed" } : { kind: "sent", total: traffic.came },
    );
  }

  #hand(handle: SocketHandle, { address, port, number }: Extract<SocketAct, { readonly kind: "datagram" }>): void {
    this.#of(handle).peer = { address, port };
    const fact = number === undefined ? undefined : this.#report(handle, number).fact;
    if (fact?.isSent === undefined || number === undefined) return;
    this.#tell(handle, fact.t, { kind: fact.isSent ? "handed" : "notHanded", number });
  }

  /** The sequence number of the message that ends at `mark`, and what +NSOSTR tells of it. */
  #report(
    handle: SocketHandle,
    mark: number,
  ): { readonly seq: number | undefined; readonly fact: SentFact | undefined } {
    const socket = this.#socket((one) => one.handle === handle);
    const seq = socket?.pending.find((message) => message.mark === mark)?.seq;
    if (seq === undefined) return { seq, fact: undefined };
    const isIt = (one: PlacedFact): one is SentFact =>
      one.of === "sent" && one.socket === socket?.id && one.seq === seq;
    return { seq, fact: this.#facts.answer(isIt) };
  }

  #of(handle: SocketHandle): Traffic {
    const known = this.#traffic.get(handle);
    if (known !== undefined) return known;
    const traffic: Traffic = { came: 0, takenAt: 0, peer: undefined };
    this.#traffic.set(handle, traffic);
    return traffic;
  }

  #socket(is: (socket: Socket) => boolean): Socket | undefined {
    return this.#table()?.sockets.find(is);
  }

  #tell(handle: SocketHandle, at: Millis, event: SocketEvent): void {
    this.#schedule({ at, stimulus: { from: "socket", handle, event } });
  }
}

const nobody: Endpoint = { address: "0.0.0.0", port: 0 };
