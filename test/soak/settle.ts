import type { Logbook } from "./logbook.js";

/** One turn of the event loop: what has reached a socket is read. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const hops = 10; // from the module by way of the proxy to the broker and back, with turns to spare

/**
 * Lets real I/O come to rest before the time goes on: virtual time must never run ahead of an acknowledgement that is
 * on its way. The loopback is instant, so only the broker can keep one waiting: `roundTrip` ends when it has answered
 * to all that had reached it.
 */
export async function settle(book: Logbook, roundTrip: () => Promise<void>): Promise<void> {
  for (let quiet = 0; quiet < 2; quiet++) {
    const seen = book.events;
    for (let hop = 0; hop < hops; hop++) await turn();
    await roundTrip();
    if (book.events !== seen) quiet = -1;
  }
}
