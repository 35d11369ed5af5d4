import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FarEnd } from "./channels.js";
import { type Bench, type Figure, inTurn, median } from "./figure.js";
import { command, end, start } from "./processes.js";
import { serialHost } from "./serial-host.js";

/** A tap may hold an answer up by less than this, in microseconds. */
const addedAtMost = { of: "difference", bound: "under", value: 1000 } as const;

/** From AT to OK on a pseudo-terminal, with a tap between host and module and without one. */
export const latencyOfTap: Bench = {
  name: "latency-tap",
  async run({ quick }) {
    const host = serialHost();
    const folder = mkdtempSync(join(tmpdir(), "bc28-bench-"));
    const modem = await opened(["--pty"]);
    const tapped = await opened(["--pty"]);
    const tap = await opened(["tap", "--device", tapped.line, "--trace", join(folder, "tap.jsonl")]);
    const count = quick ? 500 : 3000;
    const found = await inTurn(
      quick ? 3 : 7,
      () => host.latency(tap.line, count),
      () => host.latency(modem.line, count),
    );
    for (const process of [tap, tapped, modem]) await process.end();
    rmSync(folder, { recursive: true });
    const row = (which: "p50" | "p95" | "p99"): Figure => ({
      name: `AT to OK through a tap, ${which}`,
      unit: "us",
      ours: median(found.ours.map((round) => round[which])),
      theirs: median(found.theirs.map((round) => round[which])),
      than: "no tap",
      target: addedAtMost,
    });
    return [row("p50"), row("p95"), row("p99")];
  },
};

/** The command with a pseudo-terminal. */
async function opened(args: readonly string[]): Promise<FarEnd> {
  const { child, line } = await start(process.execPath, [command, ...args, "--json"]);
  return { line: JSON.parse(line).pty, end: () => end(child) };
}
