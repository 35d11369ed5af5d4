import type { TraceEvent } from "../emulator/trace.js";
import type { Tone } from "./colour.js";
import { eventText, type LineLevel, levelOf, toneOf, truncate } from "./log-text.js";
import type { Finding } from "./referee/finding.js";
import type { Clock } from "./time/clock.js";

/** The log levels: everything, the usual events, only warnings, nothing. */
export const logLevels = ["trace", "info", "warn", "silent"] as const;
/** A log level; each one includes those after it in `logLevels`. */
export type LogLevel = (typeof logLevels)[number];

/** Writes a line of text for each event and message of at least its level. */
export class Log {
  readonly #level: number;
  readonly #write: (line: string, tone: Tone) => void;
  readonly #clock: Pick<Clock, "now"> | undefined;

  /**
   * `write` gets each line without a line end, and how a terminal shows it. With a clock, each line begins with its time, in
   * seconds.
   */
  constructor(level: LogLevel, write: (line: string, tone: Tone) => void, clock?: Pick<Clock, "now">) {
    this.#level = logLevels.indexOf(level);
    this.#write = write;
    this.#clock = clock;
  }

  /** Whether events of every line and every packet are written. */
  get wantsTrace(): boolean {
    return this.#shows("info");
  }

  /** Whether what a host did wrong is written when it happens. */
  get wantsFindings(): boolean {
    return this.#shows("info");
  }

  /** Logs the first finding of a rule. */
  finding({ severity, rule, text }: Pick<Finding, "severity" | "rule" | "text">): void {
    const tone = severity === "error" ? "trouble" : severity === "warning" ? "warning" : "quiet";
    if (this.wantsFindings) this.#put(`host! ${severity} ${rule}: ${truncate(text)}`, tone);
  }

  /** Logs a trace event. */
  event(event: TraceEvent): void {
    if (this.#shows(levelOf(event.kind))) this.#put(eventText(event, this.#shows("trace")), toneOf(event));
  }

  /** Logs a message at level `trace`. */
  detail(text: string): void {
    if (this.#shows("trace")) this.#put(text, "quiet");
  }

  /** Logs a message at level `info`. */
  info(text: string): void {
    if (this.#shows("info")) this.#put(text, "quiet");
  }

  /** Logs a warning. */
  warn(text: string): void {
    if (this.#shows("warn")) this.#put(text, "warning");
  }

  #shows(level: LineLevel): boolean {
    return logLevels.indexOf(level) >= this.#level;
  }

  #put(text: string, tone: Tone): void {
    const time = this.#clock === undefined ? "" : `${(this.#clock.now() / 1000).toFixed(3).padStart(9)} `;
    this.#write(time + text, tone);
  }
}
