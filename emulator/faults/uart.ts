import type { Millis } from "../../mqtt/packet.js";
import type { Effect } from "../io.js";
import type { Fault } from "./fault.js";
import type { HostWay } from "./language/sentence.js";
import type { ActiveRule, RuleOf } from "./rules.js";
import type { Stage } from "./stage.js";

/** Output that has not left yet: bytes, or a change of the speed. */
type Waiting = Extract<Effect, { readonly to: "host" | "port" }>;

/** How many bits the UART sends for a byte: one start bit, eight bits, one stop bit. */
const bitsPerByte = 10;

const nothing: Uint8Array = Buffer.alloc(0);

/** The faults of the seam `UART`: bytes are lost and flipped, output is cut, and the host's buffer overruns. */
export class UartFaults {
  readonly #stage: Stage;
  #baud: number;
  /** Output that waits to be cut, and when the next piece may leave. */
  #waiting: Waiting[] = [];
  #nextPiece: Millis = 0;
  #stopAlarm: (() => void) | undefined;
  /** How full the host's buffer was, and when. */
  #filled = 0;
  #filledAt: Millis = 0;

  constructor(stage: Stage, baud: number) {
    this.#stage = stage;
    this.#baud = baud;
  }

  get isIdle(): boolean {
    return this.#waiting.length === 0;
  }

  /** The UART runs at this speed, in bits per second. */
  set baud(baud: number) {
    this.#baud = baud;
  }

  /** The module is to get these bytes. */
  fromHost(bytes: Uint8Array): void {
    const left = this.#damaged(bytes, "fromHost");
    if (left.length > 0) this.#stage.give({ from: "host", bytes: left });
  }

  /** The host is to get these bytes. */
  toHost(effect: Extract<Effect, { readonly to: "host" }>): void {
    if (this.#cut === undefined && this.isIdle) this.#send(effect.bytes);
    else if (this.#stage.hold(effect.bytes.length)) this.#wait(effect);
    else this.#stage.put({ to: "trace", event: { kind: "dropped", bytes: effect.bytes.length, why: "fault" } });
  }

  /** The UART gets another speed, or loses what has not left yet. */
  set(effect: Extract<Effect, { readonly to: "port" }>): void {
    if (effect.cut) this.#forget();
    if (this.isIdle) this.#put(effect);
    else this.#wait(effect);
  }

  /** Sends everything that waits to be cut. */
  flush(): void {
    this.#stopAlarm?.();
    this.#stopAlarm = undefined;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) this.#leave(next);
  }

  #wait(effect: Waiting): void {
    this.#waiting.push(effect);
    this.#setAlarm();
  }

  #forget(): void {
    for (const effect of this.#waiting) if (effect.to === "host") this.#stage.release(effect.bytes.length);
    this.#waiting = this.#waiting.filter(({ to }) => to === "port");
  }

  get #cut(): ActiveRule<RuleOf<"cutOutput">> | undefined {
    return this.#stage.rules.of("cutOutput").at(-1);
  }

  #setAlarm(): void {
    if (this.#stopAlarm !== undefined || this.isIdle) return;
    this.#stopAlarm = this.#stage.at(Math.max(this.#nextPiece, this.#stage.now), () => {
      this.#stopAlarm = undefined;
      this.#sendPiece();
      this.#setAlarm();
    });
  }

  #sendPiece(): void {
    const [first] = this.#waiting;
    const active = this.#cut;
    if (active === undefined) {
      this.flush();
      return;
    }
    if (first?.to !== "host") {
      this.#waiting.shift();
      if (first !== undefined) this.#leave(first);
      return;
    }
    const { fault, rule } = active;
    if (fault.hits === 0) this.#stage.hit(fault, "begins");
    const size = fault.draw(rule.bytes);
    const rest = first.bytes.subarray(size);
    this.#waiting.splice(0, 1, ...(rest.length === 0 ? [] : [{ to: "host", bytes: rest } as const]));
    this.#nextPiece = this.#stage.now + fault.drawSpan(rule.every);
    this.#leave({ to: "host", bytes: first.bytes.subarray(0, size) });
  }

  #leave(effect: Waiting): void {
    if (effect.to === "port") {
      this.#put(effect);
      return;
    }
    this.#stage.release(effect.bytes.length);
    this.#send(effect.bytes);
  }

  #put(effect: Extract<Effect, { readonly to: "port" }>): void {
    this.#baud = effect.speed;
    this.#stage.put(effect);
  }

  #send(bytes: Uint8Array): void {
    const kept = this.#buffered(this.#damaged(bytes, "toHost"));
    if (kept.length > 0) this.#stage.put({ to: "host", bytes: kept });
  }

  /** The bytes that the host's buffer has room for. It drains at the line's speed. */
  #buffered(bytes: Uint8Array): Uint8Array {
    const active = this.#stage.rules.of("hostBuffer").at(-1);
    if (active === undefined || bytes.length === 0) return bytes;
    const { now } = this.#stage;
    const drained = ((now - this.#filledAt) * this.#baud) / (1000 * bitsPerByte);
    const room = active.rule.bytes - Math.max(0, this.#filled - drained);
    const kept = bytes.subarray(0, Math.max(0, Math.floor(room)));
    this.#filled = active.rule.bytes - room + kept.length;
    this.#filledAt = now;
    const lost = bytes.length - kept.length;
    if (lost > 0) this.#stage.hit(active.fault, `${count(lost)} lost`);
    return kept;
  }

  /** The bytes after what the line does to them. */
  #damaged(bytes: Uint8Array, way: HostWay): Uint8Array {
    const { rules } = this.#stage;
    if (!rules.of("bytes").some(({ rule }) => rule.way === way)) return bytes;
    const hits = new Map<Fault, number>();
    const damaged: number[] = [];
    for (const byte of bytes) {
      const active = rules.take("bytes", (rule) => rule.way === way);
      if (active !== undefined) hits.set(active.fault, (hits.get(active.fault) ?? 0) + 1);
      if (active === undefined) damaged.push(byte);
      else if (active.rule.verb === "flip") damaged.push(byte ^ (1 << active.fault.draw({ min: 0, max: 7 })));
    }
    for (const [fault, bytes] of hits)
      this.#stage.hit(fault, `${count(bytes)} ${way === "toHost" ? "to" : "from"} the host`, bytes);
    return hits.size === 0 ? bytes : damaged.length === 0 ? nothing : Buffer.from(damaged);
  }
}

const count = (bytes: number): string => (bytes === 1 ? "1 byte" : `${bytes} bytes`);
