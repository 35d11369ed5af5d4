import type { OpenPort } from "../serial.js";
import { withWriteHook } from "../serial.js";
import type { Quiescence } from "./quiescence.js";

/**
 * The same front end; time waits for what its hosts say to what they have heard. While `isSpeaking` they are not at the
 * end of it: more is on its way.
 */
export function withHostGrace(open: OpenPort, movement: Quiescence, isSpeaking = (): boolean => false): OpenPort {
  return async ({ onBytes, onChange }) => {
    let isHere = false;
    let isAttached = false;
    const note = (): void => movement.spoken({ isElsewhere: isAttached && !isHere });
    const port = await open({
      onBytes(bytes) {
        note();
        onBytes(bytes);
      },
      onChange(change) {
        if (change.kind === "attach" || change.kind === "detach") isAttached = change.kind === "attach";
        note(); // who has just come is about to speak
        onChange(change);
      },
    });
    isHere = port.isHere === true;
    return withWriteHook(port, () => {
      if (isAttached && !isSpeaking()) note();
    });
  };
}
