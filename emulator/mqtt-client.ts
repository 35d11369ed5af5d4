import { toBytes } from "../at/octets.js";
import { encode } from "../mqtt/encode.js";
import type { ClientPacket, Millis } from "../mqtt/packet.js";
import { PacketReader } from "../mqtt/packet-reader.js";
import {
  type Config,
  type Input,
  levelOf,
  type Effect as MqttEffect,
  newSession,
  type Report,
  type Session,
  step,
  wakeAt,
} from "../mqtt/session.js";
import type { Effect, LinkAct, LinkEvent } from "./io.js";
import type { MqttSettings } from "./memory/mqtt-settings.js";
import type { Profile } from "./profile/profile.js";

/** What comes of the client: effects, and lines for the host that are not written yet. */
export type Outcome = Effect | { readonly to: "urcQueue"; readonly report: Report };

/** What waits for its turn to be read. */
type Inbound = Exclude<LinkEvent, { readonly kind: "sent" }>;

/** What may wait for TCP, in bytes. */
const maxBacklogBytes = 65_536;

/** The settings as the MQTT client wants them. */
const configOf = (settings: MqttSettings, { quirks }: Profile): Config => ({
  pktTimeout: settings.pktTimeout * 1000,
  retryTimes: settings.retryTimes,
  timeoutNotice: settings.timeoutNotice === 1,
  dup31: quirks.dup31,
  afterRefusal: quirks.afterRefusal,
  afterDisconnect: quirks.afterDisconnect,
});

/** The MQTT session and the wire of its link: packets on one side, bytes on the other. */
export class MqttClient {
  readonly #profile: Profile;
  #session: Session;
  #reader: PacketReader;
  /** Where each packet that has not left yet ends, in bytes of this link. */
  #ends: number[] = [];
  #packetsLeft = 0;
  #queued = 0;
  #left = 0;
  /** What the link told and nobody has looked at yet. */
  #inbox: Inbound[] = [];

  /** `lastLink` is the number of the last dial before a reboot. */
  constructor(profile: Profile, lastLink = 0) {
    this.#profile = profile;
    this.#session = newSession(lastLink);
    this.#reader = this.#newReader();
  }

  get session(): Session {
    return this.#session;
  }

  get #backlog(): number {
    return this.#queued - this.#left;
  }

  get wakeAt(): Millis | undefined {
    return wakeAt(this.#session);
  }

  /** Takes one input, and gives what comes of it in its order. */
  step(input: Input, now: Millis, settings: MqttSettings): readonly Outcome[] {
    const before = this.#session;
    const { session, effects } = step(before, input, now, configOf(settings, this.#profile));
    this.#session = session;
    const outcomes: Outcome[] = [];
    for (const effect of effects) outcomes.push(...this.#carryOut(effect, session));
    if (session.phase === "idle" || session.link !== before.link) this.#forgetInbox();
    if (session.phase !== before.phase) outcomes.push(trace({ kind: "phase", phase: session.phase }));
    return outcomes;
  }

  /** Whether a link is ours and still there: what another one tells is too late. */
  isCurrent(link: number): boolean {
    return link === this.#session.link && this.#session.phase !== "idle";
  }

  /** So much waits for TCP that the host may send nothing more (decided). */
  get isCongested(): boolean {
    return this.#backlog >= maxBacklogBytes;
  }

  /** Acknowledgements wait too, as much again: nothing more should be read that may have to be answered (decided). */
  get isClogged(): boolean {
    return this.#backlog >= 2 * maxBacklogBytes;
  }

  /** Puts in what the link told; it waits until it is asked for with `next`. */
  put(event: Inbound): void {
    this.#inbox.push(event);
  }

  /** What it means that so many bytes of the link have left for TCP: true at once, whatever waits to be read. */
  left(total: number): Input {
    this.#left = total;
    const leaving = this.#ends.findIndex((end) => end > total);
    const count = leaving < 0 ? this.#ends.length : leaving;
    this.#ends.splice(0, count);
    this.#packetsLeft += count;
    return { kind: "sent", packets: this.#packetsLeft };
  }

  /** The next input that the link's events hold, or undefined. */
  next(): Input | undefined {
    for (;;) {
      const reading = this.#reader.next(levelOf(this.#session));
      if (reading !== undefined) return reading;
      const event = this.#inbox.shift();
      if (event?.kind !== "bytes") return event;
      this.#reader.feed(event.bytes);
    }
  }

  #carryOut(effect: MqttEffect, { link }: Session): readonly Outcome[] {
    switch (effect.kind) {
      case "dial": {
        const { host, port } = effect;
        this.#startLink();
        return [trace({ kind: "dial", link: effect.link, host, port }), act(effect.link, { kind: "dial", host, port })];
      }
      case "send": {
        const bytes = encode(effect.packet);
        this.#queued += bytes.length;
        this.#ends.push(this.#queued);
        return [
          trace({ kind: "packet", way: "sent", packet: masked(effect.packet) }),
          act(link, { kind: "bytes", bytes }),
        ];
      }
      case "hangUp":
        return [
          trace({ kind: "hangUp", link: effect.link, how: effect.how, why: effect.why }),
          act(effect.link, { kind: effect.how }),
        ];
      case "report":
        return [{ to: "urcQueue", report: effect.report }];
      case "ignored":
        return [trace({ kind: "ignored", what: effect.what })];
    }
  }

  #startLink(): void {
    this.#reader = this.#newReader();
    this.#ends = [];
    this.#packetsLeft = 0;
    this.#queued = 0;
    this.#left = 0;
  }

  #forgetInbox(): void {
    this.#inbox = [];
    this.#reader = this.#newReader();
  }

  #newReader(): PacketReader {
    return new PacketReader({ maxInbound: this.#profile.quirks.maxInbound });
  }
}

const passwordMask = toBytes("***");

/** A packet as observers may see it. */
const masked = (packet: ClientPacket): ClientPacket =>
  packet.type === "CONNECT" && packet.password !== undefined ? { ...packet, password: passwordMask } : packet;

const act = (link: number, what: LinkAct): Effect => ({ to: "link", link, act: what });
const trace = (event: Extract<Effect, { readonly to: "trace" }>["event"]): Effect => ({ to: "trace", event });
