import type { Octets } from "../../at/octets.js";
import type { OpenPort } from "../../net/serial.js";
import type { ManualClock } from "../manual-clock.js";
import { AtHost } from "./at-host.js";
import type { Auditor } from "./auditor.js";

interface Awaited {
  readonly start: Octets;
  readonly endsWithLink: boolean;
  readonly give: (line: Octets | undefined) => void;
}

interface Waiting {
  /** How the line begins. */
  readonly for: Octets;
  /** In ms of the clock. */
  readonly within: number;
  /** The line comes even when the link goes. Left out: it may not come then. */
  readonly despiteLoss?: boolean;
}

/** What the host of a module does with its lines: tells the auditor, and lets the meter wait for them. */
export class Dialogue {
  readonly #clock: ManualClock;
  readonly #auditor: Auditor;
  readonly #host = new AtHost((line) => this.#hear(line));
  #awaited: Awaited[] = [];
  #started = false;
  #link: "none" | "open" | "connected" = "none";
  /** Called with the reading that ended with result 2. */
  onGivenUp: (qos: 0 | 1 | 2) => void = () => {};

  constructor(clock: ManualClock, auditor: Auditor) {
    this.#clock = clock;
    this.#auditor = auditor;
  }

  get open(): OpenPort {
    return this.#host.open;
  }

  get isConnected(): boolean {
    return this.#link === "connected";
  }

  /** As far as the host was told. */
  get hasLink(): boolean {
    return this.#link !== "none";
  }

  /** Sends a command, a payload or parts of one; gives the final result or the prompt. */
  command(line: Octets): Promise<Octets> {
    this.#started = true;
    return this.#host.command(line);
  }

  type(octets: Octets): void {
    this.#host.type(octets);
  }

  submit(octets: Octets): Promise<Octets> {
    return this.#host.submit(octets);
  }

  /** Sends a command that must be answered with OK. */
  async must(line: Octets): Promise<void> {
    const answer = await this.command(line);
    if (answer !== "OK") this.#auditor.complain(`${line}: ${answer}`);
  }

  /** The first line that begins so; undefined when it does not come in time. */
  line({ for: start, within, despiteLoss = false }: Waiting): Promise<Octets | undefined> {
    return new Promise((resolve) => {
      const off = this.#clock.alarm(this.#clock.now() + within, () => give(undefined));
      const give = (line: Octets | undefined): void => {
        this.#awaited = this.#awaited.filter((other) => other !== awaited);
        off();
        resolve(line);
      };
      const awaited = { start, endsWithLink: !despiteLoss, give };
      this.#awaited.push(awaited);
    });
  }

  /** Sends a command, and gives the line that follows its OK; it may come right behind it. */
  async request(command: Octets, waiting: Waiting): Promise<{ answer: Octets; line: Octets | undefined }> {
    const line = this.line(waiting);
    const answer = await this.command(command);
    return { answer, line: answer === "OK" ? await line : undefined };
  }

  #hear(line: Octets): void {
    if (!this.#started) return; // the banner
    const before = this.#link;
    this.#understand(line);
    const isEnd = before !== "none" && this.#link === "none";
    for (const { start, endsWithLink, give } of [...this.#awaited]) {
      if (line.startsWith(start)) give(line);
      else if (endsWithLink && isEnd) give(undefined);
    }
  }

  #understand(line: Octets): void {
    const [, command, rest = ""] = /^\+QMT([A-Z]+): 0,(.*)$/s.exec(line) ?? [];
    if (command === "RECV") this.#received(line, rest);
    else if (command === "STAT" || command === "DISC") this.#ended(line);
    else if (command === "CLOSE") this.#link !== "none" && this.#ended(line);
    else if (command === "OPEN") rest === "0" && this.#opened();
    else if (command === "CONN") rest === "0,0" && this.#connected();
    else if (command === "PUB" || command === "PUBREL" || command === "SUB") this.#delivered(command, rest);
    else this.#auditor.complain(`the host does not understand: ${line}`);
  }

  #opened(): void {
    this.#link = "open";
    this.#auditor.opened();
  }

  #connected(): void {
    this.#link = "connected";
    this.#auditor.connected();
  }

  #ended(line: Octets): void {
    this.#link = "none";
    this.#auditor.ended(line);
  }

  #received(line: Octets, rest: Octets): void {
    const [, , topic, payload] = /^(\d+),"([^"]*)",(.*)$/s.exec(rest) ?? [];
    if (topic?.startsWith("soak/down/") && payload !== undefined) this.#auditor.arrivedAtMeter(payload);
    else this.#auditor.complain(`the host does not understand: ${line}`);
  }

  #delivered(command: "PUB" | "PUBREL" | "SUB", rest: Octets): void {
    const [id = 0, result] = rest.split(",").map(Number);
    if (result === 1) this.#auditor.retransmitted();
    else if (command === "PUB" && (result === 0 || result === 2)) {
      const ended = this.#auditor.result(id, result);
      if (ended && result === 2) this.onGivenUp(ended.qos);
    }
  }
}
