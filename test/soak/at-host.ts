import { fromBytes, type Octets, toBytes } from "../../at/octets.js";
import type { PortEvents, SerialPort } from "../../net/serial.js";

/** What a host hears besides the answers to its commands. */
export type Hear = (line: Octets) => void;

/** The serial side of a host, inside this process: commands in, final results and unsolicited lines out. */
export class AtHost {
  readonly #hear: Hear;
  #events: PortEvents | undefined;
  #heard: Octets = "";
  #answer: ((answer: Octets) => void) | undefined;

  constructor(hear: Hear) {
    this.#hear = hear;
  }

  /** The front end that the modem is started with. */
  readonly open = (events: PortEvents): SerialPort => {
    this.#events = events;
    return { path: "in-process", write: (bytes) => this.#read(bytes), set: () => {}, close: async () => {} };
  };

  /** Sends a command line; gives its final result, or the prompt. */
  command(line: Octets): Promise<Octets> {
    return this.#ask(`${line}\r`);
  }

  /** Types bytes that get no answer yet. */
  type(octets: Octets): void {
    this.#events?.onBytes(toBytes(octets));
  }

  /** Types the end of a payload; gives the final result. */
  submit(octets: Octets): Promise<Octets> {
    return this.#ask(octets);
  }

  #ask(octets: Octets): Promise<Octets> {
    if (this.#answer !== undefined) throw new Error("the host asks before it was answered");
    return new Promise((resolve) => {
      this.#answer = resolve;
      this.type(octets);
    });
  }

  #read(bytes: Uint8Array): void {
    const lines = (this.#heard + fromBytes(bytes)).split("\r\n");
    this.#heard = lines.pop() ?? "";
    for (const line of lines) if (line !== "") this.#take(line);
    if (this.#heard !== ">") return;
    this.#heard = "";
    this.#give(">");
  }

  #take(line: Octets): void {
    const isFinal = line === "OK" || line === "ERROR" || line.startsWith("+CME ERROR: ");
    if (isFinal && this.#answer !== undefined) this.#give(line);
    else this.#hear(line);
  }

  /** The host goes on when the module has said all that it had to say. */
  #give(answer: Octets): void {
    const resolve = this.#answer;
    this.#answer = undefined;
    resolve?.(answer);
  }
}
