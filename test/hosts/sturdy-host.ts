import { crc32 } from "node:zlib";
import type { PortEvents, SerialPort } from "../../net/serial.js";
import type { Clock } from "../../net/time/clock.js";

/** What the host publishes: a reading, the number of the attempt, and its QoS, with a checksum. */
export interface Published {
  readonly reading: string;
  readonly attempt: number;
  readonly qos: 1 | 2;
}

/** What a payload says; undefined where it was damaged. */
export function publishedIn(payload: string): Published | undefined {
  const [, told = "", reading = "", attempt, qos, sum] = /^((.*)\/(\d+)\/([12]))\/(\w+)$/.exec(payload) ?? [];
  if (sum === undefined || crc32(told).toString(16) !== sum) return undefined;
  return { reading, attempt: Number(attempt), qos: qos === "2" ? 2 : 1 };
}

const payloadOf = ({ reading, attempt, qos }: Published): string => {
  const told = `${reading}/${attempt}/${qos}`;
  return `${told}/${crc32(told).toString(16)}`;
};

/** Thrown where the module does not do what the host needs; the host starts again. */
class Failure extends Error {}

/** A wait for a line. */
interface Waiter {
  readonly fits: (line: string) => boolean;
  readonly found: (line: string) => void;
  readonly failed: (why: Failure) => void;
}

const second = 1000;
const minute = 60 * second;
const final = /^(OK|ERROR|\+CME ERROR: \d+)$/;

/**
 * A host with a careful firmware. It publishes one reading after the other, with QoS 1, and every fourth with QoS 2. It keeps
 * each reading until it is acknowledged. Every command has a time-out; after a failure the host starts again, a little later
 * each time. It knows a reboot by the banner, and the end of the link by +QMTSTAT.
 */
export class SturdyHost {
  /** Publishes that were acknowledged, and commands of the server that were heard. */
  readonly done: Published[] = [];
  readonly commands: string[] = [];
  /** Why it started again, each time. */
  readonly failures: string[] = [];
  readonly #clock: Clock;
  readonly #readings: string[] = [];
  readonly #waiters = new Set<Waiter>();
  #events: PortEvents | undefined;
  #text = "";
  #id = 0;
  #attempts = 0;
  #isLinked = false;
  #isOver = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Opens its front end. */
  readonly open = (events: PortEvents): SerialPort => {
    this.#events = events;
    return {
      path: "sturdy",
      isHere: true,
      write: (bytes) => this.#hear(Buffer.from(bytes).toString("latin1")),
      set() {},
      close: async () => {},
    };
  };

  /** Adds a reading. */
  measure(reading: string): void {
    this.#readings.push(reading);
  }

  /** Ends `run` at its next step. */
  stop(): void {
    this.#isOver = true;
  }

  /** Works until it is stopped. */
  async run(): Promise<void> {
    for (let failures = 0; !this.#isOver; ) {
      const before = this.done.length;
      await this.#session().catch((error: unknown) => {
        if (!(error instanceof Failure)) throw error;
        this.failures.push(error.message);
      });
      failures = this.done.length > before ? 0 : failures + 1;
      await this.#sleep(Math.min(2 ** failures, 60) * second);
    }
  }

  /** From the first AT to the end of the link. */
  async #session(): Promise<void> {
    await this.#wake();
    await this.#untilRegistered();
    for (const line of ["AT+QMTDISC=0", "AT+QMTCLOSE=0", 'AT+QMTCFG="timeout",0,20,3,0']) await this.#try(line);
    await this.#command('AT+QMTOPEN=0,"mqtt.example.com",1883', { result: "+QMTOPEN: 0,0", within: 90 * second });
    await this.#command('AT+QMTCONN=0,"sturdy"', { result: "+QMTCONN: 0,0,0", within: 60 * second });
    this.#isLinked = true;
    const id = this.#nextId();
    await this.#command(`AT+QMTSUB=0,${id},"sturdy/down",1`, { result: `+QMTSUB: 0,${id},0,`, within: 120 * second });
    while (this.#isLinked && !this.#isOver) {
      const [reading] = this.#readings;
      if (reading === undefined) await this.#sleep(5 * second);
      else await this.#publish(reading);
    }
  }

  /** Until the module answers. ESC leaves a payload entry that is still open. */
  async #wake(): Promise<void> {
    for (let left = 10; left > 0; left -= 1) {
      this.#send("\x1b");
      await this.#sleep(second / 2);
      if ((await this.#try("AT")) && (await this.#try("ATE0")) && (await this.#try("AT+CMEE=1"))) return;
      await this.#sleep(second);
    }
    throw new Failure("the module does not answer");
  }

  /** A module without a network is not reset: that would take longer. */
  async #untilRegistered(): Promise<void> {
    for (let left = 150; left > 0; left -= 1) {
      const lines = await this.#command("AT+CGATT?").catch((): readonly string[] => []);
      if (lines.includes("+CGATT:1")) return;
      await this.#sleep(2 * second);
    }
    throw new Failure("there is no network");
  }

  /** Publishes a reading, and takes it off where it is acknowledged. */
  async #publish(reading: string): Promise<void> {
    const id = this.#nextId();
    this.#attempts += 1;
    const published: Published = { reading, attempt: this.#attempts, qos: id % 4 === 0 ? 2 : 1 };
    const result = this.#line((line) => new RegExp(`^\\+QMTPUB: 0,${id},[02]$`).test(line), 6 * minute);
    result.catch(() => {}); // it is awaited below
    this.#send(`AT+QMTPUB=0,${id},${published.qos},0,"sturdy/up"\r`);
    const answer = await this.#line((line) => line === ">" || final.test(line), 10 * second);
    if (answer !== ">") throw new Failure(`a publish is refused: ${answer}`);
    this.#send(`${payloadOf(published)}\x1a`);
    const taken = await this.#line((line) => final.test(line), 10 * second);
    if (taken !== "OK") throw new Failure(`a payload is refused: ${taken}`);
    if (!(await result).endsWith(",0")) return;
    this.#readings.shift();
    this.done.push(published);
  }

  async #try(line: string): Promise<boolean> {
    return this.#command(line).then(
      () => true,
      () => false,
    );
  }

  /** Sends a command; returns its information lines. With `result`, waits for the URC that tells how it went. */
  async #command(
    line: string,
    { result, within = 10 * second }: { readonly result?: string; readonly within?: number } = {},
  ): Promise<readonly string[]> {
    const lines: string[] = [];
    const name = result?.slice(0, result.indexOf(":") + 1);
    const outcome = name === undefined ? undefined : this.#line((urc) => urc.startsWith(name), within);
    outcome?.catch(() => {}); // it is awaited below
    this.#send(`${line}\r`);
    const answer = await this.#line((heard) => final.test(heard) || !lines.push(heard), 10 * second);
    if (answer !== "OK") throw new Failure(`${line}: ${answer}`);
    const told = await outcome;
    if (result !== undefined && told?.startsWith(result) !== true) throw new Failure(`${line}: ${told}`);
    return lines;
  }

  #line(fits: Waiter["fits"], within: number): Promise<string> {
    return new Promise((resolve, reject) => {
      const over = (settle: () => void): void => {
        stop();
        this.#waiters.delete(waiter);
        settle();
      };
      const waiter: Waiter = {
        fits,
        found: (line) => over(() => resolve(line)),
        failed: (why) => over(() => reject(why)),
      };
      const stop = this.#clock.alarm(this.#clock.now() + within, () => waiter.failed(new Failure("a time-out")));
      this.#waiters.add(waiter);
    });
  }

  /** The prompt has no line end. */
  #hear(text: string): void {
    this.#text += text;
    const parts = this.#text.split("\r\n");
    this.#text = parts.pop() ?? "";
    for (const line of parts) if (line !== "") this.#take(line);
    if (this.#text !== ">") return;
    this.#text = "";
    this.#take(">");
  }

  #take(line: string): void {
    const [, payload] = /^\+QMTRECV: 0,\d+,"sturdy\/down",(.*)$/.exec(line) ?? [];
    if (payload !== undefined) this.commands.push(payload);
    if (/REBOOT_CAUSE|^\+QMTSTAT: /.test(line)) this.#linkLost(line);
    for (const waiter of [...this.#waiters]) if (waiter.fits(line)) waiter.found(line);
  }

  /** Nobody waits for an answer any more. */
  #linkLost(why: string): void {
    this.#isLinked = false;
    for (const { failed } of [...this.#waiters]) failed(new Failure(why));
  }

  #send(text: string): void {
    const bytes = Buffer.from(text, "latin1");
    setImmediate(() => {
      this.#clock.quiescence?.moved();
      this.#events?.onBytes(bytes);
    });
  }

  #sleep(span: number): Promise<void> {
    return new Promise((resolve) => this.#clock.alarm(this.#clock.now() + span, resolve));
  }

  #nextId(): number {
    this.#id = (this.#id % 65_535) + 1;
    return this.#id;
  }
}
