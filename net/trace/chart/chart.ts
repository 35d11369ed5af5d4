import type { Millis } from "../../../mqtt/packet.js";
import type { ReadHeader } from "../read-trace.js";
import type { RecordedEvent } from "../recorded-event.js";
import { sketchOf } from "./event-rows.js";
import { Fold } from "./fold.js";
import { type ChartLook, Pen } from "./pen.js";
import type { Lanes, Row, Sketch, Topic } from "./row.js";
import { momentText } from "./time-text.js";

/** What a chart shows, and how. */
export interface ChartOptions extends ChartLook {
  /** Rows with at least one of these topics; left out: all. */
  readonly only?: ReadonlySet<Topic>;
  /** The first and the last moment that are shown, in ms of the module's clock; left out: all. */
  readonly from?: Millis;
  readonly to?: Millis;
  /** Rows that repeat are shown, too. */
  readonly unfolded?: boolean;
}

/** A time without an event is told from this length on, in ms. decided */
const silenceMs = 3000;

/** The most rows of a round that is folded inside a longer one (two pings), and of a longer one. decided */
const shortRound = 4;
const longRound = 40;

/**
 * Events as a sequence chart of host, module and broker. Events go in one by one, and the lines come out as soon as they
 * are settled: it keeps a few rows, however long the trace is.
 */
export class Chart {
  readonly #options: ChartOptions;
  readonly #pen: Pen;
  readonly #folds: readonly Fold[];
  #lanes: Lanes = { host: false, module: false, broker: false };
  /** A packet of the module; what comes next may tell that it was lost. */
  #sent: Row | undefined;
  /** The time of the latest event that was shown, or left out because it repeats. */
  #lastT: Millis | undefined;
  #lastShown: string | undefined;

  constructor(options: ChartOptions) {
    this.#options = options;
    this.#pen = new Pen(options);
    this.#folds = options.unfolded ? [] : [new Fold(1, shortRound), new Fold(shortRound + 1, longRound)];
  }

  /** The lines above the chart. */
  head(header: ReadHeader): readonly string[] {
    const { program, profile, timing, seed, started, faults, scenarios, secrets } = header;
    const wrong = [...faults.map((fault) => `fault: ${fault}`), ...scenarios.map((name) => `scenario: ${name}`)];
    const when = started.slice(0, 19).replace("T", " ");
    const how = timing === "instant" ? "" : `, timing ${timing}`;
    const run = `bc28-emu ${program}: ${profile}${how}, seed ${seed}, ${when} UTC`;
    const open = secrets ? ["This trace shows secrets: --trace-secrets was given."] : [];
    return [...[run, ...open, ...wrong].map((line) => this.#pen.title(line)), "", this.#pen.names()];
  }

  /** Takes an event; returns the lines that can be drawn now. */
  add(event: RecordedEvent): readonly string[] {
    const sketched = sketchOf(event);
    if (sketched === undefined) return [];
    const { sets } = sketched; // the row stands beside the lanes that it opens, and beside those that it ends
    if (sets !== undefined) this.#lanes = { ...this.#lanes, ...changesTo(sets, true) };
    const row = "text" in sketched ? this.#rowOf(sketched, event.t) : undefined;
    if (sets !== undefined) this.#lanes = { ...this.#lanes, ...changesTo(sets, false) };
    return row !== undefined && this.#isWanted(row) ? this.#drawn(this.#joined(row, event)) : [];
  }

  /** Whether what comes at this time, and later, is not shown. */
  isPast(t: Millis): boolean {
    return t > (this.#options.to ?? Number.POSITIVE_INFINITY);
  }

  /** The lines that are still held, and those below the chart; `remark` is about the end of the trace. */
  end(remark?: string): readonly string[] {
    const held = this.#drawn(this.#sent === undefined ? [] : [this.#sent]);
    const lines = [...held];
    for (const [at, fold] of this.#folds.entries()) {
      const rows = this.#folds.slice(at + 1).reduce(addAll, fold.end()); // through the folds behind it
      lines.push(...rows.flatMap((row) => this.#draw(row)));
    }
    return [...lines, this.#pen.names(), ...(remark === undefined ? [] : [this.#pen.title(remark)])];
  }

  #rowOf({ topics, side, shape, tone, text, key = `${side} ${text}` }: Sketch, t: Millis): Row {
    return { t, topics, side, shape, tone, text, key, lanes: this.#lanes };
  }

  #isWanted({ t, topics }: Row): boolean {
    const { only: wanted, from = Number.NEGATIVE_INFINITY } = this.#options;
    return t >= from && !this.isPast(t) && (wanted === undefined || topics.some((topic) => wanted.has(topic)));
  }

  /** The rows that are settled with this one. A fault that has lost or delayed a packet of the module breaks its arrow. */
  #joined(row: Row, event: RecordedEvent): readonly Row[] {
    const before = this.#sent;
    this.#sent = undefined;
    const { shape } = row;
    if (before !== undefined && event.kind === "fault" && shape.kind === "arrow" && shape.broken !== undefined) {
      if (isOf(before, row)) return [{ ...row, t: before.t, text: before.text, key: `${before.key} ${row.key}` }];
    }
    const held = before === undefined ? [] : [before];
    if (event.kind !== "packet" || event.way !== "sent") return [...held, row];
    this.#sent = row;
    return held;
  }

  #drawn(rows: readonly Row[]): readonly string[] {
    return this.#folds.reduce(addAll, rows).flatMap((row) => this.#draw(row));
  }

  #draw(row: Row): readonly string[] {
    const span = this.#lastT === undefined ? 0 : row.t - this.#lastT;
    const silence = span >= silenceMs ? [this.#pen.silence(span, row.lanes)] : [];
    const lines = this.#pen.row(row, momentText(row.t) !== this.#lastShown);
    this.#lastShown = momentText(row.t);
    this.#lastT = row.until ?? row.t;
    return [...silence, ...lines];
  }
}

/** The rows that a fold lets through. */
const addAll = (rows: readonly Row[], fold: Fold): readonly Row[] => rows.flatMap((row) => fold.add(row));

/** Whether a broken arrow is that of a packet. Its text is the packet's name. */
const isOf = (packet: Row, { text }: Row): boolean => packet.text.replace(/^again: /, "").startsWith(text);

/** The changes of lanes that open them, or that end them. */
const changesTo = (sets: Partial<Lanes>, on: boolean): Partial<Lanes> =>
  Object.fromEntries(Object.entries(sets).filter(([, value]) => value === on));
