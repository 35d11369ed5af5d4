import { Log } from "../../../../net/log.js";
import type { Baud } from "../../../../net/ports/uart/uart.js";
import type { PortEvents, PortSetting, SerialPort } from "../../../../net/serial.js";
import { type RunningModem, startModem } from "../../../../net/start.js";
import { ManualClock } from "../../../manual-clock.js";

/** A front end that is a test. */
export class Desk implements SerialPort {
  readonly path: string;
  readonly clock: ManualClock;
  readonly warnings: string[] = [];
  /** What the host has heard, and when each piece came. */
  readonly heard: { readonly at: number; readonly text: string }[] = [];
  readonly settings: PortSetting[] = [];
  events: PortEvents | undefined;
  closed = false;

  constructor(path = "desk", clock = new ManualClock()) {
    this.path = path;
    this.clock = clock;
  }

  readonly open = (events: PortEvents): SerialPort => {
    this.events = events;
    return this;
  };

  write(bytes: Uint8Array): void {
    this.heard.push({ at: this.clock.now(), text: Buffer.from(bytes).toString("latin1") });
  }

  set(what: PortSetting): void {
    this.settings.push(what);
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  says(words: string): void {
    this.events?.onBytes(Buffer.from(words, "latin1"));
  }

  tunes(speed: number): void {
    this.events?.onChange({ kind: "speed", speed });
  }

  leaves(): void {
    this.events?.onChange({ kind: "detach" });
  }

  /** All that came since the last call. */
  take(): string {
    return this.heard
      .splice(0)
      .map((each) => each.text)
      .join("");
  }

  /** A modem at this desk, and at others whose clock is the same. */
  modem(baud?: Baud, others: readonly Desk[] = []): Promise<RunningModem> {
    const log = new Log("warn", (line) => this.warnings.push(line));
    const ports = [this, ...others].map(({ open }) => open);
    return startModem({ ports, clock: this.clock, log, ...(baud === undefined ? {} : { baud }) });
  }
}
