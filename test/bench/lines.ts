import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { command, start } from "./processes.js";

export { end } from "./processes.js";

/** A process with a pseudo-terminal. */
export interface Line {
  readonly path: string;
  readonly child: ChildProcess;
}

/** The command as users start it, with more flags. */
export async function modemOnPty(flags: readonly string[] = []): Promise<Line> {
  const { child, line } = await start(process.execPath, [command, "--pty", "--json", ...flags]);
  return { child, path: JSON.parse(line).pty };
}

/** A program that does nothing but answer on the same kind of pseudo-terminal. */
export async function bareLine(part: "publish" | "publish-mqtt" | "receive"): Promise<Line> {
  const { child, line } = await start(process.execPath, [fileURLToPath(new URL("bare.js", import.meta.url)), part]);
  return { child, path: line };
}
