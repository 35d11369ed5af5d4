/*
 * The interface of a binding, as the `serialport` package defines it, with its names. Its package of types is not imported:
 * it cannot be resolved with `moduleResolution: node16`, which would break the types of this package for its users.
 */

/** How a host opens a port. */
export interface OpenOptions {
  path: string;
  /** Bits per second. */
  baudRate: number;
  dataBits?: 5 | 6 | 7 | 8;
  lock?: boolean;
  stopBits?: 1 | 1.5 | 2;
  parity?: string;
  rtscts?: boolean;
  xon?: boolean;
  xoff?: boolean;
  xany?: boolean;
  /** Whether closing the port turns DTR and RTS off. Left out: true. */
  hupcl?: boolean;
}

/** An entry in the list of ports. */
export interface PortInfo {
  path: string;
  manufacturer: string | undefined;
  serialNumber: string | undefined;
  pnpId: string | undefined;
  locationId: string | undefined;
  productId: string | undefined;
  vendorId: string | undefined;
}

/** The lines that a host sets; true is on. */
export interface SetOptions {
  /** Break. */
  brk?: boolean;
  cts?: boolean;
  dsr?: boolean;
  dtr?: boolean;
  rts?: boolean;
}

/** The lines that a host reads; true is on. */
export interface ModemStatus {
  cts: boolean;
  dsr: boolean;
  dcd: boolean;
}

/** An open port; `read` and `write` take Buffers. Every method rejects when the port is unplugged, except `close`. */
export interface SerialBindingPort {
  readonly openOptions: Required<OpenOptions>;
  isOpen: boolean;
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

/** What `SerialPort` and `SerialPortStream` take as `binding`. `open` rejects if the port is open already or unplugged. */
export interface SerialBinding {
  list(): Promise<PortInfo[]>;
  open(options: OpenOptions): Promise<SerialBindingPort>;
}
