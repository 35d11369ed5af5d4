import type { Bench, Figure } from "./figure.js";
import { Worker } from "./processes.js";

/** What the heap may grow by, in MB. */
const growth = { of: "difference", bound: "at most", value: 1 } as const;
const noLoss = { of: "ours", bound: "at most", value: 0 } as const;

const kinds = [
  ["udp", "datagrams"],
  ["tcp", "messages"],
] as const;

/** What a worker has done. */
interface Done {
  readonly seconds: number;
  readonly lost: number;
  readonly heap: number;
  readonly rss: number;
}

/** Messages over the module's sockets on loopback, each echoed, beside the same by Node's own sockets. */
export const sockets: Bench = {
  name: "sockets",
  async run({ quick }) {
    const most = quick ? 5000 : 100_000;
    const figures: Figure[] = [];
    for (const [kind, what] of kinds) {
      const [modem, bare] = [new Worker<Done>("socket-modem.js", ["--expose-gc"]), new Worker<Done>("socket-bare.js")];
      const early = await modem.ask(`${kind} ${most / 10}`);
      const late = await modem.ask(`${kind} ${most - most / 10}`);
      const beside = await bare.ask(`${kind} ${most / 10}`);
      await Promise.all([modem.end(), bare.end()]);
      const name = `${most} ${what} each way`;
      figures.push(
        {
          ...{ name: `${kind}, ${what} there and back`, unit: "/s", than: "Node's sockets" },
          ...{ ours: (most - most / 10) / late.seconds, theirs: most / 10 / beside.seconds },
        },
        {
          ...{ name: `${kind}, lost of ${name}`, unit: "", than: "Node's sockets", target: noLoss },
          ...{ ours: early.lost + late.lost, theirs: beside.lost },
        },
        {
          ...{ name: `${kind}, heap after ${name}`, unit: "MB", than: "after a tenth", target: growth },
          ...{ ours: late.heap, theirs: early.heap },
        },
        {
          ...{ name: `${kind}, RSS after ${name}`, unit: "MB", than: "after a tenth" },
          ...{ ours: late.rss, theirs: early.rss },
        },
      );
    }
    return figures;
  },
};
