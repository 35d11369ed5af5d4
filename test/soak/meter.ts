import type { ManualClock } from "../manual-clock.js";
import type { Random } from "../random.js";
import type { DeliveryCheck } from "./delivery-check.js";
import { payloadOf } from "./message.js";
import type { ModuleDriver } from "./module-driver.js";
import { configure, goOffline, goOnline, subscribe } from "./mqtt-steps.js";

type Qos = 0 | 1 | 2;

/** How many publishes the meter has in flight. */
const maxInFlight = 5;
const minute = 60_000;

/** What the meter uses. */
export interface MeterParts {
  readonly clock: ManualClock;
  readonly random: Random;
  readonly check: DeliveryCheck;
  readonly driver: ModuleDriver;
}

/** A metering device: the program on its host, as such programs are in the field. */
export class Meter {
  readonly #parts: MeterParts;
  /** The QoS of each reading that is to be published. */
  readonly #readings: Qos[] = [];
  #lastId = 65_000; // so that the ids wrap within the day
  #isSubscribed = false;
  #isStopping = false;

  constructor(parts: MeterParts) {
    this.#parts = parts;
    parts.driver.onGivenUp = (qos) => qos > 0 && this.#readings.push(qos);
  }

  /** Whether it has subscribed to commands. */
  get isSubscribed(): boolean {
    return this.#isSubscribed;
  }

  /** Adds a reading. */
  measure(qos: Qos): void {
    this.#readings.push(qos);
  }

  /** Ends `run` when all readings are published. */
  stop(): void {
    this.#isStopping = true;
  }

  async run(version: 3 | 4): Promise<void> {
    const { driver, check, random, clock } = this.#parts;
    await configure(driver, version);
    while (!this.#isDone) {
      if ((await goOnline(driver, check)) && (await this.#subscribe())) await this.#work();
      if (!this.#isDone) await clock.sleep(random.between(1000, 40_000));
    }
  }

  get #isDone(): boolean {
    const { check } = this.#parts;
    return this.#isStopping && this.#readings.length === 0 && !check.hasDue && !check.hasUndelivered;
  }

  /** Subscribes to commands. The session is kept, so half of the time it does not subscribe again. */
  async #subscribe(): Promise<boolean> {
    const { driver, check, random } = this.#parts;
    if (this.#isSubscribed && random.chance(0.5)) return true;
    const granted = await subscribe(driver, check, this.#nextId());
    this.#isSubscribed ||= granted;
    if (!granted && driver.isConnected) await goOffline(driver, check, random);
    return granted;
  }

  /** Publishes until the link ends or it is time to go offline. */
  async #work(): Promise<void> {
    const { driver, check, random, clock } = this.#parts;
    const until = clock.now() + random.between(15 * minute, 120 * minute);
    while (driver.isConnected) {
      if (this.#isDone || clock.now() >= until) await goOffline(driver, check, random);
      else if (this.#readings.length > 0 && (check.inFlight < maxInFlight || random.chance(0.1))) await this.#publish();
      else await driver.line({ for: "+QMTPUB: ", within: 20_000 });
    }
  }

  async #publish(): Promise<void> {
    const { driver, check, random } = this.#parts;
    const [qos = 0] = this.#readings;
    const wasFull = qos > 0 && check.inFlight >= maxInFlight;
    const id = this.#nextId();
    const attempt = check.publishing(id, qos);
    const payload = payloadOf(attempt);
    const isCounted = random.chance(0.5);
    const length = isCounted ? `,${payload.length}` : "";
    const prompt = await driver.command(`AT+QMTPUB=0,${id},${qos},0,"soak/up/${qos}"${length}`);
    const answer = prompt === ">" ? await this.#enterPayload(isCounted ? payload : `${payload}\x1a`, id) : prompt;
    if (answer === "OK") {
      attempt.state = "accepted";
      this.#readings.shift();
      return;
    }
    check.refused(attempt);
    const expected = wasFull ? "+CME ERROR: 159" : "+CME ERROR: 3";
    if (answer !== expected || (!wasFull && driver.isConnected)) check.fail(`id ${id} refused: ${answer}`);
    if (wasFull) await driver.line({ for: "+QMTPUB: ", within: 5000 });
  }

  /** Sends a payload, sometimes with a long pause, in which results come or the link ends. */
  async #enterPayload(octets: string, id: number): Promise<string> {
    const { driver, random, clock } = this.#parts;
    const half = random.chance(0.15) ? random.between(1, octets.length - 1) : 0;
    if (half === 0) return driver.sendEnd(octets);
    driver.send(octets.slice(0, half));
    await clock.sleep(random.between(100, id % 2 ? 2000 : 40_000));
    return driver.sendEnd(octets.slice(half));
  }

  #nextId(): number {
    this.#lastId = (this.#lastId % 65_535) + 1;
    return this.#lastId;
  }
}
