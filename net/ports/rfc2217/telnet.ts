/** Telnet's command bytes, RFC 854 and RFC 855. */
export const telnet = { se: 240, brk: 243, sb: 250, will: 251, wont: 252, do: 253, dont: 254, iac: 255 } as const;

/** What a side says about an option. */
export type Verb = "will" | "wont" | "do" | "dont";

/** One part of a Telnet stream. */
export type TelnetEvent =
  | { readonly kind: "data"; readonly bytes: Uint8Array }
  | { readonly kind: "option"; readonly verb: Verb; readonly option: number }
  /** The bytes between SB and SE; the first one is the option. */
  | { readonly kind: "subnegotiation"; readonly bytes: Uint8Array }
  /** Any other command, for instance BRK (243). */
  | { readonly kind: "command"; readonly code: number };

/** States of the reader. */
type State = "data" | "command" | "will" | "wont" | "do" | "dont" | "sub" | "subCommand";
type Act = "nothing" | "data" | "command" | "option" | "begin" | "collect" | "end";
type Step = readonly [act: Act, next: State];

/** What may follow an IAC in any state. Within a subnegotiation it aborts that, and nothing of it is reported. */
const commands: { readonly [byte: number]: Step } = {
  [telnet.sb]: ["begin", "sub"],
  [telnet.will]: ["nothing", "will"],
  [telnet.wont]: ["nothing", "wont"],
  [telnet.do]: ["nothing", "do"],
  [telnet.dont]: ["nothing", "dont"],
};

/** The reader's state table: for each state the bytes that matter, and `else` for all others. */
const table: { readonly [P in State]: { readonly [byte: number]: Step; readonly else: Step } } = {
  data: { [telnet.iac]: ["nothing", "command"], else: ["data", "data"] },
  command: { ...commands, [telnet.iac]: ["data", "data"], else: ["command", "data"] },
  will: { else: ["option", "data"] },
  wont: { else: ["option", "data"] },
  do: { else: ["option", "data"] },
  dont: { else: ["option", "data"] },
  sub: { [telnet.iac]: ["nothing", "subCommand"], else: ["collect", "sub"] },
  subCommand: {
    ...commands,
    [telnet.iac]: ["collect", "sub"],
    [telnet.se]: ["end", "data"],
    else: ["command", "data"],
  },
};

/** A longer subnegotiation is ignored, in bytes. RFC 2217 has none above 20. */
const maxSubnegotiationBytes = 256;

/** Parses a Telnet stream, in chunks of any size. Every sequence of bytes is valid. */
export class TelnetReader {
  #state: State = "data";
  #sub: number[] = [];
  #data: number[] = [];
  #events: TelnetEvent[] = [];

  /** The parts that these bytes complete, in order; data are reported at once. */
  read(bytes: Uint8Array): readonly TelnetEvent[] {
    for (const byte of bytes) {
      const from = this.#state;
      const [act, next] = table[from][byte] ?? table[from].else;
      this.#state = next;
      this.#acts[act](byte, from);
    }
    this.#endData();
    return this.#events.splice(0);
  }

  readonly #acts: { readonly [A in Act]: (byte: number, from: State) => void } = {
    nothing: () => {},
    data: (byte) => void this.#data.push(byte),
    command: (code) => this.#report({ kind: "command", code }),
    option: (option, verb) => this.#report({ kind: "option", verb: verb as Verb, option }),
    begin: () => {
      this.#sub = [];
    },
    collect: (byte) => {
      if (this.#sub.length <= maxSubnegotiationBytes) this.#sub.push(byte);
    },
    end: () => {
      if (this.#sub.length <= maxSubnegotiationBytes)
        this.#report({ kind: "subnegotiation", bytes: Uint8Array.from(this.#sub) });
    },
  };

  #report(event: TelnetEvent): void {
    this.#endData();
    this.#events.push(event);
  }

  #endData(): void {
    if (this.#data.length > 0) this.#events.push({ kind: "data", bytes: Uint8Array.from(this.#data) });
    this.#data = [];
  }
}

/** The bytes of a command about an option. */
export const optionCommand = (verb: Verb, option: number): Uint8Array =>
  Uint8Array.of(telnet.iac, telnet[verb], option);

/** The bytes of a subnegotiation with this content, in which IAC is doubled. */
export const subnegotiation = (bytes: readonly number[]): Uint8Array =>
  Uint8Array.of(
    ...[telnet.iac, telnet.sb],
    ...bytes.flatMap((byte) => (byte === telnet.iac ? [byte, byte] : [byte])),
    ...[telnet.iac, telnet.se],
  );

const nul = 0;
const lf = 10;
const cr = 13;

/**
 * Encodes bytes as Telnet data. Without BINARY a CR that no LF follows is sent as CR NUL (RFC 854); the NUL is written
 * when the next byte is known.
 */
export class TelnetWriter {
  #afterCr = false;

  /** Encodes as many bytes as fit into `room`; returns the encoded bytes and how many of `bytes` they stand for. */
  write(bytes: Uint8Array, how: { readonly binary: boolean; readonly room: number }): readonly [Uint8Array, number] {
    const written: number[] = [];
    let taken = 0;
    for (const byte of bytes) {
      const piece = this.#piece(byte, how.binary);
      if (written.length + piece.length > how.room) break;
      written.push(...piece);
      this.#afterCr = byte === cr;
      taken += 1;
    }
    return [Uint8Array.from(written), taken];
  }

  #piece(byte: number, binary: boolean): readonly number[] {
    const stuffing = this.#afterCr && !binary && byte !== lf ? [nul] : [];
    return [...stuffing, ...(byte === telnet.iac ? [byte, byte] : [byte])];
  }
}

/** Decodes CR NUL to CR, in chunks of any size. */
export class NulStripper {
  #afterCr = false;

  /** The bytes without each NUL that follows a CR. */
  strip(bytes: Uint8Array): Uint8Array {
    return bytes.filter((byte) => {
      const stuffed = this.#afterCr && byte === nul;
      this.#afterCr = byte === cr;
      return !stuffed;
    });
  }
}
