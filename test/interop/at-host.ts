import { fromBytes, type Octets, toBytes } from "../../at/octets.js";

/** The line of a host: the other end of a front end, a terminal or a pipe. */
export interface Line {
  write(bytes: Uint8Array): void;
  /** Calls `onBytes` with all input. */
  listen(onBytes: (bytes: Uint8Array) => void): void;
}

const finalResult = /\r\n(OK|ERROR|\+CME ERROR: \d+)\r\n/;

/** A host at the other end of a line. Every wait has a time limit. */
export class AtHost {
  readonly #line: Line;
  /** Input that was not taken yet. */
  #unread: Octets = "";
  #wake = (): void => {};

  constructor(line: Line) {
    this.#line = line;
    line.listen((bytes) => {
      this.#unread += fromBytes(bytes);
      this.#wake();
    });
  }

  write(text: Octets): void {
    this.#line.write(toBytes(text));
  }

  /** Sends a command; resolves with its information lines. Rejects if the final result is not the expected one. */
  async command(line: Octets, expected = "OK"): Promise<Octets> {
    const earlier = this.#unread;
    this.#unread = "";
    this.write(`${line}\r`);
    const { before, found } = await this.#take(finalResult, 5000, line);
    this.#unread = earlier + this.#unread;
    if (found[1] !== expected) throw new Error(`${line} was answered ${found[1]}`);
    return before.trim();
  }

  /** Waits for a line that matches as a whole, and takes it with its frame. Input before it stays unread. */
  async urc(pattern: RegExp, within = 5000): Promise<RegExpExecArray> {
    const { before, found } = await this.#take(new RegExp(`\\r\\n(?:${pattern.source})\\r\\n`, "s"), within);
    this.#unread = before + this.#unread;
    return found;
  }

  /** Publishes a payload, which ends by Ctrl+Z or by its length. */
  async publish(command: Octets, payload: Octets, { byLength } = { byLength: false }): Promise<void> {
    this.write(`AT+QMTPUB=${command}${byLength ? `,${payload.length}` : ""}\r`);
    await this.prompt(command);
    this.write(byLength ? payload : `${payload}\x1a`);
    const { found } = await this.#take(finalResult, 5000, command);
    if (found[1] !== "OK") throw new Error(`the payload was answered ${found[1]}`);
  }

  /** Waits for the prompt of a payload. */
  async prompt(about = ""): Promise<void> {
    await this.#take(/\r\n>/, 5000, about);
  }

  /** Input that was not taken. */
  get unread(): Octets {
    return this.#unread;
  }

  async #take(pattern: RegExp, within: number, about = ""): Promise<{ before: Octets; found: RegExpExecArray }> {
    const deadline = performance.now() + within;
    for (;;) {
      const found = pattern.exec(this.#unread);
      if (found !== null) {
        const before = this.#unread.slice(0, found.index);
        this.#unread = this.#unread.slice(found.index + found[0].length);
        return { before, found };
      }
      const left = deadline - performance.now();
      if (left <= 0) throw new Error(`${about} no ${pattern} within ${within} ms, but ${JSON.stringify(this.#unread)}`);
      await this.#untilInput(left);
    }
  }

  #untilInput(within: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, within);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
