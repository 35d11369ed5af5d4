import type { Bench } from "./figure.js";
import { sideBySide } from "./figure.js";
import { command, end, run, start } from "./processes.js";

async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

async function untilReady(): Promise<number> {
  const from = performance.now();
  const { child } = await start(process.execPath, [command, "--pty", "--json"]);
  const span = performance.now() - from;
  await end(child);
  return span;
}

/** From the start of the process to its ready line. */
export const startUp: Bench = {
  name: "start",
  async run({ quick }) {
    const found = await sideBySide(quick ? 5 : 15, untilReady, () => timed(() => run(process.execPath, ["-e", "0"])));
    const target = { of: "difference", bound: "at most", value: 150 } as const;
    return [{ name: "start to ready", unit: "ms", ...found, than: "node -e 0", target }];
  },
};
