import { CanceledError, MockPortBinding } from "@serialport/binding-mock";
import type { ModemLines, PortChange } from "../../serial.js";
import type { ModemStatus, OpenOptions, SerialBindingPort, SetOptions } from "./serial-binding.js";

/** What a handle reports of its host, and what it reads of the module. */
export interface HandleEvents {
  onBytes(bytes: Uint8Array): void;
  onChange(change: PortChange): void;
  /** The host has closed the port. */
  onClose(): void;
  /** The lines that the host reads now. */
  status(): ModemStatus;
}

/** The options that the host leaves out. */
const defaults = {
  dataBits: 8,
  lock: true,
  stopBits: 1,
  parity: "none",
  rtscts: false,
  xon: false,
  xoff: false,
  xany: false,
  hupcl: true,
} as const;
/** How many bytes are kept for a host that does not read. It must be more than the longest URC. */
const maxUnreadBytes = 256 * 1024;

/** A port that a host has opened. The mock's list of ports is not used: there is one for the whole process. */
export class BindingHandle extends MockPortBinding implements SerialBindingPort {
  readonly #events: HandleEvents;
  #unplugged = false;
  #isBreak = false;

  constructor(options: OpenOptions, events: HandleEvents) {
    const info = { path: options.path, serialNumber: "1" };
    const port = { data: Buffer.alloc(0), echo: false, record: false, info, maxReadSize: 65536, openOpt: options };
    super(port, { ...defaults, ...options });
    this.#events = events;
    events.onChange({ kind: "attach" });
    events.onChange({ kind: "speed", speed: options.baudRate });
    events.onChange({ kind: "lines", lines: { dtr: true, rts: true } }); // a tty's driver raises both when it is opened
  }

  /** Gives bytes to the host; returns how many of them were taken. */
  deliver(bytes: Uint8Array): number {
    const room = this.#unplugged || !this.isOpen ? 0 : maxUnreadBytes - this.port.data.length;
    const taken = Math.min(room, bytes.length);
    if (taken > 0) this.emitData(Buffer.from(bytes.buffer, bytes.byteOffset, taken)); // emitData copies them
    return taken;
  }

  /** From now on every call of the host fails, except `close`. */
  unplug(): void {
    this.#unplugged = true;
    setImmediate(() => this.pendingRead?.(unpluggedError())); // a read that has just been called is pending only after this tick
  }

  override async read<B extends Uint8Array>(buffer: B, offset: number, length: number) {
    this.#refuseUnplugged();
    return super.read(buffer, offset, length);
  }

  override async write(buffer: Uint8Array): Promise<void> {
    this.#refuseUnplugged();
    const wasOpen = this.isOpen;
    try {
      await super.write(buffer);
    } catch (error) {
      throw wasOpen && !this.isOpen ? new CanceledError("the port was closed during a write") : error;
    }
    this.#refuseUnplugged();
    this.#events.onBytes(Uint8Array.from(buffer));
  }

  override async update(options: { readonly baudRate: number }): Promise<void> {
    this.#refuseUnplugged();
    await super.update(options);
    this.#events.onChange({ kind: "speed", speed: options.baudRate });
  }

  override async set(options: SetOptions): Promise<void> {
    this.#refuseUnplugged();
    await super.set(options);
    const { dtr, rts, brk = false } = options;
    const lines: ModemLines = { ...(dtr !== undefined && { dtr }), ...(rts !== undefined && { rts }) };
    if (Object.keys(lines).length > 0) this.#events.onChange({ kind: "lines", lines });
    if (brk && !this.#isBreak) this.#events.onChange({ kind: "break" });
    this.#isBreak = brk;
  }

  override async get(): Promise<ModemStatus> {
    this.#refuseUnplugged();
    await super.get();
    return this.#events.status();
  }

  override async flush(): Promise<void> {
    this.#refuseUnplugged();
    await super.flush();
  }

  override async drain(): Promise<void> {
    this.#refuseUnplugged();
    await super.drain();
  }

  override async close(): Promise<void> {
    await super.close();
    if (this.openOptions.hupcl) this.#events.onChange({ kind: "lines", lines: { dtr: false, rts: false } });
    this.#events.onClose();
  }

  #refuseUnplugged(): void {
    if (this.#unplugged && this.isOpen) throw unpluggedError();
  }
}

const unpluggedError = (): Error => new Error("input/output error: the port was unplugged");
