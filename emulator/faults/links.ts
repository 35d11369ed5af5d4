import type { DownReason } from "../../mqtt/session.js";
import type { LinkAct } from "../io.js";
import type { AwaitedEvents } from "./awaited-events.js";
import type { FaultyLink, Inbound } from "./faulty-link.js";
import { FollowedLink } from "./followed-link.js";
import { dialEnds, type LinkRule } from "./link-rules.js";
import { type LinkEffect, type LinkStimulus, LinkTable } from "./link-table.js";
import { outbound, type Packet, PacketFaults, packetIn } from "./packets.js";
import { paceOf } from "./pipe.js";
import type { Stage } from "./stage.js";

/** The faults of the seams `packets` and `network` on links to the broker. */
export class LinkFaults {
  readonly #stage: Stage;
  readonly #events: AwaitedEvents;
  readonly #packets: PacketFaults;
  readonly #isTaken: (active: LinkRule) => boolean;
  /** The links that are not over. */
  readonly table: LinkTable;

  /** `isTaken` tells whether a rule acts on a socket of the host. */
  constructor(stage: Stage, events: AwaitedEvents, isTaken: (active: LinkRule) => boolean) {
    this.#stage = stage;
    this.#isTaken = isTaken;
    this.#events = events;
    this.#packets = new PacketFaults(stage);
    this.table = new LinkTable(stage, (inbound, link) => this.#arrive(link, inbound));
  }

  /** A frozen module reads nothing: what the broker sends waits in TCP. */
  pause(isFrozen: boolean): void {
    const link = this.table.current;
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
    const link = this.table.get(id);
    if (link === undefined) return; // it has ended outside
    if (act.kind === "bytes") this.#sendPacket(link, act.bytes);
    else if (act.kind === "end" || act.kind === "reset") this.#close(link, act);
    else if (!link.isMadeUp) {
      this.table.noteReading(id, act.kind);
      this.#stage.put(effect);
    }
  }

  #dial(effect: LinkEffect): void {
    const { rules } = this.#stage;
    const link = this.table.open(new FollowedLink(effect.link));
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

  #sendPacket(link: FaultyLink, bytes: Uint8Array): void {
    const way = link.sent.packet(bytes.length);
    const isCounted = (): void => {
      way.onLink = 0;
      this.#tellSent(link);
    };
    const pass = (sent: Uint8Array): void => {
      if (!link.up.send(outbound(sent, way), sent.length, paceOf(this.#stage))) this.#overflow(link);
      if (!Number.isFinite(way.onLink) && !link.isStalled) isCounted();
    };
    const packet = packetIn(bytes, "toBroker");
    if (packet === undefined) {
      pass(bytes);
      return;
    }
    this.#events.note({ kind: "packet", packet: packet.type, way: "sent" });
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
    this.table.leave(link);
    if (link.isMadeUp) this.table.forget(link.id);
    else if (isSilent) this.table.limitAbandoned();
    else link.up.send(isStalled ? { kind: "reset" } : act, 0, paceOf(this.#stage));
  }

  // From the broker

  /** Something happens on a link. */
  hear({ link: id, event }: LinkStimulus): void {
    const link = this.table.get(id);
    if (link === undefined || event.kind === "sendFailed") this.#stage.give({ from: "link", link: id, event });
    else if (event.kind === "sent") this.#hearSent(link, event.total);
    else if (!link.isClosed) this.#receive(link, event);
    else if (event.kind === "down") this.table.forget(link.id);
  }

  #hearSent(link: FaultyLink, total: number): void {
    const isClean = link.sent.isClean;
    if (isClean) link.sent.bothTaken(total);
    const told = isClean ? total : link.sent.taken(total);
    if (told !== undefined) this.#stage.give({ from: "link", link: link.id, event: { kind: "sent", total: told } });
  }

  #receive(link: FaultyLink, event: Inbound): void {
    const pace = paceOf(this.#stage);
    const again = event.kind === "up" ? paceOf(this.#stage).latency : 0; // SYN and SYN-ACK
    const bytes = event.kind === "bytes" ? event.bytes.length : 0;
    if (!link.down.send(event, bytes, { ...pace, latency: pace.latency + again })) this.#overflow(link);
  }

  /** An event of the broker has passed the network. */
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

  /** Gives bytes to the module. The bytes of a packet are also an event that faults can wait for. */
  #give(link: FaultyLink, event: Inbound, packet?: Packet): void {
    this.#stage.soon(() => {
      if (link.isClosed) return;
      this.#stage.give({ from: "link", link: link.id, event });
      if (packet !== undefined) this.#events.note({ kind: "packet", packet: packet.type, way: "received" });
    });
  }

  // Actions and rules

  /** The network ends the link; false where there is none. The broker gets RST or FIN. */
  drop(how: "dropLink" | "closeLink", reason: DownReason, link = this.table.current): boolean {
    if (link === undefined || link.isClosed || this.table.get(link.id) !== link) return false;
    if (!link.isMadeUp) {
      const kind = how === "dropLink" ? "reset" : "end";
      this.#stage.put({ to: "link", link: link.id, act: { kind } });
    }
    this.#tellDown(link, reason);
    return true;
  }

  #tellDown(link: FaultyLink, reason: DownReason): void {
    link.clear();
    this.table.forget(link.id);
    this.#stage.give({ from: "link", link: link.id, event: { kind: "down", reason } });
  }

  /** A rule for a link takes hold of the one that is there. */
  bind(active: LinkRule): void {
    const link = this.table.current;
    if (link === undefined || link.isMadeUp || this.table.rules.isBound(active) || this.#isTaken(active)) return;
    this.#stage.hit(active.fault, "begins");
    this.table.rules.bind(active, link);
  }

  /** A rule for a link is no longer in force: what it held back goes on. */
  ended(active: LinkRule): void {
    const link = this.table.rules.release(active);
    if (link !== undefined) this.#tellSent(link);
  }

  #overflow(link: FaultyLink): void {
    const { rules } = this.#stage;
    const slow = rules.of("latency").at(-1) ?? rules.of("bandwidth").at(-1);
    const blamed = this.table.rules.faultOn(link) ?? slow?.fault;
    if (blamed !== undefined) this.#stage.tell(blamed, "too much is held back: the link is dropped");
    this.drop("dropLink", "reset", link);
  }

  /** The run ends: what is on its way to the broker leaves, where it is not silenced. */
  flush(): void {
    for (const { up } of this.table.all()) if (!up.isBlocked) up.flush();
  }
}

/** Whether a dial has to look a name up. */
const isName = (act: LinkAct): boolean => act.kind === "dial" && !/^[\d.]+$|:/.test(act.host);
