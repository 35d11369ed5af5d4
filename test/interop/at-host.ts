import { fromBytes, type Octets, toBytes } from "../../at/octets.js";

/** What a host speaks over: a front end's other end, a terminal, a pipe. */
export interface Line {
  write(bytes: Uint8Array): void;
  /** Calls `heard` with whatever comes. */
  listen(heard: (bytes: Uint8Array) => void): void;
}

const finalResult = /\r\n(OK|ERROR|\+CME ERROR: \d+)\r\n/;

/** A host at the other end of the line. Everything waits for an event, and no longer than its limit. */
export class AtHost {
  readonly #line: Line;
  /** What was heard and nobody has asked for yet. */
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

  /** Sends a command; gives back its information lines, and throws where the final result is not the wanted one. */
  async command(line: Octets, wanted = "OK"): Promise<Octets> {
    const earlier = this.#unread;
    this.#unread = "";
    this.write(`${line}\r`);
    const { before, found } = await this.#take(finalResult, 5000, line);
    this.#unread = earlier + this.#unread;
    if (found[1] !== wanted) throw new Error(`${line} was answered ${found[1]}`);
    return before.trim();
  }

  /** The next line that fits as a whole, taken out with its frame; what came before it stays unread. */
  async urc(pattern: RegExp, within = 5000): Promise<RegExpExecArray> {
    const { before, found } = await this.#take(new RegExp(`\\r\\n(?:${pattern.source})\\r\\n`, "s"), within);
    this.#unread = before + this.#unread;
    return found;
  }

  /** Sends a command with a payload; with a length unless it ends by Ctrl+Z. */
  async publish(command: Octets, payload: Octets, { byLength } = { byLength: false }): Promise<void> {
    this.write(`AT+QMTPUB=${command}${byLength ? `,${payload.length}` : ""}\r`);
    await this.prompt(command);
    this.write(byLength ? payload : `${payload}\x1a`);
    const { found } = await this.#take(finalResult, 5000, command);
    if (found[1] !== "OK") throw new Error(`the payload was answered ${found[1]}`);
  }

  /** Waits until a payload may come. */
  async prompt(about = ""): Promise<void> {
    await this.#take(/\r\n>/, 5000, about);
  }

  /** What was heard and not asked for. */
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
      await this.#something(left);
    }
  }

  #something(within: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, within);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
