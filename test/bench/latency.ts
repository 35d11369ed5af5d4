import { type Channel, channels, type FarEnd } from "./channels.js";
import type { Bench, Effort, Figure, Target } from "./figure.js";
import { inTurn, median } from "./figure.js";
import { Worker } from "./processes.js";
import { onProcessor } from "./processor.js";
import { type Percentiles, serialHost } from "./serial-host.js";

/** The target: at most `value` times as slow as the same channel with nothing behind it. */
const slower = (value: number): Target => ({ of: "ratio", bound: "at most", value });
/** Where no system stands in between, a ratio to nothing says little. */
const nothingButOurs = { of: "difference", bound: "at most", value: 10 } as const;

/** From AT to OK over each front end; the host is the same program everywhere, on the processor of the module. */
export const latency: Bench = {
  name: "latency",
  async run(effort) {
    const figures: Figure[] = [];
    for (const channel of channels) figures.push(...(await onProcessor(0, () => overChannel(channel, effort))));
    return figures;
  },
};

async function overChannel(
  { name, than, modem, bare, atMost = 1.5 }: Channel,
  { quick }: Effort,
): Promise<readonly Figure[]> {
  const host = serialHost();
  const ours = await modem();
  const theirs = await bare();
  const [count, rounds] = quick ? [500, 3] : [1500, 11];
  const play =
    ({ line }: FarEnd) =>
    () =>
      host.latency(line, count);
  const found = await inTurn(rounds, play(ours), play(theirs));
  await Promise.all([ours.end(), theirs.end()]);
  return rows(name, than, found, slower(atMost));
}

/** The same in one process, where host and module take turns: a host by the `serialport` package, beside the mock's port. */
export const latencyOfBinding: Bench = {
  name: "latency-binding",
  async run({ quick }) {
    const modem = new Worker<Percentiles>("binding-modem.js");
    const bare = new Worker<Percentiles>("binding-bare.js");
    const ask = (worker: Worker<Percentiles>) => () => worker.ask(`${quick ? 1000 : 5000}`);
    const found = await inTurn(quick ? 3 : 7, ask(modem), ask(bare));
    await Promise.all([modem.end(), bare.end()]);
    return rows("binding", "bare binding-mock", found, nothingButOurs);
  },
};

type Found = { readonly [side in "ours" | "theirs"]: readonly Percentiles[] };

function rows(name: string, than: string, { ours, theirs }: Found, target: Target): readonly Figure[] {
  const row = (which: "p50" | "p95"): Figure => ({
    name: `AT to OK, ${name}, ${which}`,
    unit: "us",
    ours: median(ours.map((round) => round[which])),
    theirs: median(theirs.map((round) => round[which])),
    than,
  });
  return [{ ...row("p50"), target }, row("p95")];
}
