import { causeOf } from "../../emulator/faults/language/reset-causes.js";
import { type Coverage, coverageOf, itemsOf } from "../coverage/coverage.js";
import type { RunningModem } from "../start.js";
import { readyScenarios } from "../storage/ready-scenarios.js";
import { loadScenario } from "../storage/scenario-file.js";
import type { Clock, Millis } from "../time/clock.js";
import type { ManualClock } from "../time/manual-clock.js";
import { type EventFilter, isWanted } from "../trace/event-filter.js";
import type { RecordedEvent } from "../trace/recorded-event.js";
import type { TraceHeader } from "../trace/trace-header.js";
import { lateText, waitForEvent } from "../trace/wait-for-event.js";
import { BrokerMessages } from "./broker-messages.js";
import { ControlError } from "./control-error.js";

/** What is controlled, and how. */
export interface ControlOptions {
  readonly modem: RunningModem;
  readonly clock: Clock;
  /** The version of bc28-emu. */
  readonly version: string;
  /** What the run is, as the first line of a trace tells it. */
  readonly header?: TraceHeader;
  /** Ends the run; undefined: something else does. */
  readonly stop: (() => void) | undefined;
}

/** Which events are wanted, and how many of them. */
export interface EventsQuery extends EventFilter {
  readonly after?: number | undefined;
  readonly limit?: number | undefined;
}

/** Which event is wanted, and how long to wait for it, in ms of real time. */
export interface WaitQuery extends EventFilter {
  readonly after?: number | undefined;
  readonly within?: Millis | undefined;
}

/** How many events a page has if the request gives no limit. */
const pageSize = 1000;
/** How long to wait for an event if the request gives no time, in ms of real time. */
const waitMs = 5000;

/** What programs can do with a running module. The HTTP server and the MCP server use it. */
export class Control {
  readonly modem: RunningModem;
  readonly version: string;
  readonly messages: BrokerMessages;
  /** What the host has met. */
  readonly coverage: () => Coverage;
  readonly #header: Partial<TraceHeader>;
  readonly #clock: Clock;
  readonly #stop: (() => void) | undefined;

  constructor({ modem, clock, version, header, stop }: ControlOptions) {
    this.modem = modem;
    this.coverage = coverageOf(modem.events);
    this.version = version;
    this.#header = header ?? { program: version };
    this.#clock = clock;
    this.#stop = stop;
    this.messages = new BrokerMessages(modem.broker);
  }

  /** The module at this moment. */
  state(): object {
    const { modem } = this;
    const { speed, quiescence } = this.#clock;
    return {
      ...modem.state(),
      time: { speed: quiescence === undefined ? speed : 0 },
      ports: modem.ports.map(({ path }) => ({ path, attached: modem.isAttached(path) })),
      faults: modem.faults.list(),
      ...(modem.broker && { broker: { address: modem.broker.address, clients: modem.broker.clients() } }),
    };
  }

  /** A page of events. */
  events({ after = 0, limit = pageSize, ...filter }: EventsQuery) {
    const { events } = this.modem;
    const found = events.read(after, (event) => isWanted(event, filter), limit);
    const next = found.length < limit ? events.lastSeq : (found.at(-1)?.seq ?? after);
    return { events: found, next, first: events.firstSeq };
  }

  /** One event that fits. Throws a ControlError (408) that tells what came instead. */
  async wait({ after, within = waitMs, ...filter }: WaitQuery, cancel?: AbortSignal): Promise<RecordedEvent> {
    const { events } = this.modem;
    const waited = await waitForEvent(events, filter, {
      after: after ?? events.lastSeq,
      within,
      ...(cancel && { cancel }),
    });
    if ("event" in waited) return waited.event;
    throw new ControlError(408, lateText(filter, waited.instead), { instead: waited.instead });
  }

  /** Lets time pass by a manual clock. */
  async advance(span: Millis): Promise<{ readonly clock: Millis }> {
    const clock = this.#manualClock();
    await clock.advance(span);
    return { clock: clock.now() };
  }

  /** Lets time pass by a manual clock up to the next moment at which something is due. */
  async advanceToNext(): Promise<{ readonly clock: Millis }> {
    const clock = this.#manualClock();
    const next = clock.next();
    if (next === undefined) throw new ControlError(409, "nothing is due: the module waits for its host or its broker");
    return this.advance(Math.max(0, next - clock.now()));
  }

  #manualClock(): ManualClock {
    if (this.#clock.quiescence !== undefined) return this.#clock as ManualClock;
    throw new ControlError(409, "the clock goes by itself: start bc28-emu with --clock manual");
  }

  /** The ready scenarios. */
  async scenarios(): Promise<readonly { readonly name: string; readonly about: string | undefined }[]> {
    const ready = await Promise.all(readyScenarios().map(loadScenario));
    return ready.map(({ name, about }) => ({ name, about }));
  }

  /** Plays a ready scenario from its first step on. */
  async play(name: string): Promise<void> {
    const ready = readyScenarios();
    if (!ready.includes(name))
      throw new ControlError(
        400,
        `name: ${JSON.stringify(name.slice(0, 40))} is no scenario; there are ${ready.join(", ")}`,
      );
    this.modem.faults.play(await loadScenario(name));
  }

  /** The window: a page that is served to everybody, since it holds nothing of the run. */
  async page(): Promise<string> {
    const { pageFile } = await import("../window/page-file.js");
    return pageFile();
  }

  /** The run so far, as one page of HTML. */
  async report(): Promise<string> {
    const { reportPage } = await import("../window/report-page.js");
    const { findings, events } = this.modem;
    const coverage = itemsOf(this.coverage().counts);
    return reportPage({ header: this.#header, events: events.read(0), findings, coverage });
  }

  /** Resets the module from outside; `cause` is `pin`, `watchdog`, `brownout`, or as the banner names it. */
  reset(cause = "pin"): void {
    const known = causeOf(cause);
    if (known === undefined)
      throw new ControlError(
        400,
        `cause: ${JSON.stringify(cause)} is no cause of a reset; give pin, watchdog, brownout, or one as the banner names it`,
      );
    this.modem.change({ kind: "reset", cause: known });
  }

  /** A module as it was when the run began. Resolves with the number of the event that tells it. */
  async renew(): Promise<number> {
    const { events } = this.modem;
    const before = events.lastSeq;
    await this.modem.renew();
    this.messages.clear();
    return events.read(before, ({ kind }) => kind === "renewed").at(-1)?.seq ?? before;
  }

  /** Throws a ControlError where the run cannot be ended. */
  assertEnds(): void {
    if (this.#stop === undefined) throw new ControlError(409, "the run ends with the command that exec has started");
  }

  /** Ends the run. */
  stop(): void {
    this.#stop?.();
  }
}

/** A payload that is given as text or as base64. */
export function toBytes(text: string | undefined, base64: string | undefined): Uint8Array {
  if (text !== undefined && base64 !== undefined) throw new ControlError(400, "give text or base64, not both");
  return base64 === undefined ? Buffer.from(text ?? "", "utf8") : Buffer.from(base64, "base64");
}
