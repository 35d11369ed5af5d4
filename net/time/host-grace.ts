import { type OpenPort, withWriteHook } from "../serial.js";
import type { Quiescence } from "./quiescence.js";
import { pause } from "./real-time.js";

/** How long hosts may read nothing while output waits for them, and how often that is looked at, in ms of real time. */
const stuckMs = 200;
const lookMs = 5;

/** Lets time wait while hosts read what waits for them. Returns what has to be called after each write. */
function waitingForReaders(unsent: () => number, quiescence: Quiescence, onRead: () => void): () => Promise<void> {
  let isWaiting = false;
  return async () => {
    if (isWaiting || unsent() === 0) return;
    isWaiting = true;
    const done = quiescence.asking();
    for (let left = unsent(), since = performance.now(); left > 0 && performance.now() - since < stuckMs; ) {
      await pause(lookMs);
      const now = unsent();
      if (now !== left) since = performance.now();
      left = now;
    }
    isWaiting = false;
    onRead();
    done();
  };
}

/**
 * The same front end for a manual clock: time waits until its hosts have had time to answer what they received. While
 * `isSending` returns true, more bytes are on their way to the host, and its time to answer has not begun.
 */
export function withHostGrace(open: OpenPort, quiescence: Quiescence, isSending = (): boolean => false): OpenPort {
  return async ({ onBytes, onChange }) => {
    let isHere = false;
    let isAttached = false;
    const note = (): void => quiescence.spoken({ isElsewhere: isAttached && !isHere });
    const port = await open({
      onBytes(bytes) {
        note();
        onBytes(bytes);
      },
      onChange(change) {
        if (change.kind === "attach" || change.kind === "detach") isAttached = change.kind === "attach";
        note(); // a host that has just attached is about to send something
        onChange(change);
      },
    });
    isHere = port.isHere === true;
    const wrote = waitingForReaders(() => port.unsent ?? 0, quiescence, note);
    return withWriteHook(port, () => {
      if (isAttached && !isSending()) note();
      if (port.unsent !== undefined) queueMicrotask(wrote);
    });
  };
}
