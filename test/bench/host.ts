import type { PortEvents } from "../../net/serial.js";
import { type RunningModem, startModem } from "../../net/start.js";

/** A module in this process with a host at its UART; what it says is handed on as text. */
export class Host {
  #events: PortEvents | undefined;
  #modem: RunningModem | undefined;
  #heard = "";
  /** Gets what the module has said since it was last called. */
  onText: (text: string) => void = () => {};

  async start(): Promise<void> {
    this.#modem = await startModem({
      ports: [
        (events) => {
          this.#events = events;
          return {
            path: "here",
            write: (bytes) => this.#hear(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1")),
            set: () => {},
            close: async () => {},
          };
        },
      ],
    });
  }

  say(bytes: Uint8Array): void {
    this.#events?.onBytes(bytes);
  }

  /** Sends a command and waits for some words, in whatever order. */
  async tell(command: string, ...words: readonly string[]): Promise<void> {
    await new Promise<void>((resolve) => {
      let heard = "";
      this.onText = (text) => {
        heard += text;
        if (words.every((each) => heard.includes(each))) resolve();
      };
      this.say(Buffer.from(`${command}\r`));
    });
  }

  async open(port: number, clientId = "bench"): Promise<void> {
    await this.tell(`AT+QMTOPEN=0,"127.0.0.1",${port}`, "+QMTOPEN: 0,0\r\n");
    await this.tell(`AT+QMTCONN=0,"${clientId}"`, "+QMTCONN: 0,0,0\r\n");
  }

  async leave(): Promise<void> {
    await this.tell("AT+QMTDISC=0", "+QMTDISC: 0,0\r\n");
  }

  async close(): Promise<void> {
    await this.#modem?.close();
  }

  /** A front end tells nothing from inside `write`: so the text waits until the module has ended its turn. */
  #hear(text: string): void {
    if (this.#heard === "") queueMicrotask(() => this.#tell());
    this.#heard += text;
  }

  #tell(): void {
    const text = this.#heard;
    this.#heard = "";
    this.onText(text);
  }
}
