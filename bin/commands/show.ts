import { momentOf } from "../../emulator/faults/language/quantities.js";
import { wantsColour } from "../../net/colour.js";
import { Chart, type ChartOptions } from "../../net/trace/chart/chart.js";
import { minWidth } from "../../net/trace/chart/pen.js";
import { type Topic, topics } from "../../net/trace/chart/row.js";
import { openTrace } from "../../net/trace/read-trace.js";
import { usage } from "../../net/user-error.js";
import type { Call, Outcome } from "../command.js";
import type { Flags } from "../flags.js";

/** The columns where the output is no terminal, and the most that a chart takes of a terminal by itself. */
const plainWidth = 100;
const maxOwnWidth = 160;
const maxWidth = 1000;

/** How much text is collected before it is written, in characters. */
const chunkSize = 64 * 1024;

/** `bc28-emu show`: draws a trace. Throws a UserError: code 2 for wrong usage, 1 for a file that is no trace. */
export async function run({ words: [path, more], flags, ending }: Call): Promise<Outcome> {
  if (path === undefined)
    throw usage("show: it needs a trace, for instance bc28-emu show run.jsonl, or - for standard input");
  if (more !== undefined) throw usage(`show: ${JSON.stringify(more)} is one word too many`);
  const own = { width: ownWidth(process.stdout.columns), colour: wantsColour(process.env, process.stdout.isTTY) };
  await Promise.race([show(path, readChartOptions(flags, own)), ending.reached]);
  return {};
}

async function show(path: string, options: ChartOptions): Promise<void> {
  const trace = await openTrace(path, process.stdin);
  const chart = new Chart(options);
  const output = new Output();
  output.put(chart.head(trace.header));
  try {
    for await (const event of trace.events) {
      if (chart.isPast(event.t) || output.isGone) break;
      output.put(chart.add(event));
      if (output.isFull) await output.written();
    }
    const cut = "The last line of the trace is a part of an event: its program was killed.";
    output.put(chart.end(trace.isCut ? cut : undefined));
  } finally {
    await output.written(); // a broken line in the middle is told behind what came before it
  }
}

/** Standard output. Lines that come together are written at once. */
class Output {
  #text = "";
  #timer: NodeJS.Immediate | undefined;

  /** Nobody reads it any more. */
  get isGone(): boolean {
    return process.stdout.destroyed || process.stdout.errored !== null;
  }

  get isFull(): boolean {
    return this.#text.length > chunkSize;
  }

  put(lines: readonly string[]): void {
    for (const line of lines) this.#text += `${line}\n`;
    this.#timer ??= setImmediate(() => this.written());
  }

  /** Resolves when everything is written. */
  async written(): Promise<void> {
    clearImmediate(this.#timer);
    this.#timer = undefined;
    const text = this.#text;
    this.#text = "";
    if (text !== "" && !this.isGone) await new Promise<void>((resolve) => process.stdout.write(text, () => resolve()));
  }
}

/** The options of a chart on a terminal; throws a UserError (code 2) that names the first wrong one. */
export function readChartOptions(
  { width, from, to, only, unfold, ascii }: Flags,
  own: Pick<ChartOptions, "width" | "colour">,
): ChartOptions {
  const [first, last] = [
    from === undefined ? 0 : readMoment("from", from),
    to === undefined ? undefined : readMoment("to", to),
  ];
  if (last !== undefined && last < first)
    throw usage(`--to ${JSON.stringify(to)} is before --from ${JSON.stringify(from)}`);
  return {
    width: width === undefined ? own.width : readWidth(width),
    colour: own.colour,
    ascii: ascii === true,
    unfolded: unfold === true,
    ...(from !== undefined && { from: first }),
    ...(last !== undefined && { to: last }),
    ...(only !== undefined && { only: readTopics(only) }),
  };
}

const ownWidth = (columns: number = plainWidth): number => Math.max(minWidth, Math.min(columns, maxOwnWidth));

function readWidth(text: string): number {
  const width = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (width >= minWidth && width <= maxWidth) return width;
  throw usage(`--width ${JSON.stringify(text)}: give a number of columns, ${minWidth} to ${maxWidth}`);
}

function readMoment(flag: string, text: string): number {
  const moment = momentOf(text);
  if (moment !== undefined) return moment;
  throw usage(`--${flag} ${JSON.stringify(text)}: give a time of the module's clock with ms, s, min or h, such as 10s`);
}

function readTopics(text: string): ReadonlySet<Topic> {
  return new Set(
    text.split(",").map((word) => {
      const topic = word.trim();
      if (isTopic(topic)) return topic;
      throw usage(
        `--only ${JSON.stringify(text)}: ${JSON.stringify(topic)} is none of ${Object.keys(topics).join(", ")}`,
      );
    }),
  );
}

const isTopic = (word: string): word is Topic => Object.hasOwn(topics, word);
