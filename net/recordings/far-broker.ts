import { toText } from "../../at/octets.js";
import type { LinkAct, LinkEvent } from "../../emulator/io.js";
import { encode } from "../../mqtt/encode.js";
import { frameAt } from "../../mqtt/frame.js";
import type { ServerPacket } from "../../mqtt/packet.js";
import type { DownReason, LinkId } from "../../mqtt/session.js";
import type { Millis } from "../time/clock.js";
import { type ClientRequest, readRequest } from "./client-request.js";
import { openFailures, type PlacedFact, statReasons } from "./fact.js";
import type { Schedule, UnusedFacts } from "./unused-facts.js";

/** How long a PINGREQ may wait for its answer at most, in ms: the longest `<pkt_timeout>`. note 3.2.1 */
const maxPacketTimeout: Millis = 60_000;

/** The broker of a recording. */
export class FarBroker {
  readonly #facts: UnusedFacts;
  readonly #schedule: Schedule;
  #link: LinkId | undefined;
  #isUp = false;
  #buffered = Buffer.alloc(0);
  #sent = 0;
  /** Until when a request is not answered anew, because its answer is on its way or does not come: `subscribe 1`. */
  readonly #decidedUntil = new Map<string, Millis>();

  constructor(facts: UnusedFacts, schedule: Schedule) {
    this.#facts = facts;
    this.#schedule = schedule;
  }

  /** The time of a fact comes that no request of the module has to wait for. */
  come(fact: PlacedFact): void {
    const { t: at } = fact;
    if (!this.#isUp) return;
    if (fact.of === "message") {
      const topic = toText(fact.topic) ?? fact.topic;
      this.#deliver(at, {
        type: "PUBLISH",
        id: fact.id,
        qos: fact.id === 0 ? 0 : 1,
        retain: false,
        dup: false,
        topic,
        payload: Buffer.from(fact.payload, "latin1"),
      });
    } else if (fact.of === "stat") {
      const reason = statReasons[fact.code];
      if (reason !== undefined) this.#lose(at, reason);
    }
  }

  /** The module acts on a link. */
  act(link: LinkId, act: LinkAct, now: Millis): void {
    if (act.kind === "dial") this.#dial(link, now);
    else if (link !== this.#link) return;
    else if (act.kind === "bytes") this.#take(act.bytes, now);
    else if (act.kind === "end" || act.kind === "reset") this.#forget();
  }

  #dial(link: LinkId, now: Millis): void {
    this.#forget();
    this.#link = link;
    const fact = this.#facts.next(({ of }) => of === "open");
    const result = fact?.of === "open" ? fact.result : 0;
    this.#isUp = result === 0;
    const event: LinkEvent = this.#isUp ? { kind: "up" } : { kind: "down", reason: openFailures[result] ?? "refused" };
    this.#tell(fact?.t ?? now, event);
  }

  #forget(): void {
    this.#link = undefined;
    this.#isUp = false;
    this.#buffered = Buffer.alloc(0);
    this.#sent = 0;
    this.#decidedUntil.clear();
  }

  #take(bytes: Uint8Array, now: Millis): void {
    this.#sent += bytes.length;
    this.#tell(now, { kind: "sent", total: this.#sent });
    this.#buffered = Buffer.concat([this.#buffered, bytes]);
    for (;;) {
      const frame = frameAt(this.#buffered, 0, this.#buffered.length, Number.POSITIVE_INFINITY);
      if (typeof frame !== "object" || frame.end > this.#buffered.length) return;
      this.#answer(readRequest(frame), now);
      this.#buffered = this.#buffered.subarray(frame.end);
    }
  }

  #answer(request: ClientRequest, now: Millis): void {
    switch (request.type) {
      case "CONNECT": {
        const fact = this.#facts.next(({ of, ...one }) => of === "connect" || ("code" in one && one.code !== 5));
        if (fact === undefined) this.#deliver(now, { type: "CONNACK", sessionPresent: false, returnCode: 0 });
        else if (fact.of === "connect" && fact.returnCode !== undefined)
          this.#deliver(fact.t, connack(fact.returnCode));
        break;
      }
      case "PUBLISH":
        if (request.qos > 0)
          this.#acknowledge("publish", request.id, now, () => ({
            type: request.qos === 1 ? "PUBACK" : "PUBREC",
            id: request.id,
          }));
        break;
      case "SUBSCRIBE":
        this.#acknowledge("subscribe", request.id, now, (granted) => ({
          type: "SUBACK",
          id: request.id,
          granted: granted.length > 0 ? granted : request.asked,
        }));
        break;
      case "UNSUBSCRIBE":
        this.#acknowledge("unsubscribe", request.id, now, () => ({ type: "UNSUBACK", id: request.id }));
        break;
      case "PUBREL":
        this.#deliver(now, { type: "PUBCOMP", id: request.id });
        break;
      case "PUBREC":
        this.#deliver(now, { type: "PUBREL", id: request.id, dup: false });
        break;
      case "PINGREQ":
        if (!this.#isSilentSoon(now)) this.#deliver(now, { type: "PINGRESP" });
        break;
      case "DISCONNECT": {
        const fact = this.#facts.next((one) => one.of === "stat" && one.code === 5);
        this.#lose(fact?.t ?? now, "closed");
      }
    }
  }

  /** Answers at the time of the URC that tells the answer; not at all where the next URC tells that there was none. */
  #acknowledge(
    of: "publish" | "subscribe" | "unsubscribe",
    id: number,
    now: Millis,
    answer: (granted: readonly number[]) => ServerPacket,
  ): void {
    const name = `${of} ${id}`;
    if (now < (this.#decidedUntil.get(name) ?? now)) return;
    const fact = this.#facts.next((one) => one.of === of && one.id === id);
    if (fact !== undefined) this.#decidedUntil.set(name, fact.t);
    const granted = fact?.of === of ? fact.granted : [];
    if (granted !== undefined) this.#deliver(fact?.t ?? now, answer(granted));
  }

  /** Whether the link is lost soon because a PINGREQ was not answered. */
  #isSilentSoon(now: Millis): boolean {
    return this.#facts.some(
      (one) => one.of === "stat" && one.code === 2 && one.t > now && one.t <= now + maxPacketTimeout,
    );
  }

  #deliver(at: Millis, packet: ServerPacket): void {
    this.#tell(at, { kind: "bytes", bytes: encode(packet) });
  }

  #lose(at: Millis, reason: DownReason): void {
    this.#tell(at, { kind: "down", reason });
    this.#forget();
  }

  #tell(at: Millis, event: LinkEvent): void {
    if (this.#link !== undefined) this.#schedule({ at, stimulus: { from: "link", link: this.#link, event } });
  }
}

const connack = (returnCode: number): ServerPacket => ({
  type: "CONNACK",
  sessionPresent: false,
  returnCode: returnCode as 0 | 1 | 2 | 3 | 4 | 5,
});
