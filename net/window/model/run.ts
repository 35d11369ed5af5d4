import type { RecordedEvent } from "../../trace/recorded-event.js";
import { firstLanes, type Lanes, lanesAfter } from "./lanes.js";
import { isPacketOf, type PacketFault, packetFaultOf } from "./packet-fault.js";

/** How many events are kept in the page; then the older half goes. */
const maxEvents = 200_000;
/** How far behind its packet a fault may stand that has caught it, in events. */
const nearby = 6;

/** A packet that came later than it was sent: the numbers of the fault that held it, and of its arrival. */
export interface Slant {
  readonly from: number;
  readonly to: number;
}

/** The events of a run in their order, with what each does to the lanes, and what comes of what. */
export class Run {
  events: RecordedEvent[] = [];
  /** What the lanes are behind each event. */
  lanes: Lanes[] = [];
  /** The packets that were sent and never arrived, by their numbers. */
  readonly lost = new Set<number>();
  readonly slants: Slant[] = [];
  /** How often old events were dropped, which changes the places of all others. */
  generation = 0;
  readonly #indexes = new Map<number, number>();
  readonly #children = new Map<number, number[]>();
  /** The faults that hold a packet of the broker which has not come yet. */
  #held: { readonly seq: number; readonly fault: PacketFault }[] = [];

  /** Adds events. Those that are known already are left out: a stream that was resumed may tell them again. */
  add(events: readonly RecordedEvent[]): void {
    for (const event of events) if (event.seq > this.lastSeq) this.#add(event);
    if (this.events.length > maxEvents) this.#dropOld();
  }

  /** The number of the last event; 0 where there is none. */
  get lastSeq(): number {
    return this.events.at(-1)?.seq ?? 0;
  }

  /** The event of a number. */
  event(seq: number): RecordedEvent | undefined {
    return this.events[this.#indexes.get(seq) ?? -1];
  }

  /** The place of an event among all; -1 where it is not known. */
  indexOf(seq: number): number {
    return this.#indexes.get(seq) ?? -1;
  }

  /** The numbers of the events that come of an event. */
  effectsOf(seq: number): readonly number[] {
    return this.#children.get(seq) ?? [];
  }

  #add(event: RecordedEvent): void {
    const { seq, cause } = event;
    this.#indexes.set(seq, this.events.length);
    this.lanes.push(lanesAfter(this.lanes.at(-1) ?? firstLanes, event));
    this.events.push(event);
    if (typeof cause === "number") {
      const siblings = this.#children.get(cause);
      if (siblings === undefined) this.#children.set(cause, [seq]);
      else siblings.push(seq);
    }
    this.#follow(event);
  }

  /** Finds the packet that a fault has caught, and the arrival of one that was held. */
  #follow(event: RecordedEvent): void {
    const fault = packetFaultOf(event);
    if (fault !== undefined) {
      if (fault.way === "received" && fault.isLate) this.#held.push({ seq: event.seq, fault });
      if (fault.way === "sent" && fault.isLost) this.#markLost(fault);
      return;
    }
    if (this.#held.length === 0 || event.kind !== "packet") return;
    const at = this.#held.findIndex(({ fault: held }) => isPacketOf(event, held));
    const [found] = at < 0 ? [] : this.#held.splice(at, 1);
    if (found !== undefined) this.slants.push({ from: found.seq, to: event.seq });
  }

  #markLost(fault: PacketFault): void {
    for (let at = this.events.length - 1; at >= 0 && at > this.events.length - nearby; at -= 1) {
      const event = this.events[at];
      if (event === undefined || !isPacketOf(event, fault) || this.lost.has(event.seq)) continue;
      this.lost.add(event.seq);
      return;
    }
  }

  #dropOld(): void {
    const kept = this.events.slice(this.events.length >> 1);
    const lanes = this.lanes.slice(this.lanes.length >> 1);
    const first = kept[0]?.seq ?? 0;
    this.events = kept;
    this.lanes = lanes;
    this.generation += 1;
    this.#indexes.clear();
    kept.forEach((event, index) => {
      this.#indexes.set(event.seq, index);
    });
    for (const cause of [...this.#children.keys()]) if (cause < first) this.#children.delete(cause);
    for (const seq of [...this.lost]) if (seq < first) this.lost.delete(seq);
  }
}

/** The most events that a chain has. */
const maxChain = 500;

/** The numbers of all that an event comes of, itself, and all that comes of it, in their order, without raw bytes. */
export function chainOf(run: Run, seq: number): readonly number[] {
  const chain = new Set<number>();
  for (let at: unknown = seq; typeof at === "number" && !chain.has(at); at = run.event(at)?.cause) chain.add(at);
  const waiting = [seq];
  for (let next = waiting.pop(); next !== undefined && chain.size < maxChain; next = waiting.pop()) {
    for (const child of run.effectsOf(next)) {
      if (chain.has(child)) continue;
      chain.add(child);
      waiting.push(child);
    }
  }
  const isShown = (each: number): boolean => each === seq || (run.event(each)?.kind ?? "bytes") !== "bytes";
  return [...chain].filter(isShown).sort((one, other) => one - other);
}
