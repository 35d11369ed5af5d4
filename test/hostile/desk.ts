import { expect } from "vitest";
import type { PortEvents, SerialPort } from "../../net/serial.js";
import { Bell } from "./bell.js";

const frame = (line: string): string => (line === ">" ? "\r\n>" : `\r\n${line}\r\n`);

/** A host in this process, on a front end of its own: what it says is heard before the call returns. */
export class Desk {
  readonly #bell = new Bell();
  #events: PortEvents | undefined;
  #text = "";

  /** The front end to start a modem with. */
  readonly open = (events: PortEvents): SerialPort => {
    this.#events = events;
    return {
      path: "desk",
      write: (bytes) => {
        this.#text += Buffer.from(bytes).toString("latin1");
        this.#bell.ring();
      },
      set() {},
      async close() {},
    };
  };

  /** What was heard and not yet asked for. */
  get text(): string {
    return this.#text;
  }

  /** Forgets what was heard, and gives it. */
  take(): string {
    const text = this.#text;
    this.#text = "";
    return text;
  }

  /** Puts back what was taken, before what was heard since. */
  unread(text: string): void {
    this.#text = text + this.#text;
  }

  say(text: string): void {
    this.#events?.onBytes(Buffer.from(text, "latin1"));
  }

  /** Waits for exactly these lines, in this order, framed as they must be. */
  async hears(...lines: readonly string[]): Promise<void> {
    const expected = lines.map(frame).join("");
    await this.#bell.until(
      () => this.#text.length >= expected.length || !expected.startsWith(this.#text),
      () => `${JSON.stringify(expected)}, heard ${JSON.stringify(this.#text.slice(0, 500))}`,
    );
    expect(this.#text.slice(0, expected.length)).toBe(expected);
    this.#text = this.#text.slice(expected.length);
  }

  /** Waits for something in what is heard. */
  async until(what: string, holds: (text: string) => boolean, within?: number): Promise<void> {
    await this.#bell.until(
      () => holds(this.#text),
      () => `${what}, heard ${JSON.stringify(this.#text.slice(-500))}`,
      within,
    );
  }

  /** A command, and exactly these lines. */
  async ask(command: string, ...lines: readonly string[]): Promise<void> {
    this.say(`${command}\r`);
    await this.hears(...lines);
  }

  /** The module answers at once, whatever else it has said and nobody has looked at. */
  isAnsweredAmid(): void {
    const before = this.take();
    this.isAnswered();
    this.unread(before);
  }

  /** The module answers, at once, and has nothing else to say. */
  isAnswered(): void {
    expect(this.take()).toBe("");
    this.say("AT\r");
    expect(this.take()).toBe("\r\nOK\r\n");
  }
}
