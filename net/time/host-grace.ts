import { type OpenPort, withWriteHook } from "../serial.js";
import type { Quiescence } from "./quiescence.js";

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
    return withWriteHook(port, () => {
      if (isAttached && !isSending()) note();
    });
  };
}
