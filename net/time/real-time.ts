import type { Millis } from "../../mqtt/packet.js";

/** Resolves after a span of real time, whatever clock the module has. */
export const pause = (span: Millis): Promise<void> => new Promise((resolve) => setTimeout(resolve, span));

/** Resolves when `promise` does, and after a span of real time at the latest. Rejects where `promise` rejects before that. */
export async function atMost(span: Millis, promise: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, span);
  });
  await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
