import type { Millis } from "../../mqtt/packet.js";
import type { Stage } from "./stage.js";

/** Something on its way, with its size in bytes. */
interface Travelling<T> {
  readonly item: T;
  readonly bytes: number;
  readonly at: Millis;
}

/** How something travels. */
interface Pace {
  /** How long it takes, in ms. */
  readonly latency: Millis;
  /** How many bytes leave in a second; undefined: all at once. */
  readonly bytesPerSecond: number | undefined;
}

/** How things travel now, by the rules in force. */
export function paceOf(stage: Stage): Pace {
  const late = stage.rules.of("latency").at(-1);
  const slow = stage.rules.of("bandwidth").at(-1);
  for (const active of [late, slow]) if (active?.fault.hits === 0) stage.hit(active.fault, "begins");
  return {
    latency: late === undefined ? 0 : late.fault.drawSpan(late.rule.by),
    bytesPerSecond: slow?.rule.bytesPerSecond,
  };
}

/** One direction of a link: things arrive in their order. */
export class Pipe<T> {
  readonly #stage: Stage;
  readonly #arrive: (item: T) => void;
  #travelling: Travelling<T>[] = [];
  #isBlocked = false;
  /** When the last thing arrives, and when the line is free again. */
  #last: Millis = 0;
  #free: Millis = 0;
  #stopAlarm: (() => void) | undefined;

  constructor(stage: Stage, arrive: (item: T) => void) {
    this.#stage = stage;
    this.#arrive = arrive;
  }

  get isEmpty(): boolean {
    return this.#travelling.length === 0;
  }

  /** Sends something; false where no more may be held back. It arrives inside this call where nothing slows it down. */
  send(item: T, bytes: number, { latency, bytesPerSecond }: Pace): boolean {
    const { now } = this.#stage;
    const leaves = bytesPerSecond === undefined ? now : Math.max(this.#free, now) + (bytes * 1000) / bytesPerSecond;
    if (bytesPerSecond !== undefined) this.#free = leaves;
    const at = Math.max(this.#last, Math.ceil(leaves + latency));
    if (at <= now && this.isEmpty && !this.#isBlocked) {
      this.#arrive(item);
      return true;
    }
    if (!this.#stage.hold(bytes)) return false;
    this.#last = at;
    this.#travelling.push({ item, bytes, at });
    this.#setAlarm();
    return true;
  }

  /** Nothing arrives until it is opened. */
  set isBlocked(isBlocked: boolean) {
    this.#isBlocked = isBlocked;
    this.#stopAlarm?.();
    this.#stopAlarm = undefined;
    this.#setAlarm();
  }

  get isBlocked(): boolean {
    return this.#isBlocked;
  }

  /** Loses everything that is on its way. */
  clear(): void {
    for (const { bytes } of this.#travelling) this.#stage.release(bytes);
    this.#travelling = [];
    this.#stopAlarm?.();
    this.#stopAlarm = undefined;
  }

  /** Lets everything arrive at once. */
  flush(): void {
    const items = this.#travelling;
    this.clear();
    for (const { item } of items) this.#arrive(item);
  }

  #setAlarm(): void {
    const [first] = this.#travelling;
    if (first === undefined || this.#isBlocked || this.#stopAlarm !== undefined) return;
    this.#stopAlarm = this.#stage.at(first.at, () => {
      this.#stopAlarm = undefined;
      this.#travelling.shift();
      this.#stage.release(first.bytes);
      this.#arrive(first.item);
      this.#setAlarm();
    });
  }
}
