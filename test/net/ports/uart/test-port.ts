import { Log } from "../../../../net/log.js";
import type { Baud } from "../../../../net/ports/uart/uart.js";
import type { PortEvents, PortSetting, SerialPort } from "../../../../net/serial.js";
import { type RunningModem, startModem } from "../../../../net/start.js";
import { ManualClock } from "../../../manual-clock.js";

/** A front end whose host is the test, with the clock of its module. */
export class TestPort implements SerialPort {
  readonly path: string;
  readonly clock: ManualClock;
  readonly warnings: string[] = [];
  /** The output of the module, and when each piece came. */
  readonly received: { readonly at: number; readonly text: string }[] = [];
  /** What the module has set on the port. */
  readonly settings: PortSetting[] = [];
  events: PortEvents | undefined;
  closed = false;

  constructor(path = "test port", clock = new ManualClock()) {
    this.path = path;
    this.clock = clock;
  }

  readonly open = (events: PortEvents): SerialPort => {
    this.events = events;
    return this;
  };

  write(bytes: Uint8Array): void {
    this.received.push({ at: this.clock.now(), text: Buffer.from(bytes).toString("latin1") });
  }

  set(what: PortSetting): void {
    this.settings.push(what);
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  /** The host sends text. */
  send(text: string): void {
    this.events?.onBytes(Buffer.from(text, "latin1"));
  }

  /** The host sets its speed. */
  setHostSpeed(speed: number): void {
    this.events?.onChange({ kind: "speed", speed });
  }

  /** The host detaches. */
  detach(): void {
    this.events?.onChange({ kind: "detach" });
  }

  /** The output since the last call. */
  take(): string {
    return this.received
      .splice(0)
      .map((each) => each.text)
      .join("");
  }

  /** Starts a modem with this front end, and others that have the same clock. */
  modem(baud?: Baud, others: readonly TestPort[] = []): Promise<RunningModem> {
    const log = new Log("warn", (line) => this.warnings.push(line));
    const ports = [this, ...others].map(({ open }) => open);
    return startModem({ ports, clock: this.clock, log, ...(baud === undefined ? {} : { baud }) });
  }
}
