import { appendFileSync } from "node:fs";
import type { Clock } from "../../net/time/clock.js";

/** How many lines are kept in memory. */
const keptLines = 400;

/** The latest lines of all parts, with the time of day, and a count of all events. */
export class EventLog {
  readonly #clock: Clock;
  readonly #file: string | undefined;
  #lines: string[] = [];
  #events = 0;

  /** With a file, all lines are written there, too. */
  constructor(clock: Clock, file?: string) {
    this.#clock = clock;
    this.#file = file;
  }

  /** The number of events so far, also of those without a line. */
  get eventCount(): number {
    return this.#events;
  }

  /** Counts an event without a line. */
  count(): void {
    this.#events += 1;
  }

  /** Adds a line. */
  note(part: string, what: string): void {
    this.count();
    this.#lines.push(`${timeOfDay(this.#clock.now())} ${part.padEnd(6)} ${what}`);
    if (this.#lines.length >= 2 * keptLines) this.#flush(this.#lines.splice(0, keptLines));
  }

  /** The latest lines. */
  tail(): string {
    return this.#lines.slice(-keptLines).join("\n");
  }

  /** Writes the lines that are not in the file yet. */
  close(): void {
    this.#flush(this.#lines);
  }

  #flush(lines: readonly string[]): void {
    if (this.#file !== undefined && lines.length > 0) appendFileSync(this.#file, `${lines.join("\n")}\n`);
  }
}

function timeOfDay(millis: number): string {
  const pad = (value: number, size = 2): string => String(Math.floor(value)).padStart(size, "0");
  const seconds = millis / 1000;
  return `${pad(seconds / 3600)}:${pad((seconds / 60) % 60)}:${pad(seconds % 60)}.${pad(millis % 1000, 3)}`;
}
