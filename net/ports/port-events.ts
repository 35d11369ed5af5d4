import type { PortChange, PortEvents } from "../serial.js";

/**
 * Queues the events of a front end and delivers them in order in a microtask, so that no event is delivered from inside
 * a method of the front end. Dropped bytes that are reported while others wait are added up.
 */
export class PortEventQueue {
  readonly #events: PortEvents;
  #queue: (() => void)[] = [];
  #droppedBytes = 0;
  #stopped = false;

  constructor(events: PortEvents) {
    this.#events = events;
  }

  /** Queues bytes from the host. */
  emitBytes(bytes: Uint8Array): void {
    this.#enqueue(() => this.#events.onBytes(bytes));
  }

  /** Queues a change of the port. */
  emitChange(change: PortChange): void {
    this.#enqueue(() => this.#events.onChange(change));
  }

  /** Queues the number of bytes towards the host that are lost; 0 queues nothing. */
  emitDropped(bytes: number): void {
    if (bytes === 0) return;
    if (this.#droppedBytes === 0) {
      this.#enqueue(() => {
        const dropped = this.#droppedBytes;
        this.#droppedBytes = 0;
        this.#events.onChange({ kind: "dropped", bytes: dropped });
      });
    }
    this.#droppedBytes += bytes;
  }

  /** Delivers nothing any more, not even what is queued already. */
  stop(): void {
    this.#stopped = true;
    this.#queue = [];
  }

  #enqueue(deliver: () => void): void {
    if (this.#stopped) return;
    this.#queue.push(deliver);
    if (this.#queue.length === 1) queueMicrotask(() => this.#deliverAll());
  }

  #deliverAll(): void {
    for (const deliver of this.#queue) if (!this.#stopped) deliver();
    this.#queue = [];
  }
}
