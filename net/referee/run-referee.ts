import type { Log } from "../log.js";
import type { Clock } from "../time/clock.js";
import type { EventLog } from "../trace/event-log.js";
import type { Finding } from "./finding.js";
import { Referee, wantedKinds } from "./referee.js";

/**
 * The referee of a run. It reads the events when they are recorded, and adds an event for the first finding of each rule. The
 * referee itself is made for the first event that it needs, or when its findings are asked for.
 */
export class RunReferee {
  readonly #events: EventLog;
  readonly #clock: Pick<Clock, "now">;
  readonly #log: Log;
  #referee: Referee | undefined;

  constructor(events: EventLog, clock: Pick<Clock, "now">, log: Log) {
    this.#events = events;
    this.#clock = clock;
    this.#log = log;
    events.readEach(wantedKinds, (event) => this.#refereeNow().take(event));
  }

  /** What was found up to now. */
  get findings(): readonly Finding[] {
    this.#events.record();
    this.#refereeNow().pass(this.#clock.now());
    return this.#refereeNow().findings;
  }

  /** A new run begins: nothing was found. */
  renew(): void {
    this.#events.record();
    this.#referee = undefined;
  }

  /** The run ends: what was left undone is judged, for those who listen. */
  end(): void {
    if (this.#events.hasListeners || this.#log.wantsFindings) this.#refereeNow().pass(this.#clock.now());
  }

  #refereeNow(): Referee {
    this.#referee ??= new Referee((finding) => this.#found(finding));
    return this.#referee;
  }

  #found({ rule, severity, at, text, advice }: Finding): void {
    this.#events.add({ kind: "finding", rule, severity, at, text, advice });
    this.#log.finding({ rule, severity, text });
  }
}
