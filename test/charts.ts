import { readCommandLine } from "../bin/command-line.js";
import { readChartOptions } from "../bin/commands/show.js";
import { Chart } from "../net/trace/chart/chart.js";
import type { ReadHeader } from "../net/trace/read-trace.js";
import type { RecordedEvent } from "../net/trace/recorded-event.js";
import { blocksIn, eventsOf } from "./conversation.js";

/** The file of the charts that are compared. */
export const chartFile = "charts.md";

const header: ReadHeader = {
  format: "bc28-emu trace",
  version: 1,
  program: "0.1.0",
  started: "2026-01-01T00:00:00.000Z",
  profile: "bc28",
  quirks: {},
  timing: "instant",
  seed: 0,
  timeScale: 1,
  faults: [],
  scenarios: [],
};

/** The chart of some events, as `bc28-emu show` with these flags prints it without colour. */
export function chartOf(events: readonly RecordedEvent[], flags: readonly string[]): readonly string[] {
  const options = readChartOptions(readCommandLine(["show", "-", ...flags]).flags, { width: 100, colour: false });
  const chart = new Chart(options);
  const shown = events.filter(({ t }) => !chart.isPast(t));
  return [...chart.head(header), ...shown.flatMap((event) => chart.add(event)), ...chart.end()];
}

/** The events of a conversation in the file of the charts, by its heading. Throws an Error if there is none. */
export function eventsOfChart(name: string): readonly RecordedEvent[] {
  const block = blocksIn(chartFile).find((each) => each.name === name);
  if (block === undefined) throw new Error(`there is no conversation ${JSON.stringify(name)} in ${chartFile}`);
  return eventsOf(block);
}
