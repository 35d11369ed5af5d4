import type { Octets } from "../../at/octets.js";
import type { OpenPort } from "../../net/serial.js";
import type { ManualClock } from "../manual-clock.js";
import { AtChannel } from "./at-channel.js";
import type { DeliveryCheck } from "./delivery-check.js";

/** A wait for a line. */
interface LineWait {
  readonly start: Octets;
  readonly endsWithLink: boolean;
  readonly resolve: (line: Octets | undefined) => void;
}

/** Which line to wait for. */
interface LineOptions {
  /** The beginning of the line. */
  readonly for: Octets;
  /** How long to wait, in ms of the clock. */
  readonly within: number;
  /** Waits on when the link ends. Left out: the end of the link ends the wait. */
  readonly evenIfLinkEnds?: boolean;
}

/** The driver on the host: reports URCs to the delivery check, and lets the meter wait for lines. */
export class ModuleDriver {
  readonly #clock: ManualClock;
  readonly #check: DeliveryCheck;
  readonly #host = new AtChannel((line) => this.#receive(line));
  #waits: LineWait[] = [];
  #started = false;
  #link: "none" | "open" | "connected" = "none";
  /** Called with the QoS of a reading whose publish ended with result 2. */
  onGivenUp: (qos: 0 | 1 | 2) => void = () => {};

  constructor(clock: ManualClock, check: DeliveryCheck) {
    this.#clock = clock;
    this.#check = check;
  }

  get open(): OpenPort {
    return this.#host.open;
  }

  get isConnected(): boolean {
    return this.#link === "connected";
  }

  /** Whether there is a link, according to the URCs so far. */
  get hasLink(): boolean {
    return this.#link !== "none";
  }

  /** Sends a command; resolves with its final result, or with the prompt `>`. */
  command(line: Octets): Promise<Octets> {
    this.#started = true;
    return this.#host.command(line);
  }

  send(octets: Octets): void {
    this.#host.send(octets);
  }

  sendEnd(octets: Octets): Promise<Octets> {
    return this.#host.sendEnd(octets);
  }

  /** Sends a command, and fails the check unless it is answered with OK. */
  async commandOk(line: Octets): Promise<void> {
    const answer = await this.command(line);
    if (answer !== "OK") this.#check.fail(`${line}: ${answer}`);
  }

  /** Waits for a line; resolves with undefined when it does not come in time. */
  line({ for: start, within, evenIfLinkEnds = false }: LineOptions): Promise<Octets | undefined> {
    return new Promise((resolve) => {
      const off = this.#clock.alarm(this.#clock.now() + within, () => finish(undefined));
      const finish = (line: Octets | undefined): void => {
        this.#waits = this.#waits.filter((other) => other !== wait);
        off();
        resolve(line);
      };
      const wait = { start, endsWithLink: !evenIfLinkEnds, resolve: finish };
      this.#waits.push(wait);
    });
  }

  /** Sends a command, and waits for the line after its OK, which may come at once. */
  async request(command: Octets, options: LineOptions): Promise<{ answer: Octets; line: Octets | undefined }> {
    const line = this.line(options);
    const answer = await this.command(command);
    return { answer, line: answer === "OK" ? await line : undefined };
  }

  #receive(line: Octets): void {
    if (!this.#started) return; // the banner
    const before = this.#link;
    this.#handle(line);
    const isEnd = before !== "none" && this.#link === "none";
    for (const { start, endsWithLink, resolve } of [...this.#waits]) {
      if (line.startsWith(start)) resolve(line);
      else if (endsWithLink && isEnd) resolve(undefined);
    }
  }

  #handle(line: Octets): void {
    const [, command, rest = ""] = /^\+QMT([A-Z]+): 0,(.*)$/s.exec(line) ?? [];
    if (command === "RECV") this.#received(line, rest);
    else if (command === "STAT" || command === "DISC") this.#ended(line);
    else if (command === "CLOSE") this.#link !== "none" && this.#ended(line);
    else if (command === "OPEN") rest === "0" && this.#opened();
    else if (command === "CONN") rest === "0,0" && this.#connected();
    else if (command === "PUB" || command === "PUBREL" || command === "SUB") this.#delivered(command, rest);
    else this.#check.fail(`unexpected line: ${line}`);
  }

  #opened(): void {
    this.#link = "open";
    this.#check.opened();
  }

  #connected(): void {
    this.#link = "connected";
    this.#check.connected();
  }

  #ended(line: Octets): void {
    this.#link = "none";
    this.#check.ended(line);
  }

  #received(line: Octets, rest: Octets): void {
    const [, , topic, payload] = /^(\d+),"([^"]*)",(.*)$/s.exec(rest) ?? [];
    if (topic?.startsWith("soak/down/") && payload !== undefined) this.#check.arrivedAtMeter(payload);
    else this.#check.fail(`unexpected line: ${line}`);
  }

  #delivered(command: "PUB" | "PUBREL" | "SUB", rest: Octets): void {
    const [id = 0, result] = rest.split(",").map(Number);
    if (result === 1) this.#check.retransmitted();
    else if (command === "PUB" && (result === 0 || result === 2)) {
      const ended = this.#check.result(id, result);
      if (ended && result === 2) this.onGivenUp(ended.qos);
    }
  }
}
