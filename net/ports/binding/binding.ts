import type { ModemLines, PortEvents, SerialPort } from "../../serial.js";
import { PortEventQueue } from "../port-events.js";
import type { BindingHandle } from "./binding-handle.js";
import type { ModemStatus, OpenOptions, PortInfo, SerialBinding } from "./serial-binding.js";

/** How the port in this process is called. */
export interface BindingOptions {
  /** What hosts open. Left out: `/dev/ttyBC28`; nothing of the file system is touched. */
  readonly path?: string;
}

/** The front end for hosts in this process that use the `serialport` package. */
export interface BindingPort extends SerialPort {
  /** What the host passes on as `binding`; it knows this one port. */
  readonly binding: SerialBinding;
  /** Pulls the adapter: the host's port fails and is not to be found any more. The module keeps its power. */
  readonly unplug: () => void;
  /** Puts the adapter back; the host has to open its port anew. */
  readonly plugIn: () => void;
}

/** Makes a port in this process. What it takes to open it is loaded when a host does. */
export function openBinding(options: BindingOptions, events: PortEvents): BindingPort {
  return new Bound(options.path ?? "/dev/ttyBC28", events);
}

class Bound implements BindingPort {
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
  readonly #teller: PortEventQueue;
  #handle: BindingHandle | undefined;
  #status: ModemStatus = { cts: true, dsr: true, dcd: false };
  #plugged = true;
  #closed = false;

  constructor(path: string, events: PortEvents) {
    this.path = path;
    this.#teller = new PortEventQueue(events);
  }

  write(bytes: Uint8Array): void {
    const taken = this.#handle?.deliver(bytes) ?? 0;
    this.#teller.dropped(bytes.length - taken);
  }

  set({ lines: { cts, dsr, dcd } = {} }: { readonly lines?: ModemLines }): void {
    const { cts: hasCts, dsr: hasDsr, dcd: hasDcd } = this.#status;
    this.#status = { cts: cts ?? hasCts, dsr: dsr ?? hasDsr, dcd: dcd ?? hasDcd };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#teller.silence();
    this.unplug();
  }

  async #list(): Promise<PortInfo[]> {
    const { path } = this;
    const unknown = { pnpId: undefined, locationId: undefined, productId: undefined, vendorId: undefined };
    return this.#plugged ? [{ path, manufacturer: "bc28-emu", serialNumber: undefined, ...unknown }] : [];
  }

  async #openFor(options: OpenOptions): Promise<BindingHandle> {
    const { BindingHandle } = await import("./binding-handle.js"); // brings packages along that others do not need
    this.#refuse(options);
    const handle = new BindingHandle(options, {
      onBytes: (bytes) => this.#teller.bytes(bytes),
      onChange: (change) => this.#teller.change(change),
      onClose: () => this.#leave(),
      status: () => this.#status,
    });
    this.#handle = handle;
    return handle;
  }

  /** As a real binding does it. */
  #refuse({ path, baudRate }: OpenOptions): void {
    if (typeof baudRate !== "number" || !(baudRate > 0))
      throw new TypeError(`"baudRate" is not a valid baudRate: ${baudRate}`);
    if (path !== this.path || !this.#plugged) {
      const why = path === this.path ? "it is unplugged" : `this module is at ${this.path}`;
      throw new Error(`No such file or directory, cannot open ${path}: ${why}`);
    }
    if (this.#handle !== undefined)
      throw new Error(`Resource temporarily unavailable, cannot lock port ${path}: a host has it open`);
  }

  #leave(): void {
    this.#handle = undefined;
    this.#teller.change({ kind: "detach" });
  }
}
