import { asBuffer } from "../../at/octets.js";
import { frameAt } from "../../mqtt/frame.js";
import { topicMatches } from "../topic.js";
import type { FaultHit } from "../trace.js";
import type { Fault } from "./fault.js";
import type { FaultyLink, Outbound } from "./faulty-link.js";
import type { BrokerWay, PacketType } from "./language/sentence.js";
import type { ActiveRule, RuleOf } from "./rules.js";
import type { Did, Stage } from "./stage.js";

/** The types of packets by the upper half of their first byte. MQTT 2.2.1 */
const types: readonly (PacketType | undefined)[] = [
  undefined,
  ...(["CONNECT", "CONNACK", "PUBLISH", "PUBACK", "PUBREC", "PUBREL", "PUBCOMP"] as const),
  ...(["SUBSCRIBE", "SUBACK", "UNSUBSCRIBE", "UNSUBACK", "PINGREQ", "PINGRESP", "DISCONNECT"] as const),
];

/** How long a packet waits for the next one of its type, in ms. */
const reorderTimeoutMs = 5000;

/** A packet that faults may act on. */
export interface Packet {
  readonly type: PacketType;
  readonly way: BrokerWay;
  readonly bytes: Uint8Array;
  /** Where the variable header begins. */
  readonly body: number;
}

/** What can be done with a packet. */
export interface Passage {
  /** Hands it to its receiver now. */
  pass(bytes: Uint8Array): void;
  /** Takes it out of the stream, to be lost or passed later: it counts as handed to TCP. */
  takeOut(): void;
  /** Gives the module an answer in place of the broker. */
  answer(bytes: Uint8Array): void;
  /** Closes the link in place of the broker. */
  close(): void;
}

/** A packet in bytes; undefined where it has no type. */
export function packetIn(bytes: Uint8Array, way: BrokerWay): Packet | undefined {
  const type = types[(bytes[0] ?? 0) >> 4];
  const frame = frameAt(asBuffer(bytes), 0, bytes.length, Number.POSITIVE_INFINITY);
  return type === undefined || frame === undefined || typeof frame === "string"
    ? undefined
    : { type, way, bytes, body: frame.body };
}

/** The faults of the seam `packets`: rules act on a packet on its way. */
export class PacketFaults {
  readonly #stage: Stage;
  /** Packets that wait for the next one of their type. */
  #overtaken: { readonly link: FaultyLink; readonly packet: Packet; readonly release: (lost: boolean) => void }[] = [];

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  /** Lets a packet go on, or does to it what the first rule says that fits. */
  send(link: FaultyLink, packet: Packet, passage: Passage): void {
    const active = this.#stage.rules.take("packet", (rule) => isMeant(rule, packet));
    if (active === undefined) this.#pass(link, packet, passage);
    else this.#act(active, link, packet, passage);
  }

  #act(
    { fault, rule: { action } }: ActiveRule<RuleOf<"packet">>,
    link: FaultyLink,
    packet: Packet,
    passage: Passage,
  ): void {
    const hit = (effect: FaultHit["effect"], did: string = effect): void =>
      this.#stage.hit(fault, didTo(packet, effect, did));
    switch (action.verb) {
      case "lose":
        hit("lost");
        passage.takeOut();
        break;
      case "duplicate":
        hit("doubled");
        this.#pass(link, packet, passage);
        this.#pass(link, packet, passage);
        break;
      case "corrupt":
        hit("corrupted");
        this.#pass(link, { ...packet, bytes: withFlippedBit(packet, fault) }, passage);
        break;
      case "delay": {
        const span = fault.drawSpan(action.by);
        hit("delayed", `comes ${span} ms later`);
        this.#holdBack(link, packet, passage, fault, span);
        break;
      }
      case "reorder": {
        hit("delayed", "waits for the next one");
        const release = this.#holdBack(link, packet, passage, fault, reorderTimeoutMs, "no other came in 5 s");
        if (release !== undefined) this.#overtaken.push({ link, packet, release });
        break;
      }
      case "answer":
        hit("answered", `answered with ${action.code}`);
        passage.takeOut();
        passage.answer(answerTo(packet, action.code));
        if (packet.type === "CONNECT") passage.close();
    }
  }

  /** Passes a packet, and those that wait for one of its type. */
  #pass(link: FaultyLink, packet: Packet, passage: Passage): void {
    passage.pass(packet.bytes);
    const isNext = (other: { readonly link: FaultyLink; readonly packet: Packet }): boolean =>
      other.link === link && other.packet.type === packet.type && other.packet.way === packet.way;
    const next = this.#overtaken.filter(isNext);
    this.#overtaken = this.#overtaken.filter((other) => !next.includes(other));
    for (const { release } of next) release(false);
  }

  /** Holds a packet back. Returns what lets it go on, where it can be held. */
  #holdBack(
    link: FaultyLink,
    packet: Packet,
    passage: Passage,
    fault: Fault,
    span: number,
    late?: string,
  ): ((lost: boolean) => void) | undefined {
    passage.takeOut();
    const { bytes } = packet;
    if (!this.#stage.hold(bytes.length)) {
      this.#stage.tell(fault, didTo(packet, "lost", "lost: too much is held back"));
      return undefined;
    }
    const stop = this.#stage.at(this.#stage.now + span, () => {
      if (late !== undefined) this.#stage.tell(fault, `${nameOf(packet)} goes on alone: ${late}`);
      release(false);
    });
    const release = (lost: boolean): void => {
      stop();
      link.held.delete(release);
      this.#overtaken = this.#overtaken.filter((other) => other.release !== release);
      this.#stage.release(bytes.length);
      if (lost) this.#stage.tell(fault, didTo(packet, "lost", "lost with its link"));
      else passage.pass(bytes);
    };
    link.held.add(release);
    return release;
  }
}

function isMeant(rule: RuleOf<"packet">, { type, way, bytes, body }: Packet): boolean {
  if (rule.packet !== type || rule.way !== way) return false;
  if (rule.action.verb === "corrupt" && bytes.length === body) return false; // nothing stands behind its length
  return rule.topic === undefined || topicMatches(rule.topic, topicOf(bytes, body));
}

/** The topic of a PUBLISH. MQTT 3.3.2.1 */
function topicOf(bytes: Uint8Array, body: number): string {
  const length = uint16(bytes, body);
  return asBuffer(bytes).toString("utf8", body + 2, body + 2 + length);
}

/** What a fault did to a packet. */
function didTo(packet: Packet, effect: FaultHit["effect"], did: string): Did {
  const msgId = idOf(packet);
  const way = packet.way === "toBroker" ? "sent" : "received";
  return {
    did: `${nameOf(packet)} ${did}`,
    effect,
    packet: packet.type,
    way,
    ...(msgId === undefined ? {} : { msgId }),
  };
}

/** The type of a packet, and its message identifier where the packet begins with one. */
function nameOf({ type, bytes, body }: Packet): string {
  const hasId = type !== "CONNECT" && type !== "CONNACK" && type !== "PUBLISH" && bytes.length >= body + 2;
  return hasId ? `${type} ${uint16(bytes, body)}` : type;
}

/** The message identifier of a packet; undefined where it has none. MQTT 2.3.1 */
function idOf({ type, bytes, body }: Packet): number | undefined {
  if (type === "CONNECT" || type === "CONNACK") return undefined;
  if (type === "PUBLISH" && ((bytes[0] ?? 0) & 0b110) === 0) return undefined;
  const at = type === "PUBLISH" ? body + 2 + uint16(bytes, body) : body;
  return bytes.length >= at + 2 ? uint16(bytes, at) : undefined;
}

const uint16 = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);

function withFlippedBit({ bytes, body }: Packet, fault: Fault): Uint8Array {
  const flipped = Buffer.from(bytes);
  const bit = fault.draw({ min: body * 8, max: bytes.length * 8 - 1 });
  flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return flipped;
}

/** The packet with which a broker answers. MQTT 3.2, 3.9 */
function answerTo({ type, bytes, body }: Packet, code: number): Uint8Array {
  if (type === "CONNECT") return Uint8Array.of(0x20, 2, 0, code);
  let topics = 0;
  for (let at = body + 2; at + 2 < bytes.length; at += 3 + uint16(bytes, at)) topics += 1;
  const codes = new Uint8Array(topics).fill(code);
  return Uint8Array.of(0x90, 2 + topics, bytes[body] ?? 0, bytes[body + 1] ?? 0, ...codes);
}

/** A packet on its way to the broker, as the pipe takes it. */
export const outbound = (bytes: Uint8Array, packet: Extract<Outbound, { kind: "bytes" }>["packet"]): Outbound => ({
  kind: "bytes",
  bytes,
  packet,
});
