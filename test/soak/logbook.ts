import { appendFileSync } from "node:fs";
import type { Clock } from "../../net/time/clock.js";

const kept = 400;

/** What happened last at all ends, with the time of the day; and whether anything happened at all. */
export class Logbook {
  readonly #clock: Clock;
  readonly #file: string | undefined;
  #lines: string[] = [];
  #events = 0;

  /** Given a file, everything is written there too. */
  constructor(clock: Clock, file?: string) {
    this.#clock = clock;
    this.#file = file;
  }

  /** Grows with everything that happens, also with what is not worth a line. */
  get events(): number {
    return this.#events;
  }

  /** Something moved. */
  stir(): void {
    this.#events += 1;
  }

  note(who: string, what: string): void {
    this.stir();
    this.#lines.push(`${timeOfDay(this.#clock.now())} ${who.padEnd(6)} ${what}`);
    if (this.#lines.length >= 2 * kept) this.#lay(this.#lines.splice(0, kept));
  }

  /** The last few hundred lines. */
  tail(): string {
    return this.#lines.slice(-kept).join("\n");
  }

  /** Writes what is not in the file yet. */
  close(): void {
    this.#lay(this.#lines);
  }

  #lay(lines: readonly string[]): void {
    if (this.#file !== undefined && lines.length > 0) appendFileSync(this.#file, `${lines.join("\n")}\n`);
  }
}

function timeOfDay(millis: number): string {
  const pad = (value: number, size = 2): string => String(Math.floor(value)).padStart(size, "0");
  const seconds = millis / 1000;
  return `${pad(seconds / 3600)}:${pad((seconds / 60) % 60)}:${pad(seconds % 60)}.${pad(millis % 1000, 3)}`;
}
