import type { Effect } from "../../emulator/io.js";
import { Log } from "../../net/log.js";

/** What the log shows of some effects at its most talkative, line by line. */
export function traceLines(effects: readonly Effect[]): readonly string[] {
  const lines: string[] = [];
  const log = new Log("trace", (line) => lines.push(line.trimEnd()));
  for (const effect of effects) if (effect.to === "trace") log.event(effect.event);
  return lines;
}
