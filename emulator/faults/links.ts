import type { DownReason, LinkId } from "../../mqtt/session.js";
import type { Effect, LinkAct, Stimulus } from "../io.js";
import { FaultyLink, type Inbound } from "./faulty-link.js";
import type { Happenings } from "./happenings.js";
import { outbound, type Packet, PacketFaults, packetIn } from "./packets.js";
import type { Pace } from "./pipe.js";
import type { ActiveRule, RuleOf } from "./rules.js";
import type { Stage } from "./stage.js";

type LinkEffect = Extract<Effect, { readonly to: "link" }>;
type LinkStimulus = Extract<Stimulus, { readonly from: "link" }>;
type LinkRule = ActiveRule<RuleOf<"link">>;

/** The links that may stay with their brokers after the module has closed them behind a silence. decided */
const maxAbandoned = 8;

/** How a dial ends by its rule; a `blackhole` has no end. */
const dialEnds: { readonly [V in RuleOf<"dial">["verb"]]: DownReason | undefined } = {
  refuse: "refused",
  unknownName: "unresolved",
  refusePdp: "pdpRefused",
  blackhole: undefined,
};

/** The seams packets and network. */
export class LinkFaults {
  readonly #stage: Stage;
  readonly #happenings: Happenings;
  readonly #packets: PacketFaults;
  readonly #links = new Map<LinkId, FaultyLink>();
  /** The link of the latest dial, while it lasts. */
  #current: FaultyLink | undefined;
  /** The links that rules of the kind `link` act on. */
  readonly #bound = new Map<LinkRule, FaultyLink>();

  constructor(stage: Stage, happenings: Happenings) {
    this.#stage = stage;
    this.#happenings = happenings;
    this.#packets = new PacketFaults(stage);
  }

  /** Whether everything passes as it comes. */
  get isIdle(): boolean {
    return this.#links.size === 0 || (this.#links.size === 1 && this.#current?.isIdle === true);
  }

  // Where no fault is near

  /** Takes note of an effect that passes as it is. */
  see({ link: id, act }: LinkEffect): void {
    if (act.kind === "dial") this.#open(id);
    else if (act.kind === "bytes") this.#links.get(id)?.sent.both(act.bytes.length);
    else if (act.kind === "end" || act.kind === "reset") this.#forget(id);
    else this.#noteReading(id, act.kind);
  }

  #noteReading(id: LinkId, act: "pause" | "resume"): void {
    const link = this.#links.get(id);
    if (link !== undefined) link.isPaused = act === "pause";
  }

  /** Takes note of an event that passes as it is. */
  follow({ link: id, event }: LinkStimulus): void {
    if (event.kind === "bytes") this.#links.get(id)?.cutter.follow(event.bytes);
    else if (event.kind === "sent") this.#links.get(id)?.sent.bothTaken(event.total);
    else if (event.kind === "down") this.#forget(id);
  }

  /** A frozen module reads nothing: what the broker sends waits in TCP. */
  pause(isFrozen: boolean): void {
    const link = this.#current;
    if (link === undefined || link.isMadeUp || link.isPaused) return;
    this.#stage.put({ to: "link", link: link.id, act: { kind: isFrozen ? "pause" : "resume" } });
  }

  // From the module

  /** The module acts on a link. */
  act(effect: LinkEffect): void {
    const { link: id, act } = effect;
    if (act.kind === "dial") {
      this.#dial(effect);
      return;
    }
    const link = this.#links.get(id);
    if (link === undefined) return; // it has ended outside
    if (act.kind === "bytes") this.#sendPacket(link, act.bytes);
    else if (act.kind === "end" || act.kind === "reset") this.#close(link, act);
    else if (!link.isMadeUp) {
      this.#noteReading(id, act.kind);
      this.#stage.put(effect);
    }
  }

  #dial(effect: LinkEffect): void {
    const { rules } = this.#stage;
    const link = this.#open(effect.link);
    const active = rules.take("dial", ({ verb }) => verb !== "unknownName" || isName(effect.act));
    if (active === undefined) {
      for (const rule of rules.of("link")) this.bind(rule);
      this.#stage.put(effect);
      return;
    }
    const { fault, rule } = active;
    link.isMadeUp = true;
    const reason = dialEnds[rule.verb];
    this.#stage.hit(fault, reason === undefined ? "the dial gets no answer" : `the dial ends: ${reason}`);
    if (reason !== undefined) this.#tellDown(link, reason);
  }

  #open(id: LinkId): FaultyLink {
    const link = new FaultyLink(
      id,
      this.#stage,
      (inbound, to) => this.#arrive(to, inbound),
      (gone) => this.#links.delete(gone.id),
    );
    this.#links.set(id, link);
    this.#current = link;
    return link;
  }

  #sendPacket(link: FaultyLink, bytes: Uint8Array): void {
    const way = link.sent.packet(bytes.length);
    const isCounted = (): void => {
      way.onLink = 0;
      this.#tellSent(link);
    };
    const pass = (sent: Uint8Array): void => {
      if (!link.up.send(outbound(sent, way), sent.length, this.#pace())) this.#overflow(link);
      if (!Number.isFinite(way.onLink) && !link.isStalled) isCounted();
    };
    const packet = packetIn(bytes, "toBroker");
    if (packet === undefined) {
      pass(bytes);
      return;
    }
    this.#happenings.note({ kind: "packet", packet: packet.type, way: "sent" });
    this.#packets.send(link, packet, {
      pass,
      takeOut: isCounted,
      answer: (answer) => this.#give(link, { kind: "bytes", bytes: answer }, packetIn(answer, "fromBroker")),
      close: () => this.#stage.soon(() => this.drop("closeLink", "closed", link)),
    });
  }

  #tellSent(link: FaultyLink): void {
    const total = link.sent.taken();
    if (total !== undefined) this.#stage.give({ from: "link", link: link.id, event: { kind: "sent", total } });
  }

  /** The module closes a link. Behind a silence the broker does not notice it. */
  #close(link: FaultyLink, act: { readonly kind: "end" | "reset" }): void {
    link.isClosed = true;
    const isSilent = link.up.isBlocked && !link.isStalled;
    const isStalled = link.isStalled;
    link.down.clear();
    for (const release of link.held) release(true);
    if (link.up.isBlocked) link.up.clear();
    this.#unbind(link);
    if (this.#current === link) this.#current = undefined;
    if (link.isMadeUp) this.#links.delete(link.id);
    else if (isSilent) this.#limitAbandoned();
    else link.up.send(isStalled ? { kind: "reset" } : act, 0, this.#pace());
  }

  /** The oldest of too many links that their brokers still believe in are reset. */
  #limitAbandoned(): void {
    const abandoned = [...this.#links.values()].filter(({ isClosed }) => isClosed);
    for (const { id } of abandoned.slice(0, Math.max(0, abandoned.length - maxAbandoned))) {
      this.#links.delete(id);
      this.#stage.put({ to: "link", link: id, act: { kind: "reset" } });
    }
  }

  // From the broker

  /** Something happens on a link. */
  hear({ link: id, event }: LinkStimulus): void {
    const link = this.#links.get(id);
    if (link === undefined) this.#stage.give({ from: "link", link: id, event });
    else if (event.kind === "sendFailed") this.#stage.give({ from: "link", link: id, event });
    else if (event.kind === "sent") this.#hearSent(link, event.total);
    else if (link.isClosed) this.#hearOfClosed(link, event);
    else this.#receive(link, event);
  }

  #hearSent(link: FaultyLink, total: number): void {
    const isClean = link.sent.isClean;
    if (isClean) link.sent.bothTaken(total);
    const told = isClean ? total : link.sent.taken(total);
    if (told !== undefined) this.#stage.give({ from: "link", link: link.id, event: { kind: "sent", total: told } });
  }

  #hearOfClosed(link: FaultyLink, event: Inbound): void {
    if (event.kind === "down") this.#links.delete(link.id);
  }

  #receive(link: FaultyLink, event: Inbound): void {
    const pace = this.#pace();
    const again = event.kind === "up" ? this.#pace().latency : 0; // SYN and SYN-ACK
    const bytes = event.kind === "bytes" ? event.bytes.length : 0;
    if (!link.down.send(event, bytes, { ...pace, latency: pace.latency + again })) this.#overflow(link);
  }

  /** Something has come through the network. */
  #arrive(link: FaultyLink, event: Inbound): void {
    if (link.isClosed) return;
    if (event.kind === "up") this.#stage.give({ from: "link", link: link.id, event });
    else if (event.kind === "down") this.#tellDown(link, event.reason);
    else for (const { bytes, isPacket } of link.cutter.cut(event.bytes)) this.#receivePiece(link, bytes, isPacket);
  }

  #receivePiece(link: FaultyLink, bytes: Uint8Array, isPacket: boolean): void {
    const packet = isPacket ? packetIn(bytes, "fromBroker") : undefined;
    if (packet === undefined) {
      this.#give(link, { kind: "bytes", bytes });
      return;
    }
    this.#packets.send(link, packet, {
      pass: (passed) => this.#give(link, { kind: "bytes", bytes: passed }, packet),
      takeOut() {},
      answer() {},
      close() {},
    });
  }

  /** Gives bytes to the module; those of a packet are an event. */
  #give(link: FaultyLink, event: Inbound, packet?: Packet): void {
    this.#stage.soon(() => {
      if (link.isClosed) return;
      this.#stage.give({ from: "link", link: link.id, event });
      if (packet !== undefined) this.#happenings.note({ kind: "packet", packet: packet.type, way: "received" });
    });
  }

  // Deeds and rules

  /** The network ends the link; false where there is none. The broker gets RST or FIN. */
  drop(how: "dropLink" | "closeLink", reason: DownReason, link = this.#current): boolean {
    if (link === undefined || link.isClosed || this.#links.get(link.id) !== link) return false;
    if (!link.isMadeUp) {
      const kind = how === "dropLink" ? "reset" : "end";
      this.#stage.put({ to: "link", link: link.id, act: { kind } });
    }
    this.#tellDown(link, reason);
    return true;
  }

  #tellDown(link: FaultyLink, reason: DownReason): void {
    link.clear();
    this.#forget(link.id);
    this.#stage.give({ from: "link", link: link.id, event: { kind: "down", reason } });
  }

  #forget(id: LinkId): void {
    const link = this.#links.get(id);
    this.#links.delete(id);
    if (link === undefined) return;
    this.#unbind(link);
    if (this.#current === link) this.#current = undefined;
  }

  /** A rule for a link takes hold of the one that is there. */
  bind(active: LinkRule): void {
    const link = this.#current;
    if (link === undefined || link.isMadeUp || this.#bound.has(active)) return;
    this.#bound.set(active, link);
    this.#stage.hit(active.fault, "begins");
    this.#setBlocks(link);
  }

  /** A rule for a link is no longer in force: what it held back goes on. */
  ended(active: LinkRule): void {
    const link = this.#bound.get(active);
    this.#bound.delete(active);
    if (link === undefined || link.isClosed) return;
    this.#setBlocks(link);
    this.#tellSent(link);
  }

  #unbind(link: FaultyLink): void {
    for (const [active, of] of this.#bound) {
      if (of !== link) continue;
      this.#bound.delete(active);
      this.#stage.rules.end(active);
    }
  }

  #setBlocks(link: FaultyLink): void {
    const verbs = [...this.#bound].flatMap(([{ rule }, of]) => (of === link ? [rule.verb] : []));
    link.isStalled = verbs.includes("stallUplink");
    link.up.isBlocked = link.isStalled || verbs.includes("silence") || verbs.includes("silenceUplink");
    link.down.isBlocked = verbs.includes("silence") || verbs.includes("silenceDownlink");
  }

  #pace(): Pace {
    const { rules } = this.#stage;
    const late = rules.of("latency").at(-1);
    const slow = rules.of("bandwidth").at(-1);
    for (const active of [late, slow]) if (active?.fault.hits === 0) this.#stage.hit(active.fault, "begins");
    return {
      latency: late === undefined ? 0 : late.fault.drawSpan(late.rule.by),
      bytesPerSecond: slow?.rule.bytesPerSecond,
    };
  }

  #overflow(link: FaultyLink): void {
    const [fault] = [...this.#bound].flatMap(([active, of]) => (of === link ? [active.fault] : []));
    const blamed =
      fault ?? this.#stage.rules.of("latency").at(-1)?.fault ?? this.#stage.rules.of("bandwidth").at(-1)?.fault;
    if (blamed !== undefined) this.#stage.tell(blamed, "too much is held back: the link is dropped");
    this.drop("dropLink", "reset", link);
  }

  /** The run ends: what is on its way to the broker leaves, where it is not silenced. */
  flush(): void {
    for (const { up } of this.#links.values()) if (!up.isBlocked) up.flush();
  }
}

/** Whether a dial has to look a name up. */
const isName = (act: LinkAct): boolean => act.kind === "dial" && !/^[\d.]+$|:/.test(act.host);
