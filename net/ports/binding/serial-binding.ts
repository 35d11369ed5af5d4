/*
 * What the `serialport` package asks of a binding, in its own words. Its package of types cannot be named here: it is
 * not found where a package's `exports` count, and whoever uses ours would see that.
 */

/** How a host opens a port. */
export interface OpenOptions {
  path: string;
  baudRate: number;
  dataBits?: 5 | 6 | 7 | 8;
  lock?: boolean;
  stopBits?: 1 | 1.5 | 2;
  parity?: string;
  rtscts?: boolean;
  xon?: boolean;
  xoff?: boolean;
  xany?: boolean;
  /** Lower DTR and RTS at the end. */
  hupcl?: boolean;
}

/** A port as it stands in a list. */
export interface PortInfo {
  path: string;
  manufacturer: string | undefined;
  serialNumber: string | undefined;
  pnpId: string | undefined;
  locationId: string | undefined;
  productId: string | undefined;
  vendorId: string | undefined;
}

/** The lines that a host sets. */
export interface SetOptions {
  brk?: boolean;
  cts?: boolean;
  dsr?: boolean;
  dtr?: boolean;
  rts?: boolean;
}

/** The lines that a host reads. */
export interface ModemStatus {
  cts: boolean;
  dsr: boolean;
  dcd: boolean;
}

/** An open port; a write wants a Buffer, and so does a read. */
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

/** What `SerialPort` and `SerialPortStream` take as `binding`. */
export interface SerialBinding {
  list(): Promise<PortInfo[]>;
  open(options: OpenOptions): Promise<SerialBindingPort>;
}
