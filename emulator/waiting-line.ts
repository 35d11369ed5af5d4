import type { FinalResult } from "../at/format.js";
import type { Octets } from "../at/octets.js";
import type { Context } from "./context.js";
import type { LineResult } from "./run-line.js";

/** The answer to a line waits until its request is done. The module is busy until then. */
export function waitForResult({ ram }: Context, line: Octets | undefined, { blocks }: LineResult): void {
  ram.waiting = { line, blocks };
  ram.commandQueue.hold(answerWith(blocks, "OK"), Number.POSITIVE_INFINITY);
}

/** The request is done: the line that waits for it, if there is one, gets its final result. */
export function finishWaiting({ ram, hostFaults, now }: Context, result: FinalResult): void {
  const { waiting } = ram;
  ram.waiting = undefined;
  if (waiting === undefined) return;
  ram.commandQueue.hold(answerWith(waiting.blocks, result), now + hostFaults.delayOf(waiting.line));
}

const answerWith = (blocks: LineResult["blocks"], result: FinalResult) =>
  ({ kind: "answer", answer: { blocks, ending: { kind: "final", result } } }) as const;
