import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { crowd } from "./crowd.js";
import { day } from "./day.js";
import type { Bench, Effort, Figure } from "./figure.js";
import { idle } from "./idle.js";
import { latency, latencyOfBinding } from "./latency.js";
import { memory } from "./memory.js";
import { endAll } from "./processes.js";
import { publish, publishOverPty } from "./publish.js";
import { receive, receiveOverPty } from "./receive.js";
import { sockets } from "./sockets.js";
import { startModem } from "./start-modem.js";
import { startUp } from "./start-up.js";
import { rowsOf, table } from "./table.js";
import { latencyOfTap } from "./tap.js";
import { trace } from "./trace.js";

const benches: readonly Bench[] = [
  startUp,
  startModem,
  latency,
  latencyOfBinding,
  latencyOfTap,
  publish,
  publishOverPty,
  receive,
  receiveOverPty,
  day,
  crowd,
  idle,
  memory,
  sockets,
  trace,
];

const { values } = parseArgs({
  options: { quick: { type: "boolean" }, json: { type: "boolean" }, only: { type: "string", multiple: true } },
});
const quick = values.quick === true;
const effort: Effort = quick ? { rounds: 1, seconds: 0.5, quick } : { rounds: 5, seconds: 1, quick };

const machine = () => ({ node: process.version, cpus: cpus().length, load: loadavg()[0] });

async function measure(): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const bench of benches) {
    if (values.only !== undefined && !values.only.includes(bench.name)) continue;
    process.stderr.write(`${bench.name} ...\n`);
    figures.push(...(await bench.run(effort)));
  }
  return figures;
}

try {
  const before = machine();
  const figures = await measure();
  const told = values.json ? JSON.stringify({ ...before, figures: rowsOf(figures) }, undefined, 2) : table(figures);
  process.stdout.write(`${told}\n`);
} finally {
  endAll();
}
