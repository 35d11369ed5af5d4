import { AtError, type TestModem } from "../../testing.js";

const second = 1000;
/** How long the host waits for an acknowledgement the first time; it doubles. */
const ackTimeoutMs = 4 * second;
const maxAttempts = 5;
/** How often something is sent, so that the NAT does not forget the socket. */
const aliveMs = 45 * second;

/** A message that is not acknowledged yet. */
interface Outstanding {
  readonly text: string;
  attempts: number;
  sendAgainAt: number;
}

/**
 * A host that sends readings over UDP, as meters do: each has a number and is sent again until the server acknowledges it.
 * Commands come back on the same socket, and are acknowledged. A socket that has failed is closed and made anew.
 */
export class TelemetryHost {
  /** The commands of the server, in their order. */
  readonly commands: string[] = [];
  /** How often a socket was made. */
  sockets = 0;
  readonly #modem: TestModem;
  readonly #server: { readonly address: string; readonly port: number };
  readonly #readings: string[] = [];
  #isOver = false;
  #socket: string | undefined;
  #number = 0;
  #outstanding: Outstanding | undefined;
  #sentAt = 0;
  /** The number of the last command that was carried out. */
  #lastCommand = 0;

  constructor(modem: TestModem, server: { readonly address: string; readonly port: number }) {
    this.#modem = modem;
    this.#server = server;
  }

  /** How many readings are not acknowledged yet. */
  get waiting(): number {
    return this.#readings.length;
  }

  /** Adds a reading. */
  measure(reading: string): void {
    this.#number += 1;
    this.#readings.push(`${this.#number} ${reading}`);
  }

  /** Ends `run` at its next step. */
  stop(): void {
    this.#isOver = true;
  }

  /** Works until it is stopped, once a second. */
  async run(): Promise<void> {
    while (!this.#isOver) {
      await this.#step().catch((error: unknown) => this.#recover(error));
      await new Promise<void>((resolve) => this.#modem.clock.alarm(this.#modem.clock.now() + second, resolve));
    }
  }

  async #step(): Promise<void> {
    const { host, clock } = this.#modem;
    if (this.#socket === undefined) await this.#open();
    while (host.unread.some((urc) => urc.startsWith("+NSONMI"))) {
      await host.urc(/^\+NSONMI/);
      await this.#readAll();
    }
    const [reading] = this.#readings;
    this.#outstanding ??= reading === undefined ? undefined : { text: reading, attempts: 0, sendAgainAt: 0 };
    const outstanding = this.#outstanding;
    if (outstanding !== undefined && outstanding.sendAgainAt <= clock.now()) await this.#sendReading(outstanding);
    else if (clock.now() - this.#sentAt >= aliveMs) await this.#send("alive");
  }

  async #sendReading(outstanding: Outstanding): Promise<void> {
    if (outstanding.attempts === maxAttempts) throw new Error("no acknowledgement");
    outstanding.sendAgainAt = this.#modem.clock.now() + ackTimeoutMs * 2 ** outstanding.attempts;
    outstanding.attempts += 1;
    await this.#send(outstanding.text);
  }

  async #open(): Promise<void> {
    const { host } = this.#modem;
    const [state] = await host.command("AT+CGATT?");
    if (state !== "+CGATT:1") return Promise.reject(new Error("not attached"));
    [this.#socket] = await host.command("AT+NSOCR=DGRAM,17,0,1");
    this.sockets += 1;
  }

  async #send(text: string): Promise<void> {
    const { address, port } = this.#server;
    const data = Buffer.from(text).toString("hex").toUpperCase();
    await this.#modem.host.command(`AT+NSOST=${this.#socket},${address},${port},${data.length / 2},${data}`);
    this.#sentAt = this.#modem.clock.now();
  }

  async #readAll(): Promise<void> {
    for (;;) {
      const [line] = await this.#modem.host.command(`AT+NSORF=${this.#socket},1358`);
      if (line === undefined) return;
      const [, , , , data = "", remaining] = line.split(",");
      await this.#take(Buffer.from(data, "hex").toString());
      if (remaining === "0") return;
    }
  }

  async #take(text: string): Promise<void> {
    const [word, number, ...rest] = text.split(" ");
    if (word === "ack" && this.#readings[0]?.startsWith(`${number} `)) {
      this.#readings.shift();
      this.#outstanding = undefined;
    }
    if (word !== "do") return;
    if (Number(number) > this.#lastCommand) this.commands.push(rest.join(" "));
    this.#lastCommand = Math.max(this.#lastCommand, Number(number));
    await this.#send(`done ${number}`);
  }

  /** The socket is given up; what was not acknowledged is sent again on the next one. */
  async #recover(error: unknown): Promise<void> {
    if (!(error instanceof Error)) throw error;
    const socket = this.#socket;
    this.#socket = undefined;
    this.#outstanding = undefined;
    if (socket === undefined) return;
    await this.#modem.host.command(`AT+NSOCL=${socket}`).catch((problem: unknown) => {
      if (!(problem instanceof AtError)) throw problem;
    });
  }
}
