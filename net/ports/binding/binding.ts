import type { ModemLines, PortEvents, SerialPort } from "../../serial.js";
import { PortEventQueue } from "../port-events.js";
import type { BindingHandle } from "./binding-handle.js";
import type { ModemStatus, OpenOptions, PortInfo, SerialBinding } from "./serial-binding.js";

/** The name of a port within this process. */
export interface BindingOptions {
  /** The path that hosts open. Left out: `/dev/ttyBC28`. It is a name alone; no file is made or read. */
  readonly path?: string;
}

/** A port within this process, for hosts that use the `serialport` package. */
export interface BindingPort extends SerialPort {
  /** What the host passes to `SerialPort` or `SerialPortStream` as `binding`; it lists and opens this one port. */
  readonly binding: SerialBinding;
  /** Unplugs the adapter: the host's port closes with an error and is listed no more. The module keeps its power. */
  readonly unplug: () => void;
  /** Plugs the adapter in again; the host has to open its port again. */
  readonly plugIn: () => void;
}

/** Opens a port within this process. The `serialport` packages that it needs are loaded when a host opens it. */
export function openBinding(options: BindingOptions, events: PortEvents): BindingPort {
  return new ProcessPort(options.path ?? "/dev/ttyBC28", events);
}

class ProcessPort implements BindingPort {
  readonly path: string;
  readonly isHere = true;
  readonly binding: SerialBinding = { list: () => this.#list(), open: (options) => this.#openFor(options) };
  readonly unplug = (): void => {
    this.#plugged = false;
    this.#handle?.unplug();
  };
  readonly plugIn = (): void => {
    if (!this.#closed) this.#plugged = true;
  };
  readonly #events: PortEventQueue;
  #handle: BindingHandle | undefined;
  /** The lines that the host reads. */
  #status: ModemStatus = { cts: true, dsr: true, dcd: false };
  #plugged = true;
  #closed = false;

  constructor(path: string, events: PortEvents) {
    this.path = path;
    this.#events = new PortEventQueue(events);
  }

  write(bytes: Uint8Array): void {
    const taken = this.#handle?.deliver(bytes) ?? 0;
    this.#events.emitDropped(bytes.length - taken);
  }

  set({ lines: { cts, dsr, dcd } = {} }: { readonly lines?: ModemLines }): void {
    const { cts: hasCts, dsr: hasDsr, dcd: hasDcd } = this.#status;
    this.#status = { cts: cts ?? hasCts, dsr: dsr ?? hasDsr, dcd: dcd ?? hasDcd };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#events.stop();
    this.unplug();
  }

  async #list(): Promise<PortInfo[]> {
    const { path } = this;
    const unknown = { pnpId: undefined, locationId: undefined, productId: undefined, vendorId: undefined };
    return this.#plugged ? [{ path, manufacturer: "bc28-emu", serialNumber: undefined, ...unknown }] : [];
  }

  async #openFor(options: OpenOptions): Promise<BindingHandle> {
    const { BindingHandle } = await import("./binding-handle.js"); // loaded late: it loads @serialport/binding-mock
    this.#refuseUnlessFree(options);
    const handle = new BindingHandle(options, {
      onBytes: (bytes) => this.#events.emitBytes(bytes),
      onChange: (change) => this.#events.emitChange(change),
      onClose: () => this.#detach(),
      status: () => this.#status,
    });
    this.#handle = handle;
    return handle;
  }

  /** Throws the errors that a real binding throws. */
  #refuseUnlessFree({ path, baudRate }: OpenOptions): void {
    if (typeof baudRate !== "number" || !(baudRate > 0))
      throw new TypeError(`"baudRate" is not a valid baudRate: ${baudRate}`);
    if (path !== this.path || !this.#plugged) {
      const why = path === this.path ? "it is unplugged" : `this module is at ${this.path}`;
      throw new Error(`No such file or directory, cannot open ${path}: ${why}`);
    }
    if (this.#handle !== undefined)
      throw new Error(`Resource temporarily unavailable, cannot lock port ${path}: a host has it open`);
  }

  #detach(): void {
    this.#handle = undefined;
    this.#events.emitChange({ kind: "detach" });
  }
}
