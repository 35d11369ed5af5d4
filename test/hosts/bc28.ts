import { EventEmitter, once } from "node:events";
import { ReadlineParser, SerialPort } from "serialport";
import type { SerialBinding } from "../../net/ports/binding/serial-binding.js";

/** The port; `binding` replaces the real one. */
export interface Bc28Options {
  readonly path: string;
  readonly baudRate?: number;
  readonly binding?: SerialBinding;
}

/** The server to log in to. */
export interface Server {
  readonly host: string;
  readonly port: number;
  readonly clientId: string;
}

/** A command that waits for its final result. */
interface Running {
  readonly lines: string[];
  readonly payload: string | undefined;
  done(error: Error | undefined): void;
}

/** How long an answer may take, in ms. */
const answerTimeoutMs = 3000;
const urcs = /^\+(QMTOPEN|QMTCONN|QMTSUB|QMTPUB|QMTRECV|QMTSTAT|QMTDISC|QMTCLOSE|CEREG): ?(.*)$/;
const final = /^(OK|ERROR|\+CME ERROR: .*)$/;

/**
 * A driver as applications have one: it sends one command at a time, emits URCs as events, and restores its session.
 * Emits `online`, `offline` (why), `message` (topic, payload) and `lost` (the port's error).
 */
export class Bc28 extends EventEmitter {
  readonly #port: SerialPort;
  readonly #topics = new Set<string>();
  #running: Running | undefined;
  #previous: Promise<unknown> = Promise.resolve();
  #server: Server | undefined;
  #online = false;
  #msgId = 0;

  constructor({ path, baudRate = 9600, binding }: Bc28Options) {
    super();
    const options = { path, baudRate, autoOpen: false, ...(binding && { binding }) };
    this.#port = new SerialPort(options);
    this.#port.on("data", (chunk: Buffer) => this.#answerPrompt(chunk));
    this.#port.pipe(new ReadlineParser({ delimiter: "\r\n" })).on("data", (line: string) => this.#receive(line));
    this.#port.on("close", (error: Error | null) => this.#portClosed(error));
    this.#port.on("error", () => {});
  }

  get isOnline(): boolean {
    return this.#online;
  }

  /** Opens the port; resolves when the module is registered. */
  async start(): Promise<void> {
    await new Promise<void>((resolve, reject) => this.#port.open((error) => (error ? reject(error) : resolve())));
    await this.command("ATE0");
    await this.command("AT+CMEE=1");
    await this.command("AT+CEREG=1");
    const [state] = await this.command("AT+CEREG?");
    if (!/,[15]$/.test(state ?? "")) await this.#urc("CEREG", (value) => value === "1" || value === "5");
  }

  /** Logs in, and again whenever the session is lost. */
  async connect(server: Server): Promise<void> {
    this.#server = server;
    const { host, port, clientId } = server;
    await this.#ask(`AT+QMTOPEN=0,"${host}",${port}`, "QMTOPEN", "0,0");
    await this.#ask(`AT+QMTCONN=0,"${clientId}"`, "QMTCONN", "0,0,0");
    for (const topic of this.#topics) await this.subscribe(topic);
    this.#online = true;
    this.emit("online");
  }

  async subscribe(topic: string): Promise<void> {
    const id = this.#nextId();
    await this.#ask(`AT+QMTSUB=0,${id},"${topic}",1`, "QMTSUB", `0,${id},0,1`);
    this.#topics.add(topic);
  }

  /** Publishes with QoS 1; resolves when the server has acknowledged it. */
  async publish(topic: string, payload: string): Promise<void> {
    const id = this.#nextId();
    await this.#ask(`AT+QMTPUB=0,${id},1,0,"${topic}"`, "QMTPUB", `0,${id},0`, payload);
  }

  /** Sends a command; resolves with its information lines. */
  command(line: string, payload?: string): Promise<readonly string[]> {
    const answer = this.#previous.then(() => this.#run(line, payload));
    this.#previous = answer.catch(() => {});
    return answer;
  }

  async close(): Promise<void> {
    this.#server = undefined;
    if (this.#online) await this.#ask("AT+QMTDISC=0", "QMTDISC", "0,0");
    this.#online = false;
    if (this.#port.isOpen) await new Promise((resolve) => this.#port.close(resolve));
  }

  #nextId(): number {
    this.#msgId = (this.#msgId % 65535) + 1;
    return this.#msgId;
  }

  #run(line: string, payload: string | undefined): Promise<readonly string[]> {
    return new Promise((resolve, reject) => {
      const lines: string[] = [];
      const timer = setTimeout(() => running.done(new Error("no answer")), answerTimeoutMs);
      const running: Running = {
        lines,
        payload,
        done: (error) => {
          clearTimeout(timer);
          if (this.#running === running) this.#running = undefined;
          if (error === undefined) resolve(lines);
          else reject(new Error(`${line}: ${error.message}`));
        },
      };
      this.#running = running;
      this.#port.write(`${line}\r`);
    });
  }

  /** Sends a command whose result is a URC, which may come in the same turn as the OK. */
  async #ask(line: string, name: string, wanted: string, payload?: string): Promise<void> {
    const family = wanted
      .split(",")
      .slice(0, /SUB|PUB/.test(name) ? 2 : 1)
      .join(",");
    const outcome = this.#urc(name, (value) => value === family || value.startsWith(`${family},`));
    const [, value] = await Promise.all([this.command(line, payload), outcome]);
    if (value !== wanted) throw new Error(`${line}: +${name}: ${value}`);
  }

  async #urc(name: string, fits: (value: string) => boolean): Promise<string> {
    const signal = AbortSignal.timeout(answerTimeoutMs);
    for (;;) {
      const [value] = (await once(this, `+${name}`, { signal })) as [string];
      if (fits(value)) return value;
    }
  }

  /** Sends the payload after the prompt, which has no line end. */
  #answerPrompt(chunk: Buffer): void {
    if (this.#running?.payload !== undefined && chunk.includes("\r\n>"))
      this.#port.write(`${this.#running.payload}\x1a`);
  }

  #receive(line: string): void {
    const [, name, value = ""] = urcs.exec(line) ?? [];
    if (line.startsWith("REBOOT_CAUSE")) this.#restart();
    else if (final.test(line) && this.#running) this.#running.done(line === "OK" ? undefined : new Error(line));
    else if (name !== undefined && !(name === "CEREG" && value.includes(","))) this.#emitUrc(name, value);
    else if (line !== "" && line !== ">") this.#running?.lines.push(line);
  }

  #emitUrc(name: string, value: string): void {
    this.emit(`+${name}`, value);
    const [, topic, payload] = /^0,\d+,"(.*?)",(.*)$/.exec(value) ?? [];
    if (name === "QMTRECV") this.emit("message", topic, payload);
    if (name === "QMTSTAT") this.#goOffline(value);
    if (name === "CEREG" && /^[15]$/.test(value)) this.#goOnline();
  }

  #goOffline(why: string): void {
    this.#online = false;
    this.emit("offline", why);
    if (why !== "0,7") this.#goOnline(); // without a network a login would fail
  }

  #goOnline(): void {
    const server = this.#server;
    if (server !== undefined && !this.#online) this.connect(server).catch((error: Error) => this.emit("lost", error));
  }

  /** The module has rebooted and lost its session. */
  #restart(): void {
    this.#running?.done(new Error("the module has started anew"));
    if (this.#online) this.#goOffline("rebooted");
  }

  #portClosed(error: Error | null): void {
    this.#online = false;
    this.#running?.done(error ?? new Error("the port was closed"));
    if (error) this.emit("lost", error);
  }
}
