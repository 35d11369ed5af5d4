import type { TraceEvent } from "../trace.js";
import type { AwaitedEvent, PacketType } from "./language/sentence.js";
import type { Moments } from "./moments.js";
import { fits } from "./pattern.js";
import type { Stage } from "./stage.js";

/** Something that waits for an event. */
interface Waiter {
  readonly what: AwaitedEvent;
  readonly again: boolean;
  readonly happened: () => void;
}

/** An event that has happened, with the values that an awaited event is compared with. */
export type Event =
  | { readonly kind: Exclude<AwaitedEvent["kind"], "at" | "hostSends" | "moduleSays" | "packet"> }
  | { readonly kind: "hostSends" | "moduleSays"; readonly line: string }
  | { readonly kind: "packet"; readonly packet: PacketType; readonly way: "sent" | "received" };

/** The events that faults and scenarios wait for. A waiter acts after everything that is being done now. */
export class AwaitedEvents {
  readonly #stage: Stage;
  readonly #moments: Moments;
  #waiters: Waiter[] = [];

  constructor(stage: Stage, moments: Moments) {
    this.#stage = stage;
    this.#moments = moments;
  }

  get count(): number {
    return this.#waiters.length;
  }

  /** Whether a waiter needs events that the module makes only when it is traced: lines that it says, and datagrams. */
  get needsTrace(): boolean {
    return this.#waiters.some(({ what: { kind } }) => kind === "moduleSays" || kind.startsWith("datagram"));
  }

  /** Waits for an event, once or each time. Returns a function that ends the waiting. */
  wait(what: AwaitedEvent, again: boolean, happened: () => void): () => void {
    const soon = (): void => this.#stage.soon(happened);
    if (what.kind === "at") return this.#moments.wait(what.at, again, soon);
    const waiter: Waiter = { what, again, happened: soon };
    this.#waiters.push(waiter);
    return () => this.#drop(waiter);
  }

  /** Calls the waiters of an event; returns whether there were any. */
  note(event: Event): boolean {
    if (this.#waiters.length === 0) return false;
    const woken = this.#waiters.filter(({ what }) => isAwaited(what, event));
    for (const waiter of woken) {
      if (!waiter.again) this.#drop(waiter);
      waiter.happened();
    }
    return woken.length > 0;
  }

  #drop(waiter: Waiter): void {
    this.#waiters = this.#waiters.filter((other) => other !== waiter);
  }
}

function isAwaited(what: AwaitedEvent, event: Event): boolean {
  if (what.kind !== event.kind) return false;
  if (what.kind === "packet" && event.kind === "packet") return what.packet === event.packet && what.way === event.way;
  if ("line" in what && "line" in event) return fits(what.line, event.line);
  return true;
}

/** The event of a change of a TCP socket: that of a link. Undefined: none. */
function socketEvent(state: Extract<TraceEvent, { readonly kind: "socket" }>["state"]): Event | undefined {
  if (state === "dialled") return { kind: "dialled" };
  if (state === "up") return { kind: "linkUp" };
  return state === "down" ? { kind: "linkDown" } : undefined;
}

/** The event that a trace event stands for; undefined: none. */
export function eventIn(event: TraceEvent): Event | undefined {
  switch (event.kind) {
    case "answer":
    case "urc":
      return { kind: "moduleSays", line: event.line };
    case "dial":
      return { kind: "dialled" };
    case "up":
      return { kind: "linkUp" };
    case "down":
    case "hangUp":
      return { kind: "linkDown" };
    case "socket":
      return socketEvent(event.state);
    case "datagram":
      return { kind: event.way === "sent" ? "datagramSent" : "datagramReceived" };
    case "phase":
      return event.phase === "connected" ? { kind: "connected" } : undefined;
    case "network":
      return event.state === "awake" ? undefined : { kind: event.state };
    case "booted":
      return { kind: "booted" };
    default:
      return undefined;
  }
}
