import { fromBytes, type Octets, toBytes } from "../../at/octets.js";
import type { PortEvents, SerialPort } from "../../net/serial.js";

/** Called with each line that is no answer to a command. */
export type OnLine = (line: Octets) => void;

/** The serial line of a host in this process: sends commands, and reads final results and other lines. */
export class AtChannel {
  readonly #onLine: OnLine;
  #events: PortEvents | undefined;
  #text: Octets = "";
  #onAnswer: ((answer: Octets) => void) | undefined;

  constructor(onLine: OnLine) {
    this.#onLine = onLine;
  }

  /** The front end to start the modem with. */
  readonly open = (events: PortEvents): SerialPort => {
    this.#events = events;
    return { path: "in-process", write: (bytes) => this.#read(bytes), set: () => {}, close: async () => {} };
  };

  /** Sends a command line; resolves with its final result, or with the prompt `>`. */
  command(line: Octets): Promise<Octets> {
    return this.#sendFor(`${line}\r`);
  }

  /** Sends bytes that get no answer. */
  send(octets: Octets): void {
    this.#events?.onBytes(toBytes(octets));
  }

  /** Sends the end of a payload; resolves with the final result. */
  sendEnd(octets: Octets): Promise<Octets> {
    return this.#sendFor(octets);
  }

  #sendFor(octets: Octets): Promise<Octets> {
    if (this.#onAnswer !== undefined) throw new Error("the host sends a command before the answer to the last one");
    return new Promise((resolve) => {
      this.#onAnswer = resolve;
      this.send(octets);
    });
  }

  #read(bytes: Uint8Array): void {
    const lines = (this.#text + fromBytes(bytes)).split("\r\n");
    this.#text = lines.pop() ?? "";
    for (const line of lines) if (line !== "") this.#handleLine(line);
    if (this.#text !== ">") return;
    this.#text = "";
    this.#resolve(">");
  }

  #handleLine(line: Octets): void {
    const isFinal = line === "OK" || line === "ERROR" || line.startsWith("+CME ERROR: ");
    if (isFinal && this.#onAnswer !== undefined) this.#resolve(line);
    else this.#onLine(line);
  }

  #resolve(answer: Octets): void {
    const resolve = this.#onAnswer;
    this.#onAnswer = undefined;
    resolve?.(answer);
  }
}
