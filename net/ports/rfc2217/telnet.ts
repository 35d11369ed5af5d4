/** Telnet's bytes that mean something (RFC 854, RFC 855). */
export const telnet = { se: 240, brk: 243, sb: 250, will: 251, wont: 252, do: 253, dont: 254, iac: 255 } as const;

/** One side's word on an option. */
export type Verb = "will" | "wont" | "do" | "dont";

/** What a Telnet stream says, in its order. */
export type TelnetEvent =
  | { readonly kind: "data"; readonly bytes: Uint8Array }
  | { readonly kind: "option"; readonly verb: Verb; readonly option: number }
  /** What stood between SB and SE; its first byte is the option. */
  | { readonly kind: "subnegotiation"; readonly bytes: Uint8Array }
  /** Any other command, for instance BRK. */
  | { readonly kind: "command"; readonly code: number };

type Place = "data" | "command" | "will" | "wont" | "do" | "dont" | "sub" | "subCommand";
type Act = "nothing" | "data" | "command" | "option" | "begin" | "collect" | "end";
type Step = readonly [act: Act, next: Place];

/** What may follow an IAC anywhere; in a subnegotiation it cuts that short, which then never was one. */
const words: { readonly [byte: number]: Step } = {
  [telnet.sb]: ["begin", "sub"],
  [telnet.will]: ["nothing", "will"],
  [telnet.wont]: ["nothing", "wont"],
  [telnet.do]: ["nothing", "do"],
  [telnet.dont]: ["nothing", "dont"],
};

/** What a byte does where: rows are places, columns the bytes that matter there; all others are `else`. */
const table: { readonly [P in Place]: { readonly [byte: number]: Step; readonly else: Step } } = {
  data: { [telnet.iac]: ["nothing", "command"], else: ["data", "data"] },
  command: { ...words, [telnet.iac]: ["data", "data"], else: ["command", "data"] },
  will: { else: ["option", "data"] },
  wont: { else: ["option", "data"] },
  do: { else: ["option", "data"] },
  dont: { else: ["option", "data"] },
  sub: { [telnet.iac]: ["nothing", "subCommand"], else: ["collect", "sub"] },
  subCommand: { ...words, [telnet.iac]: ["collect", "sub"], [telnet.se]: ["end", "data"], else: ["command", "data"] },
};

/** A longer subnegotiation is passed over. */
const longest = 256;

/** Takes a Telnet stream apart, wherever it is cut. Any bytes are a stream. */
export class TelnetReader {
  #place: Place = "data";
  #sub: number[] = [];
  #data: number[] = [];
  #events: TelnetEvent[] = [];

  read(bytes: Uint8Array): readonly TelnetEvent[] {
    for (const byte of bytes) {
      const from = this.#place;
      const [act, next] = table[from][byte] ?? table[from].else;
      this.#place = next;
      this.#acts[act](byte, from);
    }
    this.#tellData();
    return this.#events.splice(0);
  }

  readonly #acts: { readonly [A in Act]: (byte: number, from: Place) => void } = {
    nothing: () => {},
    data: (byte) => void this.#data.push(byte),
    command: (code) => this.#tell({ kind: "command", code }),
    option: (option, verb) => this.#tell({ kind: "option", verb: verb as Verb, option }),
    begin: () => {
      this.#sub = [];
    },
    collect: (byte) => {
      if (this.#sub.length <= longest) this.#sub.push(byte);
    },
    end: () => {
      if (this.#sub.length <= longest) this.#tell({ kind: "subnegotiation", bytes: Uint8Array.from(this.#sub) });
    },
  };

  #tell(event: TelnetEvent): void {
    this.#tellData();
    this.#events.push(event);
  }

  #tellData(): void {
    if (this.#data.length > 0) this.#events.push({ kind: "data", bytes: Uint8Array.from(this.#data) });
    this.#data = [];
  }
}

/** A command about an option. */
export const optionCommand = (verb: Verb, option: number): Uint8Array =>
  Uint8Array.of(telnet.iac, telnet[verb], option);

/** A subnegotiation with these bytes in it. */
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
 * Makes Telnet data of bytes. Where BINARY is not agreed, a CR that no LF follows has a NUL behind it (RFC 854), which is
 * written as soon as the next byte is known.
 */
export class TelnetWriter {
  #afterCr = false;

  /** As much as there is room for, and how many of the bytes that is. */
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

/** Takes the NUL behind a CR away again, wherever the data are cut. */
export class CrNul {
  #afterCr = false;

  strip(bytes: Uint8Array): Uint8Array {
    return bytes.filter((byte) => {
      const stuffed = this.#afterCr && byte === nul;
      this.#afterCr = byte === cr;
      return !stuffed;
    });
  }
}
