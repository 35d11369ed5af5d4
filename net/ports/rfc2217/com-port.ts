import type { ModemLines, PortChange } from "../../serial.js";
import { telnetOption } from "./telnet-options.js";

/** What a message of the client leads to. */
export type ComPortAct =
  /** A subnegotiation is sent to the client; its bytes without the Telnet frame. */
  | { readonly kind: "answer"; readonly bytes: readonly number[] }
  | { readonly kind: "change"; readonly change: PortChange }
  /** The output is suspended or resumed, or what is queued for the client is thrown away. */
  | { readonly kind: "suspend" | "resume" | "purge" };

type Handler = (value: Uint8Array) => readonly ComPortAct[];

/** The client's commands, RFC 2217 section 3. The code of an answer is 100 more. */
const code = {
  signature: 0,
  setBaudrate: 1,
  setDatasize: 2,
  setParity: 3,
  setStopsize: 4,
  setControl: 5,
  notifyLinestate: 6,
  notifyModemstate: 7,
  flowcontrolSuspend: 8,
  flowcontrolResume: 9,
  setLinestateMask: 10,
  setModemstateMask: 11,
  purgeData: 12,
} as const;

/** The answer to SIGNATURE. */
const signature = "bc28-emu";
/** The speed that is reported until the client sets one, in bits per second. */
const initialSpeed = 9600;
/** LINESTATE: both transmit registers are empty, no error. It never changes here. */
const lineState = 0x60;

/** Bits of MODEMSTATE, RFC 2217 section 3: the lines, and which of them have changed. */
const stateBits = { cts: 0x10, dsr: 0x20, ri: 0x40, dcd: 0x80 } as const;
const deltaBits = { cts: 0x01, dsr: 0x02, ri: 0x04, dcd: 0x08 } as const;
const lineNames = ["cts", "dsr", "ri", "dcd"] as const;

/** What the client sets beside the speed; each value as RFC 2217 encodes it. */
interface Settings {
  datasize: number;
  parity: number;
  stopsize: number;
  outFlow: number;
  inFlow: number;
}

/** The values that are accepted; another one is answered with the value in force. */
const allowed: { readonly [S in keyof Settings]: readonly number[] } = {
  datasize: [5, 6, 7, 8],
  parity: [1, 2, 3, 4, 5],
  stopsize: [1, 2, 3],
  outFlow: [1, 2, 3], // none, XON/XOFF, RTS/CTS
  inFlow: [14, 15, 16],
};
/** SET-CONTROL values of the inbound flow control; 18 is DTR. */
const inboundValues: readonly number[] = [...allowed.inFlow, 18];

/**
 * The serial port that one RFC 2217 client sees: 9600 baud, 8N1, DTR and RTS on, until the client sets something else.
 * Its settings are stored and reported back; how bytes pass does not depend on them.
 */
export class ComPort {
  /** Undefined until the client sets one: the first one is reported even if it is the initial speed. */
  #speed: number | undefined;
  readonly #settings: Settings = { datasize: 8, parity: 1, stopsize: 1, outFlow: 1, inFlow: 14 };
  #dtr = true;
  #rts = true;
  #isBreak = false;
  /** MODEMSTATE bits that the client wants to be notified of. */
  #mask = 255;
  /** The module's lines. */
  #lines: ModemLines;
  /** The MODEMSTATE that the client was notified of last; undefined: it was not yet. */
  #notified: number | undefined;

  constructor(lines: ModemLines) {
    this.#lines = lines;
  }

  /** Handles a subnegotiation; one that RFC 2217 does not define leads to nothing. */
  receive(bytes: Uint8Array): readonly ComPortAct[] {
    const [option, command = -1] = bytes;
    return (option === telnetOption.comPort && this.#handlers[command]?.(bytes.subarray(2))) || [];
  }

  /** The client has agreed to RFC 2217: notifies it of the module's lines for the first time. */
  begin(): readonly ComPortAct[] {
    return this.#notified === undefined ? this.#notify({ asked: true }) : [];
  }

  /** Takes the module's lines; notifies the client of a change. */
  setLines(lines: ModemLines): readonly ComPortAct[] {
    this.#lines = lines;
    return this.#notified === undefined ? [] : this.#notify({ asked: false });
  }

  /**
   * Notifies the client of the lines and of those that have changed since the last time: always where it has asked,
   * otherwise where its mask says so.
   */
  #notify({ asked }: { readonly asked: boolean }): readonly ComPortAct[] {
    const state = this.#state();
    const before = this.#notified ?? state;
    const changes = this.#changes(before, state);
    this.#notified = state;
    const matters = ((before ^ state) | changes) & this.#mask;
    return asked || matters !== 0 ? [answer(code.notifyModemstate, (state | changes) & this.#mask)] : [];
  }

  readonly #handlers: { readonly [command: number]: Handler } = {
    [code.signature]: (text) => (text.length > 0 ? [] : [answer(code.signature, ...Buffer.from(signature))]),
    [code.setBaudrate]: (value) => this.#setSpeed(value),
    [code.setDatasize]: ([value]) => this.#set(code.setDatasize, "datasize", value),
    [code.setParity]: ([value]) => this.#set(code.setParity, "parity", value),
    [code.setStopsize]: ([value]) => this.#set(code.setStopsize, "stopsize", value),
    [code.setControl]: ([value]) => (value === undefined ? [] : (this.#controls[value]?.() ?? this.#setFlow(value))),
    [code.notifyLinestate]: () => [answer(code.notifyLinestate, lineState)],
    [code.notifyModemstate]: () => this.#notify({ asked: true }),
    [code.flowcontrolSuspend]: () => [{ kind: "suspend" }],
    [code.flowcontrolResume]: () => [{ kind: "resume" }],
    [code.setLinestateMask]: ([mask = 0]) => [answer(code.setLinestateMask, mask)],
    [code.setModemstateMask]: ([mask = 0]) => this.#setMask(mask),
    [code.purgeData]: ([which]) => purge(which),
  };

  /** SET-CONTROL by value: requests of the current setting, break, DTR and RTS. Flow control is not among them. */
  readonly #controls: { readonly [value: number]: () => readonly ComPortAct[] } = {
    0: () => [answer(code.setControl, this.#settings.outFlow)],
    4: () => [answer(code.setControl, this.#isBreak ? 5 : 6)],
    5: () => this.#setBreak(true),
    6: () => this.#setBreak(false),
    7: () => [answer(code.setControl, this.#dtr ? 8 : 9)],
    8: () => this.#setHostLines(8, true, this.#rts),
    9: () => this.#setHostLines(9, false, this.#rts),
    10: () => [answer(code.setControl, this.#rts ? 11 : 12)],
    11: () => this.#setHostLines(11, this.#dtr, true),
    12: () => this.#setHostLines(12, this.#dtr, false),
    13: () => [answer(code.setControl, this.#settings.inFlow)],
  };

  #setSpeed(value: Uint8Array): readonly ComPortAct[] {
    const wanted = value.length === 4 ? Buffer.from(value).readUInt32BE() : 0; // 0 requests the current speed
    const changes = wanted !== 0 && wanted !== this.#speed;
    if (changes) this.#speed = wanted;
    const value4 = Buffer.alloc(4);
    value4.writeUInt32BE(this.#speed ?? initialSpeed);
    return [...(changes ? [change({ kind: "speed", speed: wanted })] : []), answer(code.setBaudrate, ...value4)];
  }

  #set(command: number, setting: keyof Settings, value = 0): readonly ComPortAct[] {
    if (allowed[setting].includes(value)) this.#settings[setting] = value;
    return [answer(command, this.#settings[setting])];
  }

  /** Outbound flow control sets the inbound one, too. */
  #setFlow(value: number): readonly ComPortAct[] {
    if (inboundValues.includes(value)) return this.#set(code.setControl, "inFlow", value);
    if (allowed.outFlow.includes(value)) this.#settings.inFlow = value + 13;
    return this.#set(code.setControl, "outFlow", value);
  }

  #setBreak(on: boolean): readonly ComPortAct[] {
    const begins = on && !this.#isBreak;
    this.#isBreak = on;
    return [...(begins ? [change({ kind: "break" })] : []), answer(code.setControl, on ? 5 : 6)];
  }

  #setHostLines(value: number, dtr: boolean, rts: boolean): readonly ComPortAct[] {
    const changes = dtr !== this.#dtr || rts !== this.#rts;
    this.#dtr = dtr;
    this.#rts = rts;
    return [...(changes ? [change({ kind: "lines", lines: { dtr, rts } })] : []), answer(code.setControl, value)];
  }

  #setMask(mask: number): readonly ComPortAct[] {
    this.#mask = mask;
    return [answer(code.setModemstateMask, mask)];
  }

  #state(): number {
    return lineNames.reduce((bits, line) => bits | (this.#lines[line] ? stateBits[line] : 0), 0);
  }

  /** The delta bits between two states; RI counts only when it goes off. */
  #changes(before: number, state: number): number {
    const changed = lineNames.filter(
      (line) => (before ^ state) & stateBits[line] && !(line === "ri" && this.#lines.ri),
    );
    return changed.reduce((bits, line) => bits | deltaBits[line], 0);
  }
}

const answer = (command: number, ...value: readonly number[]): ComPortAct => ({
  kind: "answer",
  bytes: [telnetOption.comPort, command + 100, ...value],
});

const change = (portChange: PortChange): ComPortAct => ({ kind: "change", change: portChange });

/** PURGE-DATA: 1 purges what is queued for the client, 2 what is queued for the module (nothing ever is), 3 both. */
function purge(which = 0): readonly ComPortAct[] {
  if (which < 1 || which > 3) return [];
  return [...(which === 2 ? [] : [{ kind: "purge" } as const]), answer(code.purgeData, which)];
}
