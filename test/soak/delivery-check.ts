import type { Octets } from "../../at/octets.js";
import type { MessageId, Qos } from "../../mqtt/packet.js";
import type { EventLog } from "./event-log.js";
import { type Tag, tagOf } from "./message.js";

/** One AT+QMTPUB of the meter. A reading that is published again is another attempt, with another number. */
export interface Attempt extends Tag {
  readonly id: MessageId;
  state: "publishing" | "accepted" | "refused";
  result?: 0 | 2;
  /** The link ended before there was a result. */
  linkLost: boolean;
  arrivals: number;
}

/** One command of the server. */
interface Command extends Tag {
  /** The broker has acknowledged it. */
  accepted: boolean;
  arrivals: number;
}

/** How many times a message may arrive. */
type Allowed = readonly [min: number, max: number];

const unlimited = Number.POSITIVE_INFINITY;

/** Observes both ends, and checks that every message arrives as its QoS promises. */
export class DeliveryCheck {
  readonly #log: EventLog;
  readonly #isIntact: () => boolean;
  readonly #attempts: Attempt[] = [];
  readonly #commands: Command[] = [];
  /** Attempts that wait for their result, by message id. */
  readonly #due = new Map<MessageId, Attempt>();
  /** The messages in the order of their first arrival. */
  readonly #firstArrivals: Tag[] = [];
  readonly problems: string[] = [];
  #link: "none" | "open" | "connected" = "none";
  #retransmissions = 0;
  #connects = 0;
  readonly #endCounts: Record<string, number> = {};

  /** `isIntact` returns whether the current link has had no fault. */
  constructor(log: EventLog, isIntact: () => boolean) {
    this.#log = log;
    this.#isIntact = isIntact;
  }

  /** Records a problem. */
  fail(what: string): void {
    this.#log.note("CHECK", what);
    this.problems.push(what);
  }

  // The module's link, according to its URCs

  opened(): void {
    if (this.#link !== "none") this.fail("a link opens while another one is open");
    this.#link = "open";
  }

  connected(): void {
    if (this.#link !== "open") this.fail("connected without a link");
    this.#link = "connected";
    this.#connects += 1;
  }

  /** `why` is the URC that reported it. */
  ended(why: Octets): void {
    if (this.#link === "none") this.fail(`the end of a link that is not open: ${why}`);
    if (why.startsWith("+QMTSTAT") && this.#isIntact()) this.fail(`${why} on an intact link`);
    this.#link = "none";
    this.#endCounts[why] = (this.#endCounts[why] ?? 0) + 1;
    for (const attempt of this.#due.values()) {
      if (attempt.qos !== 0) continue; // publishes of QoS 1 and 2 stay pending
      attempt.linkLost = true;
      this.#due.delete(attempt.id);
    }
  }

  // From the meter to the server

  publishing(id: MessageId, qos: Qos): Attempt {
    const number = this.#attempts.length + 1;
    const attempt: Attempt = { from: "meter", number, id, qos, state: "publishing", linkLost: false, arrivals: 0 };
    this.#attempts.push(attempt);
    this.#due.set(id, attempt);
    return attempt;
  }

  refused(attempt: Attempt): void {
    attempt.state = "refused";
    if (attempt.result !== undefined) this.fail(`a result for the refused ${attempt.number}`);
    this.#due.delete(attempt.id);
  }

  /** `+QMTPUB: 0,<id>,<0|2>`: returns the attempt that has ended. */
  result(id: MessageId, result: 0 | 2): Attempt | undefined {
    const attempt = this.#due.get(id);
    if (attempt === undefined) this.fail(`a result for id ${id}, which waits for none`);
    else if (this.#link !== "connected") this.fail(`a result for id ${id} without a connection`);
    else if (attempt.state !== "accepted") this.fail(`a result for id ${id} before its OK`);
    if (attempt === undefined) return undefined;
    this.#due.delete(id);
    attempt.result = result;
    return attempt;
  }

  retransmitted(): void {
    if (this.#isIntact()) this.fail("a retransmission on an intact link");
    this.#retransmissions += 1;
  }

  /** How many publishes are in flight. */
  get inFlight(): number {
    return Array.from(this.#due.values()).filter(({ qos, state }) => qos !== 0 && state === "accepted").length;
  }

  get hasDue(): boolean {
    return this.#due.size > 0;
  }

  arrivedAtServer(payload: Uint8Array): void {
    const attempt = this.#arrived(payload, "meter", this.#attempts);
    if (attempt === undefined) return;
    if (attempt.arrivals > allowed(attempt)[1]) this.fail(`reading ${textOf(attempt)}: arrived too often`);
  }

  // From the server to the meter

  commanded(qos: 1 | 2): Tag {
    const command: Command = { from: "server", number: this.#commands.length + 1, qos, accepted: false, arrivals: 0 };
    this.#commands.push(command);
    return command;
  }

  commandAccepted(tag: Tag): void {
    const command = this.#commands[tag.number - 1];
    if (command) command.accepted = true;
  }

  arrivedAtMeter(payload: Octets): void {
    if (this.#link !== "connected") this.fail("+QMTRECV without a connection");
    const command = this.#arrived(payload, "server", this.#commands);
    if (command === undefined) return;
    if (command.qos === 2 && command.arrivals > 1) this.fail(`command ${textOf(command)}: arrived too often`);
  }

  get hasUndelivered(): boolean {
    return this.#commands.some(({ accepted: taken, arrivals }) => !taken || arrivals === 0);
  }

  // The end

  /** Checks all messages when the day is over and nothing is in flight. */
  checkAll(): void {
    for (const attempt of this.#attempts) {
      const [min, max] = allowed(attempt);
      if (attempt.arrivals < min || attempt.arrivals > max) this.fail(`reading ${textOf(attempt)}`);
      if (lacksResult(attempt)) this.fail(`reading ${textOf(attempt)}: no result`);
    }
    for (const command of this.#commands) {
      const max = command.qos === 2 ? 1 : unlimited;
      if (command.arrivals < 1 || command.arrivals > max || !command.accepted)
        this.fail(`command ${textOf(command)}, taken ${command.accepted}`);
    }
    this.#checkOrder();
  }

  summary(): string {
    const up = this.#attempts.filter(({ state }) => state === "accepted");
    const by = (qos: Qos, of: readonly Tag[]): number => of.filter((tag) => tag.qos === qos).length;
    const again = (of: readonly { readonly arrivals: number }[]): number =>
      of.reduce((sum, { arrivals }) => sum + Math.max(0, arrivals - 1), 0);
    return [
      `up ${up.length} (QoS 0/1/2: ${by(0, up)}/${by(1, up)}/${by(2, up)}), again ${again(up)}`,
      `refused ${this.#attempts.length - up.length}, result 2 ${up.filter(({ result }) => result === 2).length}`,
      `QoS 0 lost with the link ${up.filter(({ linkLost }) => linkLost).length}`,
      `down ${this.#commands.length} (QoS 1/2: ${by(1, this.#commands)}/${by(2, this.#commands)}), again ${again(this.#commands)}`,
      `connects ${this.#connects}, retransmissions by timeout ${this.#retransmissions}`,
      `ends ${JSON.stringify(this.#endCounts)}`,
    ].join("; ");
  }

  #arrived<T extends Tag & { arrivals: number }>(
    payload: Octets | Uint8Array,
    from: Tag["from"],
    sent: readonly T[],
  ): T | undefined {
    const tag = tagOf(payload);
    const message = tag?.from === from ? sent[tag.number - 1] : undefined;
    if (message === undefined || message.qos !== tag?.qos) {
      this.fail(`an unknown payload: ${JSON.stringify(String(payload))}`);
      return undefined;
    }
    message.arrivals += 1;
    if (message.arrivals === 1) this.#firstArrivals.push(message);
    return message;
  }

  /** First arrivals of one sender and one QoS are in order, apart from publishes with result 2, which may come late. */
  #checkOrder(): void {
    const last: Record<string, number> = {};
    for (const first of this.#firstArrivals) {
      const { from, qos, number } = first;
      if (qos === 0 || ("result" in first && first.result === 2)) continue;
      const stream = `${from} QoS ${qos}`;
      const before = last[stream] ?? 0;
      if (number < before) this.fail(`${stream}: ${number} first arrived after ${before}`);
      last[stream] = Math.max(before, number);
    }
  }
}

/** Result 2 ends a delivery, whether it has arrived or not. A QoS 0 message may be lost. */
function allowed({ state, qos, result }: Attempt): Allowed {
  if (state === "refused") return [0, 0];
  if (qos === 0) return [0, 1];
  const min = result === 0 ? 1 : 0;
  return qos === 1 ? [min, unlimited] : [min, 1];
}

const lacksResult = ({ state, result, linkLost }: Attempt): boolean =>
  state === "accepted" && result === undefined && !linkLost;

const textOf = (message: Attempt | Command): string => JSON.stringify(message);
