import { CanceledError, MockPortBinding } from "@serialport/binding-mock";
import type { ModemLines, PortChange } from "../../serial.js";
import type { ModemStatus, OpenOptions, SerialBindingPort, SetOptions } from "./serial-binding.js";

/** What a handle tells of its host, and asks of the module's side. */
export interface HandleEvents {
  onBytes(bytes: Uint8Array): void;
  onChange(change: PortChange): void;
  onClose(): void;
  /** The lines that the host reads. */
  status(): ModemStatus;
}

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
/** What waits for a host that does not read, in bytes; it must hold the longest URC there is. */
const patience = 256 * 1024;

/** The port as a host has it open. The mock's own list of ports is not used: it is one for the whole process. */
export class BindingHandle extends MockPortBinding implements SerialBindingPort {
  readonly #events: HandleEvents;
  #unplugged = false;
  #break = false;

  constructor(options: OpenOptions, events: HandleEvents) {
    const info = { path: options.path, serialNumber: "1" };
    const port = { data: Buffer.alloc(0), echo: false, record: false, info, maxReadSize: 65536, openOpt: options };
    super(port, { ...defaults, ...options });
    this.#events = events;
    events.onChange({ kind: "attach" });
    events.onChange({ kind: "speed", speed: options.baudRate });
    events.onChange({ kind: "lines", lines: { dtr: true, rts: true } }); // as a tty's driver does at its opening
  }

  /** Lays bytes out for the host; says how many there was room for. */
  deliver(bytes: Uint8Array): number {
    const room = this.#unplugged || !this.isOpen ? 0 : patience - this.port.data.length;
    const taken = Math.min(room, bytes.length);
    if (taken > 0) this.emitData(Buffer.from(bytes.buffer, bytes.byteOffset, taken)); // it copies them
    return taken;
  }

  /** From here on everything fails, except to close. */
  unplug(): void {
    this.#unplugged = true;
    setImmediate(() => this.pendingRead?.(unplugged())); // a read that has just begun waits only a tick later
  }

  override async read<B extends Uint8Array>(buffer: B, offset: number, length: number) {
    this.#needsPlug();
    return super.read(buffer, offset, length);
  }

  override async write(buffer: Uint8Array): Promise<void> {
    this.#needsPlug();
    const wasOpen = this.isOpen;
    try {
      await super.write(buffer);
    } catch (error) {
      throw wasOpen && !this.isOpen ? new CanceledError("the port was closed during a write") : error;
    }
    this.#needsPlug();
    this.#events.onBytes(Uint8Array.from(buffer));
  }

  override async update(options: { readonly baudRate: number }): Promise<void> {
    this.#needsPlug();
    await super.update(options);
    this.#events.onChange({ kind: "speed", speed: options.baudRate });
  }

  override async set(options: SetOptions): Promise<void> {
    this.#needsPlug();
    await super.set(options);
    const { dtr, rts, brk = false } = options;
    const lines: ModemLines = { ...(dtr !== undefined && { dtr }), ...(rts !== undefined && { rts }) };
    if (Object.keys(lines).length > 0) this.#events.onChange({ kind: "lines", lines });
    if (brk && !this.#break) this.#events.onChange({ kind: "break" });
    this.#break = brk;
  }

  override async get(): Promise<ModemStatus> {
    this.#needsPlug();
    await super.get();
    return this.#events.status();
  }

  override async flush(): Promise<void> {
    this.#needsPlug();
    await super.flush();
  }

  override async drain(): Promise<void> {
    this.#needsPlug();
    await super.drain();
  }

  override async close(): Promise<void> {
    await super.close();
    if (this.openOptions.hupcl) this.#events.onChange({ kind: "lines", lines: { dtr: false, rts: false } });
    this.#events.onClose();
  }

  #needsPlug(): void {
    if (this.#unplugged && this.isOpen) throw unplugged();
  }
}

const unplugged = (): Error => new Error("input/output error: the port was unplugged");
