import { expect } from "vitest";
import type { PortEvents, SerialPort } from "../../net/serial.js";
import { Notifier } from "./notifier.js";

/** A line in its frame; `>` is the prompt. */
const frame = (line: string): string => (line === ">" ? "\r\n>" : `\r\n${line}\r\n`);

/** A host in this process, on a front end of its own. The module handles what it sends before `send` returns. */
export class TestHost {
  readonly #notifier = new Notifier();
  #events: PortEvents | undefined;
  #text = "";

  /** The front end to start a modem with. */
  readonly open = (events: PortEvents): SerialPort => {
    this.#events = events;
    return {
      path: "test host",
      write: (bytes) => {
        this.#text += Buffer.from(bytes).toString("latin1");
        this.#notifier.notify();
      },
      set() {},
      async close() {},
    };
  };

  /** The output of the module that was not taken yet. */
  get text(): string {
    return this.#text;
  }

  /** Takes all output. */
  take(): string {
    const text = this.#text;
    this.#text = "";
    return text;
  }

  /** Puts output back, before that which has come since. */
  putBack(text: string): void {
    this.#text = text + this.#text;
  }

  /** Sends text to the module. */
  send(text: string): void {
    this.#events?.onBytes(Buffer.from(text, "latin1"));
  }

  /** Waits for exactly these lines, in this order and in their frames. */
  async expectLines(...lines: readonly string[]): Promise<void> {
    const expected = lines.map(frame).join("");
    await this.#notifier.until(
      () => this.#text.length >= expected.length || !expected.startsWith(this.#text),
      () => `${JSON.stringify(expected)}, received ${JSON.stringify(this.#text.slice(0, 500))}`,
    );
    expect(this.#text.slice(0, expected.length)).toBe(expected);
    this.#text = this.#text.slice(expected.length);
  }

  /** Waits until the output fulfils a condition. */
  async until(what: string, condition: (text: string) => boolean, within?: number): Promise<void> {
    await this.#notifier.until(
      () => condition(this.#text),
      () => `${what}, received ${JSON.stringify(this.#text.slice(-500))}`,
      within,
    );
  }

  /** Sends a command and waits for exactly these lines. */
  async command(command: string, ...lines: readonly string[]): Promise<void> {
    this.send(`${command}\r`);
    await this.expectLines(...lines);
  }

  /** Checks that the module answers at once; other output may wait. */
  expectResponsiveAmid(): void {
    const before = this.take();
    this.expectResponsive();
    this.putBack(before);
  }

  /** Checks that the module answers at once, and that there is no other output. */
  expectResponsive(): void {
    expect(this.take()).toBe("");
    this.send("AT\r");
    expect(this.take()).toBe("\r\nOK\r\n");
  }
}
