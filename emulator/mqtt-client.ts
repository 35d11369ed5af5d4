import { encode } from "../mqtt/encode.js";
import type { Millis } from "../mqtt/packet.js";
import { PacketReader } from "../mqtt/packet-reader.js";
import {
  type Config,
  type Input,
  type LinkId,
  levelOf,
  type Effect as MqttEffect,
  newSession,
  type Report,
  type Session,
  step,
  wakeAt,
} from "../mqtt/session.js";
import type { Effects } from "./effects.js";
import type { Effect, LinkAct, LinkEvent } from "./io.js";
import type { MqttSettings } from "./memory/mqtt-settings.js";
import type { Profile } from "./profile/profile.js";
import { SeenSecrets } from "./seen-secrets.js";

/** An output of the client: an effect, or a report for the URC queue. */
export type Outcome = Effect | { readonly to: "urcQueue"; readonly report: Report };

/** An output of a command line; `rrc`: the RRC connection is released soon, because the host expects no more. */
export type LineOutcome = Outcome | { readonly to: "rrc" };

/** An event of the link that is read in order. */
type Inbound = Exclude<LinkEvent, { readonly kind: "sent" }>;

/** The number of bytes that wait for TCP before publish, subscribe, unsubscribe and sending on a socket are refused. decided */
export const maxBacklogBytes = 65_536;

/** The options of an `MqttClient`. */
interface MqttClientOptions {
  /** The number of the last dial before a reboot. */
  readonly lastLink: LinkId;
  readonly effects: Pick<Effects, "isTraced" | "secrets">;
}

/** The MQTT session and its link: packets on one side, bytes on the other. */
export class MqttClient {
  readonly #profile: Profile;
  readonly #effects: Pick<Effects, "isTraced" | "secrets">;
  #session: Session;
  #reader: PacketReader;
  /** Where each packet that waits for TCP ends, in bytes of this link. */
  #ends: number[] = [];
  #packetsLeft = 0;
  #queued = 0;
  #left = 0;
  /** Events of the link that have not been read yet. */
  #inbox: Inbound[] = [];
  /** The settings of the last step, and what the session wants to know of them. */
  #settings: MqttSettings | undefined;
  #config: Config | undefined;
  readonly #secrets = new SeenSecrets();

  constructor(profile: Profile, { lastLink, effects }: MqttClientOptions) {
    this.#profile = profile;
    this.#effects = effects;
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

  /** Gives one input to the session; returns its outcomes in their order. */
  step(input: Input, now: Millis, settings: MqttSettings): readonly Outcome[] {
    const before = this.#session;
    const { session, effects } = step(before, input, now, this.#configOf(settings));
    this.#session = session;
    const outcomes: Outcome[] = [];
    for (const effect of effects) this.#carryOut(effect, session, outcomes);
    if (session.phase === "idle" || session.link !== before.link) this.#forgetInbox();
    if (session.phase !== before.phase) outcomes.push(trace({ kind: "phase", phase: session.phase }));
    return outcomes;
  }

  /** Whether a link is the current one and has not ended. */
  isCurrent(link: number): boolean {
    return link === this.#session.link && this.#session.phase !== "idle";
  }

  /** Whether so many bytes wait for TCP that publish, subscribe and unsubscribe are refused. decided */
  get isCongested(): boolean {
    return this.#backlog >= maxBacklogBytes;
  }

  /** Whether twice that number waits, so that reading stops. The second half is for acknowledgements. decided */
  get isClogged(): boolean {
    return this.#backlog >= 2 * maxBacklogBytes;
  }

  /** Queues an event of the link for `next`. */
  put(event: Inbound): void {
    this.#inbox.push(event);
  }

  /** Returns the input for the session when TCP has taken `total` bytes of the link. Unread events do not delay it. */
  left(total: number): Input {
    this.#left = total;
    const leaving = this.#ends.findIndex((end) => end > total);
    const count = leaving < 0 ? this.#ends.length : leaving;
    this.#ends.splice(0, count);
    this.#packetsLeft += count;
    return { kind: "sent", packets: this.#packetsLeft };
  }

  /** Returns the next input from the events of the link; undefined: none. */
  next(): Input | undefined {
    for (;;) {
      const reading = this.#reader.next(levelOf(this.#session));
      if (reading !== undefined) return reading;
      const event = this.#inbox.shift();
      if (event?.kind !== "bytes") return event;
      this.#reader.feed(event.bytes);
    }
  }

  #carryOut(effect: MqttEffect, { link }: Session, outcomes: Outcome[]): void {
    switch (effect.kind) {
      case "dial": {
        const { host, port } = effect;
        this.#startLink();
        outcomes.push(trace({ kind: "dial", link: effect.link, host, port }));
        outcomes.push(act(effect.link, { kind: "dial", host, port }));
        break;
      }
      case "send": {
        const bytes = encode(effect.packet);
        this.#queued += bytes.length;
        this.#ends.push(this.#queued);
        if (this.#effects.isTraced) {
          const packet = this.#effects.secrets.packet(effect.packet);
          outcomes.push(...this.#secrets.seenIn(effect.packet, this.#settings).map(trace));
          outcomes.push(trace({ kind: "packet", way: "sent", packet }));
        }
        outcomes.push(act(link, { kind: "bytes", bytes }));
        break;
      }
      case "hangUp":
        outcomes.push(trace({ kind: "hangUp", link: effect.link, how: effect.how, why: effect.why }));
        outcomes.push(act(effect.link, { kind: effect.how }));
        break;
      case "report":
        outcomes.push({ to: "urcQueue", report: effect.report });
        break;
      case "ignored":
        outcomes.push(trace({ kind: "ignored", what: effect.what }));
    }
  }

  /** The settings in the form of the session. Cached, because they seldom change. */
  #configOf(settings: MqttSettings): Config {
    if (this.#config !== undefined && settings === this.#settings) return this.#config;
    const { dup31, afterRefusal, afterDisconnect } = this.#profile.quirks;
    const config: Config = {
      pktTimeout: settings.pktTimeout * 1000,
      retryTimes: settings.retryTimes,
      timeoutNotice: settings.timeoutNotice === 1,
      dup31,
      afterRefusal,
      afterDisconnect,
    };
    this.#settings = settings;
    this.#config = config;
    return config;
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

const act = (link: number, what: LinkAct): Effect => ({ to: "link", link, act: what });
const trace = (event: Extract<Effect, { readonly to: "trace" }>["event"]): Effect => ({ to: "trace", event });
