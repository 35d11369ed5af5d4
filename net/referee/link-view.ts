import type { Millis } from "../../mqtt/packet.js";
import type { RecordedEvent } from "../trace/recorded-event.js";
import { fieldText, type HostLine, has, numberAt, type Result, writeOf } from "./host-line.js";

/** What the host can know of the link. `unknown`: it may have heard something else than the module has said. */
export type LinkPhase = "closed" | "opening" | "open" | "connecting" | "connected" | "unknown";

/** A request that has its OK, and not its final result. */
export interface InFlight {
  readonly command: "+QMTPUB" | "+QMTSUB" | "+QMTUNS";
  readonly qos: number;
  readonly since: Millis;
}

const requests = ["+QMTPUB", "+QMTSUB", "+QMTUNS"] as const;
const urc = /^\+QMT(OPEN|CONN|STAT|PUB|SUB|UNS): 0,(-?\d+)(?:,(\d+))?/;

/** The link as the host knows it, by the results and reports that it was sent. */
export class LinkView {
  phase: LinkPhase = "closed";
  /** Why it is closed: never opened, by the host, by a result, by +QMTSTAT, by a reset. */
  why: "start" | "host" | "failed" | "stat" | "reset" = "start";
  /** When the phase began. */
  since: Millis = 0;
  /** The number of the last +QMTSTAT. */
  stat = 0;
  /** The requests in flight, by their message id. */
  readonly inFlight = new Map<number, InFlight>();
  readonly #settings = { pkt_timeout: 10, retry_times: 3 };

  /** How long a request is in flight at most, in ms: it is transmitted once, and again for each retry. */
  get deliveryTime(): Millis {
    return this.packetTimeout * (1 + this.#settings.retry_times);
  }

  /** How long the module waits for the answer to a packet, in ms. */
  get packetTimeout(): Millis {
    return this.#settings.pkt_timeout * 1000;
  }

  /** The publishes of QoS 1 and 2 in flight: their message ids. */
  get publishes(): readonly number[] {
    return [...this.inFlight].filter(([, { command, qos }]) => command === "+QMTPUB" && qos > 0).map(([id]) => id);
  }

  setting({ name, value }: RecordedEvent): void {
    if (name === "pkt_timeout" || name === "retry_times") this.#settings[name] = Number(value);
  }

  /** Forgets requests that have had all their time: their result was lost on the way. */
  pass(now: Millis): void {
    for (const [id, { since }] of this.inFlight) {
      if (now - since <= this.deliveryTime + 1000) return; // the oldest stand first
      this.inFlight.delete(id);
    }
  }

  line(line: HostLine): void {
    if (has(line, "+NRB")) this.#close("host", line.event.t);
  }

  result({ line, ok, event: { t }, afterPayload }: Result): void {
    if (!ok) return;
    if (writeOf(line, "+QMTCLOSE", "+QMTDISC")) this.#close("host", t);
    else if (writeOf(line, "+QMTOPEN") && (this.phase === "closed" || this.phase === "unknown")) this.#go("opening", t);
    else if (writeOf(line, "+QMTCONN") && this.phase !== "unknown") this.#go("connecting", t);
    else this.#request(line, t, afterPayload);
  }

  #request(line: HostLine, since: Millis, afterPayload: boolean): void {
    for (const command of requests) {
      const write = writeOf(line, command);
      if (write === undefined || (command === "+QMTPUB" && !afterPayload)) continue;
      const qos = command === "+QMTPUB" ? numberAt(write, 2) : 1;
      if (qos > 0) this.inFlight.set(numberAt(write, 1), { command, qos, since });
    }
  }

  urc({ line, t }: RecordedEvent): void {
    const [, name, first = "", second] = urc.exec(fieldText(line)) ?? [];
    if (name === "OPEN") this.#opened(first, t);
    else if (name === "CONN" && first === "0" && second === "0") this.#go("connected", t);
    else if (name === "CONN" && first !== "1" && this.why !== "stat") this.#close("failed", t);
    else if (name === "STAT") this.#ended(Number(first), t);
    else if (name !== undefined && second !== "1") this.inFlight.delete(Number(first));
  }

  #opened(result: string, t: Millis): void {
    if (result === "0") this.#go("open", t);
    else if (result === "2") this.#go(this.phase === "opening" ? "unknown" : this.phase, t);
    else this.#close("failed", t);
  }

  #ended(stat: number, t: Millis): void {
    this.stat = stat;
    if (this.phase !== "closed" || this.why === "failed") this.#close("stat", t);
  }

  /** The module has started again. The host has to notice this, unless it has closed the link itself. */
  reset(t: Millis): void {
    if (this.phase !== "closed" || this.why !== "host") this.#close("reset", t);
    this.#settings.pkt_timeout = 10;
    this.#settings.retry_times = 3;
  }

  /** The host may have heard something else. */
  disturb(t: Millis): void {
    this.#go("unknown", t);
    this.inFlight.clear();
  }

  #go(phase: LinkPhase, t: Millis): void {
    this.phase = phase;
    this.since = t;
  }

  #close(why: LinkView["why"], t: Millis): void {
    this.#go("closed", t);
    this.why = why;
    this.inFlight.clear();
  }
}
