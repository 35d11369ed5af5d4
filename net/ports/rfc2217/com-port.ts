import type { ModemLines, PortChange } from "../../serial.js";
import { telnetOption } from "./telnet-options.js";

/** What a word of the client leads to. */
export type ComPortAct =
  /** A subnegotiation for the client. */
  | { readonly kind: "answer"; readonly bytes: readonly number[] }
  | { readonly kind: "change"; readonly change: PortChange }
  /** The client wants to hear nothing for a while, or again; or what waits for it is to be thrown away. */
  | { readonly kind: "suspend" | "resume" | "purge" };

type Handler = (value: Uint8Array) => readonly ComPortAct[];

/** The client's commands (RFC 2217, section 3); an answer's number is a hundred more. */
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

const signature = "bc28-emu";
/** What a client hears that asks before it has set one, in bits per second. */
const standardSpeed = 9600;
/** Both transmit registers are empty, and nothing ever goes wrong on this line. */
const lineState = 0x60;

const stateBits = { cts: 0x10, dsr: 0x20, ri: 0x40, dcd: 0x80 } as const;
const deltaBits = { cts: 0x01, dsr: 0x02, ri: 0x04, dcd: 0x08 } as const;
const wires = ["cts", "dsr", "ri", "dcd"] as const;

/** The values of the settings, and what else counts as one of them. */
interface Settings {
  datasize: number;
  parity: number;
  stopsize: number;
  outFlow: number;
  inFlow: number;
}

/** What may be set; another value is answered with the one in force. */
const allowed: { readonly [S in keyof Settings]: readonly number[] } = {
  datasize: [5, 6, 7, 8],
  parity: [1, 2, 3, 4, 5],
  stopsize: [1, 2, 3],
  outFlow: [1, 2, 3], // none, XON/XOFF, RTS/CTS
  inFlow: [14, 15, 16],
};
const inbound: readonly number[] = [...allowed.inFlow, 18]; // 18 is DTR

/**
 * The serial port that one RFC 2217 client sees: 9600 8N1, DTR and RTS on, until it says otherwise. What it sets is kept
 * and told back; nothing on this wire depends on it.
 */
export class ComPort {
  /** Undefined until the client sets one: then even the standard speed is news. */
  #speed: number | undefined;
  readonly #settings: Settings = { datasize: 8, parity: 1, stopsize: 1, outFlow: 1, inFlow: 14 };
  #dtr = true;
  #rts = true;
  #breaks = false;
  #mask = 255;
  /** The module's lines, and what the client was last told of them. */
  #lines: ModemLines;
  #told: number | undefined;

  constructor(lines: ModemLines) {
    this.#lines = lines;
  }

  /** Takes a subnegotiation; one that is none of RFC 2217 leads to nothing. */
  heard(bytes: Uint8Array): readonly ComPortAct[] {
    const [option, command = -1] = bytes;
    return (option === telnetOption.comPort && this.#handlers[command]?.(bytes.subarray(2))) || [];
  }

  /** The client has agreed to RFC 2217: it is told the module's lines for the first time. */
  begin(): readonly ComPortAct[] {
    return this.#told === undefined ? this.#notify({ asked: true }) : [];
  }

  /** The module's lines are now these. */
  set(lines: ModemLines): readonly ComPortAct[] {
    this.#lines = lines;
    return this.#told === undefined ? [] : this.#notify({ asked: false });
  }

  /** Tells the lines, and which have changed since they were told last: always to who asks, else where the client wants to know. */
  #notify({ asked }: { readonly asked: boolean }): readonly ComPortAct[] {
    const state = this.#state();
    const before = this.#told ?? state;
    const changes = this.#changes(before, state);
    this.#told = state;
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

  /** SET-CONTROL: what is asked for, and what is switched. */
  readonly #controls: { readonly [value: number]: () => readonly ComPortAct[] } = {
    0: () => [answer(code.setControl, this.#settings.outFlow)],
    4: () => [answer(code.setControl, this.#breaks ? 5 : 6)],
    5: () => this.#setBreak(true),
    6: () => this.#setBreak(false),
    7: () => [answer(code.setControl, this.#dtr ? 8 : 9)],
    8: () => this.#setLines(8, true, this.#rts),
    9: () => this.#setLines(9, false, this.#rts),
    10: () => [answer(code.setControl, this.#rts ? 11 : 12)],
    11: () => this.#setLines(11, this.#dtr, true),
    12: () => this.#setLines(12, this.#dtr, false),
    13: () => [answer(code.setControl, this.#settings.inFlow)],
  };

  #setSpeed(value: Uint8Array): readonly ComPortAct[] {
    const wanted = value.length === 4 ? Buffer.from(value).readUInt32BE() : 0; // 0 asks
    const changes = wanted !== 0 && wanted !== this.#speed;
    if (changes) this.#speed = wanted;
    const told = Buffer.alloc(4);
    told.writeUInt32BE(this.#speed ?? standardSpeed);
    return [...(changes ? [change({ kind: "speed", speed: wanted })] : []), answer(code.setBaudrate, ...told)];
  }

  #set(command: number, setting: keyof Settings, value = 0): readonly ComPortAct[] {
    if (allowed[setting].includes(value)) this.#settings[setting] = value;
    return [answer(command, this.#settings[setting])];
  }

  /** What is set for the way out holds for both. */
  #setFlow(value: number): readonly ComPortAct[] {
    if (inbound.includes(value)) return this.#set(code.setControl, "inFlow", value);
    if (allowed.outFlow.includes(value)) this.#settings.inFlow = value + 13;
    return this.#set(code.setControl, "outFlow", value);
  }

  #setBreak(on: boolean): readonly ComPortAct[] {
    const begins = on && !this.#breaks;
    this.#breaks = on;
    return [...(begins ? [change({ kind: "break" })] : []), answer(code.setControl, on ? 5 : 6)];
  }

  #setLines(value: number, dtr: boolean, rts: boolean): readonly ComPortAct[] {
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
    return wires.reduce((bits, wire) => bits | (this.#lines[wire] ? stateBits[wire] : 0), 0);
  }

  /** The delta bits between two states; of RI only its end counts. */
  #changes(before: number, state: number): number {
    const changed = wires.filter((wire) => (before ^ state) & stateBits[wire] && !(wire === "ri" && this.#lines.ri));
    return changed.reduce((bits, wire) => bits | deltaBits[wire], 0);
  }
}

const answer = (command: number, ...value: readonly number[]): ComPortAct => ({
  kind: "answer",
  bytes: [telnetOption.comPort, command + 100, ...value],
});

const change = (told: PortChange): ComPortAct => ({ kind: "change", change: told });

/** 1 is what waits for the client, 2 what waits for the module: nothing ever does; 3 is both. */
function purge(which = 0): readonly ComPortAct[] {
  if (which < 1 || which > 3) return [];
  return [...(which === 2 ? [] : [{ kind: "purge" } as const]), answer(code.purgeData, which)];
}
