import type { ManualClock } from "../manual-clock.js";
import type { Auditor } from "./auditor.js";
import type { Dialogue } from "./dialogue.js";
import { payloadOf } from "./message.js";
import { configure, goOffline, goOnline, subscribe } from "./online.js";
import type { Random } from "./random.js";

type Qos = 0 | 1 | 2;

const window = 5;
const minute = 60_000;

/** What the meter works with. */
export interface Equipment {
  readonly clock: ManualClock;
  readonly random: Random;
  readonly auditor: Auditor;
  readonly dialogue: Dialogue;
}

/** A metering device: the program on the host, as it is written in the field. */
export class Meter {
  readonly #equipment: Equipment;
  /** Readings that are still to be published, by their QoS. */
  readonly #readings: Qos[] = [];
  #lastId = 65_000; // so that the ids run over within the day
  #isSubscribed = false;
  #isStopping = false;

  constructor(equipment: Equipment) {
    this.#equipment = equipment;
    equipment.dialogue.onGivenUp = (qos) => qos > 0 && this.#readings.push(qos);
  }

  /** Commands can reach it from now on. */
  get isSubscribed(): boolean {
    return this.#isSubscribed;
  }

  measure(qos: Qos): void {
    this.#readings.push(qos);
  }

  /** No more readings come: what is there is brought to its end. */
  stop(): void {
    this.#isStopping = true;
  }

  async run(version: 3 | 4): Promise<void> {
    const { dialogue, auditor, random, clock } = this.#equipment;
    await configure(dialogue, version);
    while (!this.#isDone) {
      if ((await goOnline(dialogue, auditor)) && (await this.#isHeard())) await this.#work();
      if (!this.#isDone) await clock.sleep(random.between(1000, 40_000));
    }
  }

  get #isDone(): boolean {
    const { auditor } = this.#equipment;
    return this.#isStopping && this.#readings.length === 0 && !auditor.hasDue && !auditor.hasUndelivered;
  }

  /** The session is kept, so it need not subscribe each time, but many do. */
  async #isHeard(): Promise<boolean> {
    const { dialogue, auditor, random } = this.#equipment;
    if (this.#isSubscribed && random.chance(0.5)) return true;
    const granted = await subscribe(dialogue, auditor, this.#nextId());
    this.#isSubscribed ||= granted;
    if (!granted && dialogue.isConnected) await goOffline(dialogue, auditor, random);
    return granted;
  }

  /** Publishes until the link goes or it is time to sleep. */
  async #work(): Promise<void> {
    const { dialogue, auditor, random, clock } = this.#equipment;
    const until = clock.now() + random.between(15 * minute, 120 * minute);
    while (dialogue.isConnected) {
      if (this.#isDone || clock.now() >= until) await goOffline(dialogue, auditor, random);
      else if (this.#readings.length > 0 && (auditor.inFlight < window || random.chance(0.1))) await this.#publish();
      else await dialogue.line({ for: "+QMTPUB: ", within: 20_000 });
    }
  }

  async #publish(): Promise<void> {
    const { dialogue, auditor, random } = this.#equipment;
    const [qos = 0] = this.#readings;
    const wasFull = qos > 0 && auditor.inFlight >= window;
    const id = this.#nextId();
    const attempt = auditor.typed(id, qos);
    const payload = payloadOf(attempt);
    const isCounted = random.chance(0.5);
    const length = isCounted ? `,${payload.length}` : "";
    const prompt = await dialogue.command(`AT+QMTPUB=0,${id},${qos},0,"soak/up/${qos}"${length}`);
    const answer = prompt === ">" ? await this.#enter(isCounted ? payload : `${payload}\x1a`, id) : prompt;
    if (answer === "OK") {
      attempt.fate = "accepted";
      this.#readings.shift();
      return;
    }
    auditor.refused(attempt);
    const expected = wasFull ? "+CME ERROR: 159" : "+CME ERROR: 3";
    if (answer !== expected || (!wasFull && dialogue.isConnected)) auditor.complain(`id ${id} refused: ${answer}`);
    if (wasFull) await dialogue.line({ for: "+QMTPUB: ", within: 5000 });
  }

  /** Some hosts are slow: meanwhile results come due, or the link goes. */
  async #enter(octets: string, id: number): Promise<string> {
    const { dialogue, random, clock } = this.#equipment;
    const half = random.chance(0.15) ? random.between(1, octets.length - 1) : 0;
    if (half === 0) return dialogue.submit(octets);
    dialogue.type(octets.slice(0, half));
    await clock.sleep(random.between(100, id % 2 ? 2000 : 40_000));
    return dialogue.submit(octets.slice(half));
  }

  #nextId(): number {
    this.#lastId = (this.#lastId % 65_535) + 1;
    return this.#lastId;
  }
}
