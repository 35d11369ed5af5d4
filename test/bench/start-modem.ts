import type { Bench } from "./figure.js";
import { sideBySide } from "./figure.js";
import { Worker } from "./processes.js";

/** A modem of the kit for tests, with its broker, in a process that is warm: beside the broker's two halves alone. */
export const startModem: Bench = {
  name: "start-modem",
  async run({ quick }) {
    const workers = [new Worker("starting.js"), new Worker("starting.js")] as const;
    const ask = (worker: Worker, what: string) => () => worker.ask(`${what} ${quick ? 50 : 200}`);
    const [ours, theirs] = [ask(workers[0], "modem"), ask(workers[1], "broker")];
    for (const start of [ours, theirs]) await start(); // until the code is compiled
    const found = await sideBySide(quick ? 1 : 5, ours, theirs);
    await Promise.all(workers.map((worker) => worker.end()));
    const target = { of: "ours", bound: "at most", value: 5 } as const;
    return [{ name: "startModem() of the kit, p50", unit: "ms", ...found, than: "Aedes and net.listen", target }];
  },
};
