/** The modem lines that a front end can carry; what it cannot carry it leaves out. */
export interface ModemLines {
  readonly dtr?: boolean;
  readonly rts?: boolean;
  readonly cts?: boolean;
  readonly dsr?: boolean;
  readonly dcd?: boolean;
  readonly ri?: boolean;
}

/** What a front end tells about itself, apart from bytes. */
export type PortChange =
  /** A host has come, or gone; `why` where that is worth a warning. */
  | { readonly kind: "attach" | "detach"; readonly why?: string }
  /** A further host came while one is attached, and was turned away. */
  | { readonly kind: "refused"; readonly who: string }
  /** The host that is called is not there; it is called again until it is. Told once for each reason. */
  | { readonly kind: "unreachable"; readonly why: string }
  /** Others than this machine reach the port, and with it the module. */
  | { readonly kind: "exposed"; readonly address: string }
  /** The front end cannot have the module's speed. */
  | { readonly kind: "speedRefused"; readonly speed: number }
  /** The far end does nothing but send our own words back; they are swallowed. */
  | { readonly kind: "looped" }
  /** Bits per second, as the host set it. */
  | { readonly kind: "speed"; readonly speed: number }
  /** The host's lines, all that it has; when it attaches, they count as on. */
  | { readonly kind: "lines"; readonly lines: ModemLines }
  /** A break begins. */
  | { readonly kind: "break" }
  /** So many bytes towards the host were lost, because nobody read them. */
  | { readonly kind: "dropped"; readonly bytes: number }
  /** The path by which hosts attach is now this one. */
  | { readonly kind: "path"; readonly path: string }
  /** The other end is gone for good (end of input on a pipe): nothing more will come. */
  | { readonly kind: "ended" };

/** What the module sets at its end of the line. */
export interface PortSetting {
  readonly lines?: ModemLines;
  /** Bits per second; what was written before still goes at the old speed. */
  readonly speed?: number;
  /** What was written and has not left yet is lost. */
  readonly cut?: true;
}

/** What a front end calls when something comes; both are set once, before it opens. */
export interface PortEvents {
  onBytes(bytes: Uint8Array): void;
  onChange(change: PortChange): void;
}

/**
 * A front end: one way for a host to reach the module's UART.
 *
 * What each of them owes:
 * - The order of bytes is kept, both ways; all 256 values pass.
 * - `onBytes` and `onChange` are never called from inside `write`, `set` or `close`, nor before the opening
 *   function returned; the bytes given to `onBytes` belong to the receiver.
 * - `write` never blocks and never queues without bound: what a slow or absent reader does not take is lost, as on a
 *   wire without flow control, and told as `dropped`.
 * - A host may vanish at any moment. Nothing that was said to it reaches the next one, who comes as to a new port.
 * - `close` may be called at any time and more than once; after it nothing is called and nothing is left behind.
 */
export interface SerialPort {
  /** What hosts attach to, or whom the module calls: a path or an address, as the user would type it. */
  readonly path: string;
  /** Its hosts run in this process: a clock moved by hand gives them less time to answer. */
  readonly isHere?: true;
  /** What the module says; the bytes remain the caller's. */
  write(bytes: Uint8Array): void;
  /** What the module does to its side of the wire; a front end passes over what it cannot carry. */
  set(what: PortSetting): void;
  close(): Promise<void>;
}

/** Opens a front end, with what it calls when something comes. */
export type OpenPort = (events: PortEvents) => SerialPort | Promise<SerialPort>;

/** The same front end; `said` is called before the module says something on it. */
export const withWriteHook = (port: SerialPort, said: () => void): SerialPort => ({
  get path() {
    return port.path;
  },
  write(bytes) {
    said();
    port.write(bytes);
  },
  set: (what) => port.set(what),
  close: () => port.close(),
});
