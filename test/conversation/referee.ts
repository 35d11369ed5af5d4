import type { TraceEvent } from "../../emulator/trace.js";
import type { Millis } from "../../mqtt/packet.js";
import type { Finding } from "../../net/referee/finding.js";
import { Referee } from "../../net/referee/referee.js";
import type { PortChange } from "../../net/serial.js";
import type { RunEvent } from "../../net/trace/recorded-event.js";
import { Recorder } from "../../net/trace/recorder.js";
import type { Observer } from "./player.js";

/** Gives the trace of a conversation to a referee. */
export class ConversationReferee implements Observer {
  #seq = 0;
  readonly #recorder = new Recorder(false);
  #found: Finding[] = [];
  readonly #referee = new Referee((finding) => this.#found.push(finding));

  observe(event: TraceEvent, now: Millis): void {
    this.#take(event, now);
  }

  port(change: PortChange, now: Millis): void {
    this.#take({ kind: "port", port: "port", change }, now);
  }

  #take(happened: RunEvent, t: Millis): void {
    this.#seq += 1;
    this.#referee.take(this.#recorder.record({ seq: this.#seq, t, wall: 0, happened, cause: undefined }));
  }

  passed(now: Millis): void {
    this.#referee.pass(now);
  }

  /** The findings that are new since the last call. */
  findings(now: Millis): readonly Finding[] {
    this.passed(now);
    const found = this.#found;
    this.#found = [];
    return found;
  }

  /** The rules of the errors that were found. */
  get errors(): readonly string[] {
    return this.all.filter(({ severity }) => severity === "error").map(({ rule }) => rule);
  }

  get all(): readonly Finding[] {
    return this.#referee.findings;
  }
}
