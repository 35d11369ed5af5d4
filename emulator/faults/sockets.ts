import type { DownReason } from "../../mqtt/session.js";
import type { Effect, SocketAct, SocketEvent, Stimulus } from "../io.js";
import type { SocketHandle } from "../sockets/endpoint.js";
import type { Socket } from "../sockets/socket.js";
import { FaultySocket } from "./faulty-socket.js";
import type { HostWay } from "./language/sentence.js";
import { dialEnds, type LinkRule } from "./link-rules.js";
import { paceOf } from "./pipe.js";
import type { Stage } from "./stage.js";

type SocketEffect = Extract<Effect, { readonly to: "socket" }>;
type SocketStimulus = Extract<Stimulus, { readonly from: "socket" }>;

/** The faults of the seam `network` on the sockets of the host. */
export class SocketFaults {
  readonly #stage: Stage;
  /** The sockets that the module has. */
  readonly #own: () => readonly Socket[];
  /** Sockets that something slows down, silences, or answers in place of the network. */
  readonly #slow = new Map<SocketHandle, FaultySocket>();
  /** Which rule for a link acts on which TCP socket. */
  readonly #bound = new Map<LinkRule, SocketHandle>();

  constructor(stage: Stage, own: () => readonly Socket[]) {
    this.#stage = stage;
    this.#own = own;
  }

  /** Whether everything passes as it comes. */
  get isIdle(): boolean {
    for (const socket of this.#slow.values()) if (!socket.isIdle) return false;
    return true;
  }

  isBound(active: LinkRule): boolean {
    return this.#bound.has(active);
  }

  // From the module

  /** The module does something with a socket. */
  act(effect: SocketEffect): void {
    const { handle, act } = effect;
    const slow = this.#slow.get(handle);
    if (act.kind === "dial") this.#dial(effect);
    else if (act.kind === "pause" || act.kind === "resume") {
      if (!slow?.isMadeUp) this.#stage.put(effect);
    } else if (act.kind === "reset" || slow?.isMadeUp || slow?.up.isBlocked === true) this.#end(effect, slow);
    else if (act.kind === "datagram" && this.#loses("fromHost")) this.#tellHanded(handle, act.number);
    else this.#send(handle, act);
  }

  #dial(effect: SocketEffect): void {
    const active = this.#stage.rules.take("dial", ({ verb }) => verb !== "unknownName");
    if (active === undefined) {
      this.#stage.put(effect);
      for (const rule of this.#stage.rules.of("link")) this.bind(rule, effect.handle);
      return;
    }
    const { fault, rule } = active;
    const reason = dialEnds[rule.verb];
    this.#slowDown(effect.handle).isMadeUp = true;
    this.#stage.hit(fault, reason === undefined ? "the dial gets no answer" : `the dial ends: ${reason}`);
    if (reason !== undefined) this.#arrive(effect.handle, { kind: "down", reason });
  }

  /** Handles a reset, and everything during a silence: data stay in the pipe, and the far end does not hear of an end. */
  #end(effect: SocketEffect, slow: FaultySocket | undefined): void {
    const { handle, act } = effect;
    if (act.kind === "bytes") slow?.up.send(act, act.bytes.length, paceOf(this.#stage));
    if (act.kind === "bytes" || act.kind === "datagram") return;
    this.#forget(handle);
    if (!slow?.isMadeUp) this.#stage.put({ to: "socket", handle, act: { kind: "reset" } });
  }

  #send(handle: SocketHandle, act: SocketAct): void {
    const pace = paceOf(this.#stage);
    const size = "bytes" in act ? act.bytes.length : 0;
    const slow = this.#slow.get(handle);
    if (slow === undefined && pace.latency === 0 && pace.bytesPerSecond === undefined) this.#leave(handle, act);
    else if (!(slow ?? this.#slowDown(handle)).up.send(act, size, pace)) this.#overflow(handle, act.kind);
  }

  #leave(handle: SocketHandle, act: SocketAct): void {
    this.#stage.put({ to: "socket", handle, act });
    if (act.kind === "end" || act.kind === "close") this.#forget(handle);
  }

  #tellHanded(handle: SocketHandle, number: number | undefined): void {
    if (number !== undefined) this.#stage.give({ from: "socket", handle, event: { kind: "handed", number } });
  }

  // From the network

  /** Something happens on a socket. */
  hear({ handle, event }: SocketStimulus): void {
    if (event.kind === "datagram" && this.#loses("toHost")) return;
    const isTravelling = ["up", "down", "bytes", "datagram"].includes(event.kind);
    const pace = paceOf(this.#stage);
    const slow = this.#slow.get(handle);
    const isSlow = slow !== undefined || pace.latency > 0 || pace.bytesPerSecond !== undefined;
    if (!isTravelling || !isSlow) {
      this.#arrive(handle, event);
      return;
    }
    const again = event.kind === "up" ? paceOf(this.#stage).latency : 0; // SYN and SYN-ACK
    const size = "bytes" in event ? event.bytes.length : 0;
    const passes = { ...pace, latency: pace.latency + again };
    if (!(slow ?? this.#slowDown(handle)).down.send(event, size, passes)) this.#overflow(handle, event.kind);
  }

  #arrive(handle: SocketHandle, event: SocketEvent): void {
    if (event.kind === "down") this.#forget(handle);
    this.#stage.give({ from: "socket", handle, event });
  }

  /** Whether a datagram is lost. */
  #loses(way: HostWay): boolean {
    const active = this.#stage.rules.take("datagram", (rule) => rule.way === way);
    if (active !== undefined)
      this.#stage.hit(active.fault, `a datagram ${way === "fromHost" ? "from" : "to"} the host is lost`);
    return active !== undefined;
  }

  // Actions and rules

  /** The network ends all TCP sockets; false where there is none. The far end gets RST or FIN. */
  drop(how: "end" | "reset", reason: DownReason): boolean {
    const dropped = this.#own().filter(({ phase }) => phase === "connected" || phase === "connecting");
    for (const { handle } of dropped) {
      if (handle === undefined) continue;
      if (!this.#slow.get(handle)?.isMadeUp) this.#stage.put({ to: "socket", handle, act: { kind: how } });
      this.#arrive(handle, { kind: "down", reason });
    }
    return dropped.length > 0;
  }

  /** A frozen module reads nothing. */
  pause(isFrozen: boolean): void {
    for (const { phase, handle, isPaused } of this.#own()) {
      if (phase !== "connected" || handle === undefined || isPaused) continue;
      this.#stage.put({ to: "socket", handle, act: { kind: isFrozen ? "pause" : "resume" } });
    }
  }

  /** A rule for a link takes hold of a TCP socket: this one, or the one that was dialled last. */
  bind(active: LinkRule, dialled = this.#lastDialled): void {
    if (dialled === undefined || this.#bound.has(active)) return;
    this.#stage.hit(active.fault, "begins");
    this.#bound.set(active, dialled);
    this.#setBlocks(dialled);
  }

  get #lastDialled(): SocketHandle | undefined {
    const open = this.#own().flatMap(({ phase, handle }) =>
      phase === "connected" && handle !== undefined ? handle : [],
    );
    return open.length === 0 ? undefined : Math.max(...open);
  }

  /** A rule for a link is no longer in force: what it held back goes on. */
  ended(active: LinkRule): void {
    const handle = this.#bound.get(active);
    this.#bound.delete(active);
    if (handle !== undefined) this.#setBlocks(handle);
  }

  #setBlocks(handle: SocketHandle): void {
    const verbs = [...this.#bound].flatMap(([{ rule }, of]) => (of === handle ? [rule.verb] : []));
    const { up, down } = this.#slowDown(handle);
    up.isBlocked = verbs.some((verb) => verb !== "silenceDownlink");
    down.isBlocked = verbs.includes("silence") || verbs.includes("silenceDownlink");
  }

  #slowDown(handle: SocketHandle): FaultySocket {
    const known = this.#slow.get(handle);
    if (known !== undefined) return known;
    const socket = new FaultySocket(
      this.#stage,
      (act) => this.#leave(handle, act),
      (event) => this.#arrive(handle, event),
    );
    this.#slow.set(handle, socket);
    return socket;
  }

  /** A socket is over, and so are its rules. What is on its way is lost. */
  #forget(handle: SocketHandle): void {
    this.#slow.get(handle)?.clear();
    this.#slow.delete(handle);
    for (const [active, of] of this.#bound) {
      if (of !== handle) continue;
      this.#bound.delete(active);
      this.#stage.rules.end(active);
    }
  }

  /** Too much is held back: a datagram is lost, a connection is dropped. */
  #overflow(handle: SocketHandle, what: (SocketAct | SocketEvent)["kind"]): void {
    const { rules } = this.#stage;
    const blamed = rules.of("latency").at(-1) ?? rules.of("bandwidth").at(-1) ?? [...this.#bound.keys()].at(-1);
    const isLost = what === "datagram";
    const did = isLost ? "a datagram is lost" : "the socket is dropped";
    if (blamed !== undefined) this.#stage.tell(blamed.fault, `too much is held back: ${did}`);
    if (isLost) return;
    this.#stage.put({ to: "socket", handle, act: { kind: "reset" } });
    this.#arrive(handle, { kind: "down", reason: "reset" });
  }

  /** The run ends: what is on its way to the network leaves, where it is not silenced. */
  flush(): void {
    for (const { up } of this.#slow.values()) if (!up.isBlocked) up.flush();
  }
}
