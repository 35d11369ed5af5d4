import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startBenchBroker } from "./broker.js";
import type { Bench, Figure } from "./figure.js";
import { sideBySide } from "./figure.js";
import { end, type Line, modemOnPty } from "./lines.js";
import { onProcessor } from "./processor.js";
import { serialHost } from "./serial-host.js";

const warmUp = 3; // seconds
const target = { of: "ratio", bound: "at least", value: 0.85 } as const;

/** Publishes over a pseudo-terminal while events are recorded: into a file, and for a control port that nobody asks. */
export const trace: Bench = {
  name: "trace",
  async run({ rounds, seconds }) {
    const folder = mkdtempSync(join(tmpdir(), "bc28-emu-bench-"));
    const host = serialHost();
    const broker = await onProcessor(0, startBenchBroker);
    const bare = await onProcessor(1, () => modemOnPty());
    const traced = await onProcessor(1, () => modemOnPty(["--trace", join(folder, "run.jsonl")]));
    const controlled = await onProcessor(1, () => modemOnPty(["--control", "0"]));
    const play =
      ({ path }: Line, span = seconds) =>
      () =>
        onProcessor(0, () => host.play(path, "publish", span, `${broker.port}`, "1"));
    for (const line of [bare, traced, controlled]) await play(line, warmUp)(); // until the code is compiled
    const figures: Figure[] = [];
    for (const [name, line] of [
      ["--trace FILE", traced],
      ["--control", controlled],
    ] as const) {
      const found = await sideBySide(rounds, play(line), play(bare));
      figures.push({ name: `publish QoS 1, PTY, ${name}`, unit: "/s", ...found, than: "without", target });
    }
    await Promise.all([...[bare, traced, controlled].map(({ child }) => end(child)), broker.close()]);
    rmSync(folder, { recursive: true });
    return figures;
  },
};
