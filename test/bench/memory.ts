import { startBenchBroker } from "./broker.js";
import type { Bench, Figure } from "./figure.js";
import { Worker } from "./processes.js";

/** What the heap may grow by, in MB: less than 100 bytes a message. */
const growth = { of: "difference", bound: "at most", value: 1 } as const;

/** Memory after much use, beside memory after a tenth of it. */
export const memory: Bench = {
  name: "memory",
  async run({ quick }) {
    const broker = await startBenchBroker();
    const modem = new Worker("memory-modem.js", ["--expose-gc"]);
    const figures: Figure[] = [];
    for (const [work, most] of [
      ["publish", quick ? 10_000 : 100_000],
      ["connect", quick ? 400 : 2000],
    ] as const) {
      const measure = async (count: number) => {
        await modem.ask(`${work} ${broker.port} ${count}`);
        return { heap: await modem.ask("heap"), rss: await modem.ask("rss") };
      };
      const before = await measure(most / 10);
      const after = await measure(most - most / 10);
      const name = work === "publish" ? `${most} publishes` : `${most} connects`;
      const row = { unit: "MB", than: "after a tenth" };
      figures.push(
        { ...row, name: `heap after ${name}`, ours: after.heap, theirs: before.heap, target: growth },
        { ...row, name: `RSS after ${name}`, ours: after.rss, theirs: before.rss },
      );
    }
    await Promise.all([modem.end(), broker.close()]);
    return figures;
  },
};
