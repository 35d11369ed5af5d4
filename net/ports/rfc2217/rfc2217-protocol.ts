import type { ModemLines, PortEvents, SerialPort } from "../../serial.js";
import type { PortEventQueue } from "../port-events.js";
import type { HostConnection, HostProtocol, StartProtocol } from "../sockets/socket-port.js";
import { listenForHosts, type TcpOptions } from "../sockets/tcp.js";
import { ComPort, type ComPortAct } from "./com-port.js";
import {
  NulStripper,
  optionCommand,
  subnegotiation,
  type TelnetEvent,
  TelnetReader,
  TelnetWriter,
  telnet,
} from "./telnet.js";
import { type OptionMessage, TelnetOptions, telnetOption } from "./telnet-options.js";

/** RFC 2217 with one host. A host that sends no Telnet command is sent none. */
export const rfc2217Protocol: StartProtocol = (connection, events, lines) =>
  new Rfc2217Protocol(connection, events, lines);

/** How many bytes are kept for a host that has suspended the output, FLOWCONTROL-SUSPEND. */
const maxQueuedBytes = 256 * 1024;

class Rfc2217Protocol implements HostProtocol {
  readonly #connection: HostConnection;
  readonly #events: PortEventQueue;
  readonly #reader = new TelnetReader();
  readonly #writer = new TelnetWriter();
  readonly #nulStripper = new NulStripper();
  readonly #options = new TelnetOptions();
  readonly #comPort: ComPort;
  #lines: ModemLines;
  /** The host has sent a Telnet command. */
  #usesTelnet = false;
  #suspended = false;
  /** The output that is kept while it is suspended. */
  #queued: Uint8Array = new Uint8Array();

  constructor(connection: HostConnection, events: PortEventQueue, lines: ModemLines) {
    this.#connection = connection;
    this.#events = events;
    this.#lines = lines;
    this.#comPort = new ComPort(lines);
  }

  receive(bytes: Uint8Array): void {
    for (const event of this.#reader.read(bytes)) this.#handle(event);
  }

  send(bytes: Uint8Array): number {
    if (!this.#suspended) return this.#write(bytes);
    const queued = bytes.subarray(0, maxQueuedBytes - this.#queued.length);
    this.#queued = Buffer.concat([this.#queued, queued]);
    return queued.length;
  }

  setLines(lines: ModemLines): void {
    this.#lines = lines;
    if (!this.#suspended) this.#carryOut(this.#comPort.setLines(lines));
  }

  end(): number {
    return this.#queued.length;
  }

  #handle(event: TelnetEvent): void {
    if (event.kind === "data") this.#handleData(event.bytes);
    else if (event.kind === "option") this.#negotiate(event);
    else if (event.kind === "subnegotiation") this.#carryOut(this.#comPort.receive(event.bytes));
    else if (event.code === telnet.brk) this.#events.emitChange({ kind: "break" });
  }

  #handleData(bytes: Uint8Array): void {
    const data = this.#isBinary("them") ? bytes : this.#nulStripper.strip(bytes);
    if (data.length > 0) this.#events.emitBytes(data);
  }

  #negotiate(message: OptionMessage): void {
    const answer = this.#options.receive(message);
    if (answer !== undefined) this.#sendOption(answer);
    if (!this.#usesTelnet) {
      this.#usesTelnet = true;
      for (const request of this.#options.requestAll()) this.#sendOption(request);
    }
    const agrees = message.verb === "will" || message.verb === "do";
    if (agrees && message.option === telnetOption.comPort) this.#carryOut(this.#comPort.begin());
  }

  #carryOut(acts: readonly ComPortAct[]): void {
    for (const act of acts) {
      if (act.kind === "answer") this.#sendCommand(subnegotiation(act.bytes));
      else if (act.kind === "change") this.#events.emitChange(act.change);
      else if (act.kind === "purge") this.#queued = new Uint8Array();
      else this.#setSuspended(act.kind === "suspend");
    }
  }

  #setSuspended(suspended: boolean): void {
    this.#suspended = suspended;
    if (suspended) return;
    this.setLines(this.#lines);
    const queued = this.#queued;
    this.#queued = new Uint8Array();
    this.#events.emitDropped(queued.length - this.#write(queued));
  }

  #write(bytes: Uint8Array): number {
    const { room } = this.#connection;
    const [data, taken] = this.#writer.write(bytes, { binary: this.#isBinary("us"), room });
    this.#connection.send(data);
    return taken;
  }

  #sendOption({ verb, option }: OptionMessage): void {
    this.#sendCommand(optionCommand(verb, option));
  }

  /** Drops a command for which there is no room: a host that asks without end and does not read gets no answers. */
  #sendCommand(bytes: Uint8Array): void {
    if (bytes.length <= this.#connection.room) this.#connection.send(bytes);
  }

  /** Whether a side's data are binary: as agreed, or always with a host that uses no Telnet. */
  #isBinary(side: "us" | "them"): boolean {
    return !this.#usesTelnet || this.#options.has(side, telnetOption.binary);
  }
}

/**
 * Listens on a TCP port that is a serial port by RFC 2217: it carries bytes, speed, break and modem lines. One host at a
 * time. A host that sends no Telnet command gets a plain port of bytes, in which a byte 255 is doubled.
 * @throws UserError if it cannot listen there.
 */
export const openRfc2217 = (options: TcpOptions, events: PortEvents): Promise<SerialPort> =>
  listenForHosts(options, rfc2217Protocol, events);
