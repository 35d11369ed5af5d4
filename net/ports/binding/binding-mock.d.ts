/** The part of the package that is used. Its own types cannot be resolved: its package.json has no `types` in `exports`. */
declare module "@serialport/binding-mock" {
  import type { ModemStatus, OpenOptions, SetOptions } from "./serial-binding.js";

  /** The state of a port in the mock. */
  interface MockPortInternal {
    /** The bytes that the host has not read yet. */
    data: Buffer;
    echo: boolean;
    record: boolean;
    info: { readonly path: string; readonly serialNumber: string };
    maxReadSize: number;
    openOpt?: OpenOptions;
  }

  export class CanceledError extends Error {
    readonly canceled: true;
    constructor(message: string);
  }

  export class MockPortBinding {
    readonly port: MockPortInternal;
    readonly openOptions: Required<OpenOptions>;
    /** Wakes a read that waits for bytes: it fails with the error, or tries again. */
    protected pendingRead: ((error?: Error) => void) | null;
    isOpen: boolean;
    constructor(port: MockPortInternal, openOptions: Required<OpenOptions>);
    emitData(data: Buffer): void;
    close(): Promise<void>;
    read<B extends Uint8Array>(
      buffer: B,
      offset: number,
      length: number,
    ): Promise<{ readonly buffer: B; readonly bytesRead: number }>;
    write(buffer: Uint8Array): Promise<void>;
    update(options: { readonly baudRate: number }): Promise<void>;
    set(options: SetOptions): Promise<void>;
    get(): Promise<ModemStatus>;
    getBaudRate(): Promise<{ readonly baudRate: number }>;
    flush(): Promise<void>;
    drain(): Promise<void>;
  }
}
