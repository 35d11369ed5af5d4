import type { Octets } from "../../at/octets.js";
import type { MessageId, Qos } from "../../mqtt/packet.js";
import type { Logbook } from "./logbook.js";
import { type Tag, tagOf } from "./message.js";

/** One QMTPUB of the meter. A reading that is published anew is another one, with another number. */
export interface Attempt extends Tag {
  readonly id: MessageId;
  fate: "typed" | "accepted" | "refused";
  result?: 0 | 2;
  /** The link went before there was a result. */
  orphaned: boolean;
  arrivals: number;
}

/** One command of the server. */
interface Command extends Tag {
  /** The broker has taken it over. */
  taken: boolean;
  arrivals: number;
}

/** How often a message may arrive. */
type Allowed = readonly [least: number, most: number];

const often = Number.POSITIVE_INFINITY;

/** Sees both ends, and counts. */
export class Auditor {
  readonly #book: Logbook;
  readonly #isSound: () => boolean;
  readonly #attempts: Attempt[] = [];
  readonly #commands: Command[] = [];
  /** Attempts whose result is still due, by message id. */
  readonly #due = new Map<MessageId, Attempt>();
  /** Numbers in the order of their first arrival. */
  readonly #firsts: Tag[] = [];
  readonly complaints: string[] = [];
  #link: "none" | "open" | "connected" = "none";
  #retransmissions = 0;
  #connects = 0;
  readonly #stats: Record<string, number> = {};

  /** `isSound`: nothing has befallen the link in use. */
  constructor(book: Logbook, isSound: () => boolean) {
    this.#book = book;
    this.#isSound = isSound;
  }

  complain(what: string): void {
    this.#book.note("AUDIT", what);
    this.complaints.push(what);
  }

  // The module's link, as the host is told

  opened(): void {
    if (this.#link !== "none") this.complain("a link opens while another one is open");
    this.#link = "open";
  }

  connected(): void {
    if (this.#link !== "open") this.complain("connected without a link");
    this.#link = "connected";
    this.#connects += 1;
  }

  /** `why` is the unsolicited line that told it. */
  ended(why: Octets): void {
    if (this.#link === "none") this.complain(`the end of a link that is not open: ${why}`);
    if (why.startsWith("+QMTSTAT") && this.#isSound()) this.complain(`${why} on a sound link`);
    this.#link = "none";
    this.#stats[why] = (this.#stats[why] ?? 0) + 1;
    for (const attempt of this.#due.values()) {
      if (attempt.qos !== 0) continue; // the others are kept
      attempt.orphaned = true;
      this.#due.delete(attempt.id);
    }
  }

  // From the meter to the server

  typed(id: MessageId, qos: Qos): Attempt {
    const number = this.#attempts.length + 1;
    const attempt: Attempt = { from: "meter", number, id, qos, fate: "typed", orphaned: false, arrivals: 0 };
    this.#attempts.push(attempt);
    this.#due.set(id, attempt);
    return attempt;
  }

  refused(attempt: Attempt): void {
    attempt.fate = "refused";
    if (attempt.result !== undefined) this.complain(`a result for the refused ${attempt.number}`);
    this.#due.delete(attempt.id);
  }

  /** `+QMTPUB: 0,<id>,<0|2>`; gives the attempt that ended. */
  result(id: MessageId, result: 0 | 2): Attempt | undefined {
    const attempt = this.#due.get(id);
    if (attempt === undefined) this.complain(`a result for id ${id}, which waits for none`);
    else if (this.#link !== "connected") this.complain(`a result for id ${id} without a connection`);
    else if (attempt.fate !== "accepted") this.complain(`a result for id ${id} before its OK`);
    if (attempt === undefined) return undefined;
    this.#due.delete(id);
    attempt.result = result;
    return attempt;
  }

  retransmitted(): void {
    if (this.#isSound()) this.complain("a retransmission on a sound link");
    this.#retransmissions += 1;
  }

  /** How many places of the window are taken. */
  get inFlight(): number {
    return Array.from(this.#due.values()).filter(({ qos, fate }) => qos !== 0 && fate === "accepted").length;
  }

  get hasDue(): boolean {
    return this.#due.size > 0;
  }

  arrivedAtServer(payload: Uint8Array): void {
    const attempt = this.#arrived(payload, "meter", this.#attempts);
    if (attempt === undefined) return;
    if (attempt.arrivals > allowed(attempt)[1]) this.complain(`reading ${words(attempt)}: arrived too often`);
  }

  // From the server to the meter

  commanded(qos: 1 | 2): Tag {
    const command: Command = { from: "server", number: this.#commands.length + 1, qos, taken: false, arrivals: 0 };
    this.#commands.push(command);
    return command;
  }

  taken(tag: Tag): void {
    const command = this.#commands[tag.number - 1];
    if (command) command.taken = true;
  }

  arrivedAtMeter(payload: Octets): void {
    if (this.#link !== "connected") this.complain("+QMTRECV without a connection");
    const command = this.#arrived(payload, "server", this.#commands);
    if (command === undefined) return;
    if (command.qos === 2 && command.arrivals > 1) this.complain(`command ${words(command)}: arrived too often`);
  }

  get hasUndelivered(): boolean {
    return this.#commands.some(({ taken, arrivals }) => !taken || arrivals === 0);
  }

  // The reckoning

  /** Looks at everything once more when the day is over and nothing is on its way. */
  reckon(): void {
    for (const attempt of this.#attempts) {
      const [least, most] = allowed(attempt);
      if (attempt.arrivals < least || attempt.arrivals > most) this.complain(`reading ${words(attempt)}`);
      if (lacksResult(attempt)) this.complain(`reading ${words(attempt)}: no result`);
    }
    for (const command of this.#commands) {
      const most = command.qos === 2 ? 1 : often;
      if (command.arrivals < 1 || command.arrivals > most || !command.taken)
        this.complain(`command ${words(command)}, taken ${command.taken}`);
    }
    this.#checkOrder();
  }

  summary(): string {
    const up = this.#attempts.filter(({ fate }) => fate === "accepted");
    const by = (qos: Qos, of: readonly Tag[]): number => of.filter((tag) => tag.qos === qos).length;
    const again = (of: readonly { readonly arrivals: number }[]): number =>
      of.reduce((sum, { arrivals }) => sum + Math.max(0, arrivals - 1), 0);
    return [
      `up ${up.length} (QoS 0/1/2: ${by(0, up)}/${by(1, up)}/${by(2, up)}), again ${again(up)}`,
      `refused ${this.#attempts.length - up.length}, result 2 ${up.filter(({ result }) => result === 2).length}`,
      `QoS 0 gone with the link ${up.filter(({ orphaned }) => orphaned).length}`,
      `down ${this.#commands.length} (QoS 1/2: ${by(1, this.#commands)}/${by(2, this.#commands)}), again ${again(this.#commands)}`,
      `connects ${this.#connects}, retransmissions by timeout ${this.#retransmissions}`,
      `ends ${JSON.stringify(this.#stats)}`,
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
      this.complain(`a payload that nobody sent: ${JSON.stringify(String(payload))}`);
      return undefined;
    }
    message.arrivals += 1;
    if (message.arrivals === 1) this.#firsts.push(message);
    return message;
  }

  /** Messages of one sender and one QoS first arrive in their order; a delivery that was given up may come late. */
  #checkOrder(): void {
    const last: Record<string, number> = {};
    for (const first of this.#firsts) {
      const { from, qos, number } = first;
      if (qos === 0 || ("result" in first && first.result === 2)) continue;
      const lane = `${from} QoS ${qos}`;
      const before = last[lane] ?? 0;
      if (number < before) this.complain(`${lane}: ${number} first arrived after ${before}`);
      last[lane] = Math.max(before, number);
    }
  }
}

/** Result 2 ends the delivery and says nothing about the arrival. A QoS 0 is handed to TCP and no more. */
function allowed({ fate, qos, result }: Attempt): Allowed {
  if (fate === "refused") return [0, 0];
  if (qos === 0) return [0, 1];
  const least = result === 0 ? 1 : 0;
  return qos === 1 ? [least, often] : [least, 1];
}

const lacksResult = ({ fate, result, orphaned }: Attempt): boolean =>
  fate === "accepted" && result === undefined && !orphaned;

const words = (message: Attempt | Command): string => JSON.stringify(message);
