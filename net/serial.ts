/** The modem lines of RS-232; true is on. A front end leaves out those that it cannot carry. */
export interface ModemLines {
  /** Data terminal ready, set by the host. */
  readonly dtr?: boolean;
  /** Request to send, set by the host. */
  readonly rts?: boolean;
  /** Clear to send, set by the module. */
  readonly cts?: boolean;
  /** Data set ready, set by the module. */
  readonly dsr?: boolean;
  /** Data carrier detect, set by the module. */
  readonly dcd?: boolean;
  /** Ring indicator, set by the module. */
  readonly ri?: boolean;
}

/** What a front end reports of itself, apart from bytes. */
export type PortChange =
  /** A host has attached or detached; `why` is given where it is worth a warning. */
  | { readonly kind: "attach" | "detach"; readonly why?: string }
  /** A host has attached; its speed is being read, and is reported next. */
  | { readonly kind: "attach"; readonly readsSpeed: true }
  /** A further host was refused while one is attached; `who` is its address. */
  | { readonly kind: "refused"; readonly who: string }
  /** A connection to the host failed, and is tried again until it succeeds. Reported once for each reason. */
  | { readonly kind: "unreachable"; readonly why: string }
  /** Other machines can reach the port at this address, and with it the module. */
  | { readonly kind: "exposed"; readonly address: string }
  /** The front end cannot have the module's speed, in bits per second. */
  | { readonly kind: "speedRefused"; readonly speed: number }
  /** The far end does nothing but send the module's output back; that input is dropped. */
  | { readonly kind: "looped" }
  /** The host has set its speed, in bits per second; 0 where it hangs up, or where its speed cannot be read. */
  | { readonly kind: "speed"; readonly speed: number }
  /** The host has set its lines; all that the front end knows. When a host attaches, its lines count as on. */
  | { readonly kind: "lines"; readonly lines: ModemLines }
  /** A break begins. */
  | { readonly kind: "break" }
  /** Bytes towards the host were lost because no host read them. */
  | { readonly kind: "dropped"; readonly bytes: number }
  /** Hosts attach at a new path from now on. */
  | { readonly kind: "path"; readonly path: string }
  /** The input has ended, for instance that of a pipe; nothing more will come. */
  | { readonly kind: "ended" };

/** What the module sets on a front end. */
export interface PortSetting {
  /** The module's lines. */
  readonly lines?: ModemLines;
  /** Bits per second. What was written before still leaves at the old speed. */
  readonly speed?: number;
  /** What was written and has not left yet is lost. */
  readonly cut?: true;
}

/** What a front end calls. It gets both functions once, when it is opened. */
export interface PortEvents {
  /** The host has sent bytes; they belong to the receiver. */
  onBytes(bytes: Uint8Array): void;
  /** The front end reports something else. */
  onChange(change: PortChange): void;
}

/**
 * A front end: one way for a host to reach the module's UART.
 *
 * Every front end keeps these rules:
 * - The order of bytes is kept, in both directions. All 256 values pass.
 * - `onBytes` and `onChange` are not called from inside `write`, `set` or `close`, nor before the opening function has
 *   returned.
 * - `write` does not block, and its queue is bounded. What a slow or absent reader does not take is lost, as on a line
 *   without flow control, and reported as `dropped`.
 * - A host may leave at any moment. The next one gets nothing that was sent to the former one, as on a new port.
 * - `close` may be called at any time and more than once. After it nothing is called, and no resource is left.
 */
export interface SerialPort {
  /** What hosts attach to, or what the module connects to: a path or an address, as the user would type it. */
  readonly path: string;
  /** Hosts run in this process. A manual clock then gives them less time to answer. */
  readonly isHere?: true;
  /** How many bytes wait until hosts in other processes read. Left out: it is not known. */
  readonly unsent?: number;
  /** Sends the module's bytes to the host. The caller may reuse the array afterwards. */
  write(bytes: Uint8Array): void;
  /** Sets the module's end of the line; a front end ignores what it cannot carry. */
  set(what: PortSetting): void;
  /** Detaches the host and releases everything. Resolves when that is done. */
  close(): Promise<void>;
}

/** Opens a front end that calls `events`. Throws or rejects with a UserError if it cannot be opened. */
export type OpenPort = (events: PortEvents) => SerialPort | Promise<SerialPort>;

/** The same front end; `onWrite` is called before each write. */
export const withWriteHook = (port: SerialPort, onWrite: () => void): SerialPort => ({
  get path() {
    return port.path;
  },
  write(bytes) {
    onWrite();
    port.write(bytes);
  },
  set: (what) => port.set(what),
  close: () => port.close(),
});
