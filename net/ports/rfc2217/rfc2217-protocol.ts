import type { ModemLines, PortEvents, SerialPort } from "../../serial.js";
import type { PortEventQueue } from "../port-events.js";
import type { Speak, Speech, Wire } from "../sockets/socket-port.js";
import { listenForHosts, type TcpOptions } from "../sockets/tcp.js";
import { ComPort, type ComPortAct } from "./com-port.js";
import {
  CrNul,
  optionCommand,
  subnegotiation,
  type TelnetEvent,
  TelnetReader,
  TelnetWriter,
  telnet,
} from "./telnet.js";
import { type OptionWord, TelnetOptions, telnetOption } from "./telnet-options.js";

/** RFC 2217 with a host; to one that says nothing of Telnet nothing of it is said. */
export const rfc2217Protocol: Speak = (wire, teller, lines) => new Rfc2217Protocol(wire, teller, lines);

/** What is kept for a host that wants to hear nothing for a while, in bytes. */
const maxQueuedBytes = 256 * 1024;

class Rfc2217Protocol implements Speech {
  readonly #wire: Wire;
  readonly #teller: PortEventQueue;
  readonly #reader = new TelnetReader();
  readonly #writer = new TelnetWriter();
  readonly #crNul = new CrNul();
  readonly #options = new TelnetOptions();
  readonly #comPort: ComPort;
  #lines: ModemLines;
  #speaksTelnet = false;
  #suspended = false;
  #kept: Uint8Array = new Uint8Array();

  constructor(wire: Wire, teller: PortEventQueue, lines: ModemLines) {
    this.#wire = wire;
    this.#teller = teller;
    this.#lines = lines;
    this.#comPort = new ComPort(lines);
  }

  heard(bytes: Uint8Array): void {
    for (const event of this.#reader.read(bytes)) this.#obey(event);
  }

  say(bytes: Uint8Array): number {
    if (!this.#suspended) return this.#write(bytes);
    const kept = bytes.subarray(0, maxQueuedBytes - this.#kept.length);
    this.#kept = Buffer.concat([this.#kept, kept]);
    return kept.length;
  }

  set(lines: ModemLines): void {
    this.#lines = lines;
    if (!this.#suspended) this.#carryOut(this.#comPort.set(lines));
  }

  end(): number {
    return this.#kept.length;
  }

  #obey(event: TelnetEvent): void {
    if (event.kind === "data") this.#data(event.bytes);
    else if (event.kind === "option") this.#negotiate(event);
    else if (event.kind === "subnegotiation") this.#carryOut(this.#comPort.heard(event.bytes));
    else if (event.code === telnet.brk) this.#teller.change({ kind: "break" });
  }

  #data(bytes: Uint8Array): void {
    const meant = this.#isBinary("them") ? bytes : this.#crNul.strip(bytes);
    if (meant.length > 0) this.#teller.bytes(meant);
  }

  #negotiate(word: OptionWord): void {
    const answer = this.#options.heard(word);
    if (answer !== undefined) this.#sayOption(answer);
    if (!this.#speaksTelnet) {
      this.#speaksTelnet = true;
      for (const offer of this.#options.offer()) this.#sayOption(offer);
    }
    const agreed = word.option === telnetOption.comPort && (word.verb === "will" || word.verb === "do");
    if (agreed) this.#carryOut(this.#comPort.begin());
  }

  #carryOut(acts: readonly ComPortAct[]): void {
    for (const act of acts) {
      if (act.kind === "answer") this.#command(subnegotiation(act.bytes));
      else if (act.kind === "change") this.#teller.change(act.change);
      else if (act.kind === "purge") this.#kept = new Uint8Array();
      else this.#suspend(act.kind === "suspend");
    }
  }

  #suspend(on: boolean): void {
    this.#suspended = on;
    if (on) return;
    this.set(this.#lines);
    const kept = this.#kept;
    this.#kept = new Uint8Array();
    this.#teller.dropped(kept.length - this.#write(kept));
  }

  #write(bytes: Uint8Array): number {
    const [text, taken] = this.#writer.write(bytes, { binary: this.#isBinary("us"), room: this.#wire.room });
    this.#wire.send(text);
    return taken;
  }

  #sayOption({ verb, option }: OptionWord): void {
    this.#command(optionCommand(verb, option));
  }

  /** Who asks without end and does not read gets no answers, either. */
  #command(bytes: Uint8Array): void {
    if (bytes.length <= this.#wire.room) this.#wire.send(bytes);
  }

  /** Whoever says nothing of Telnet means every byte as it is. */
  #isBinary(side: "us" | "them"): boolean {
    return !this.#speaksTelnet || this.#options.has(side, telnetOption.binary);
  }
}

/**
 * Opens a TCP port that is a serial port by RFC 2217: beside the bytes there pass speed, break and modem lines. One host at
 * a time. For one that says nothing of Telnet it is a port of bytes, in which 255 is doubled.
 * @throws UserError if it cannot listen there.
 */
export const openRfc2217 = (options: TcpOptions, events: PortEvents): Promise<SerialPort> =>
  listenForHosts(options, rfc2217Protocol, events);
