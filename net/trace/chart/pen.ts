import type { Millis } from "../../../mqtt/packet.js";
import { painted, sgr } from "../../colour.js";
import { columnsOf, fitted, printed, shortened, wrappedIn } from "./cells.js";
import type { Broken, Lanes, Row, Shape } from "./row.js";
import { momentText, spanText } from "./time-text.js";

/** How a chart is drawn. */
export interface ChartLook {
  /** The columns of the terminal, at least `minWidth`. */
  readonly width: number;
  readonly colour: boolean;
  /** No character beyond ASCII. */
  readonly ascii: boolean;
}

/** The narrowest chart. decided */
export const minWidth = 48;

/** The column of the time: `23:59:59.999`, and a blank. */
const clockColumns = 13;
/** The most lines of a row; what does not fit is cut. */
const maxLines = 3;

interface Signs {
  readonly lane: string;
  readonly noLane: string;
  readonly shaft: string;
  readonly dotted: string;
  readonly bar: string;
  readonly heavyBar: string;
  readonly heads: { readonly left: string; readonly right: string };
  readonly broken: Readonly<Record<Broken["how"], string>>;
  readonly notes: Readonly<Record<Extract<Shape, { readonly kind: "note" }>["sign"], string>>;
  readonly fold: string;
  readonly more: string;
}

const unicode: Signs = {
  lane: "│",
  noLane: "┊",
  shaft: "─",
  dotted: "╌",
  bar: "═",
  heavyBar: "━",
  heads: { left: "◀", right: "▶" },
  broken: { lost: "╳", delayed: "…" },
  notes: { fault: "✱", finding: "▲", remark: "·" },
  fold: "↻",
  more: "…",
};

const ascii: Signs = {
  lane: "|",
  noLane: ":",
  shaft: "-",
  dotted: ".",
  bar: "=",
  heavyBar: "#",
  heads: { left: "<", right: ">" },
  broken: { lost: "x", delayed: "~" },
  notes: { fault: "*", finding: "!", remark: "-" },
  fold: "@",
  more: "~",
};

type Arrow = Extract<Shape, { readonly kind: "arrow" }>;

/** Draws rows as lines. */
export class Pen {
  readonly #look: ChartLook;
  readonly #signs: Signs;
  /** The columns between host and module, and between module and broker. */
  readonly #left: number;
  readonly #right: number;

  constructor(look: ChartLook) {
    this.#look = look;
    this.#signs = look.ascii ? ascii : unicode;
    const inside = look.width - clockColumns - 3;
    this.#left = Math.ceil(inside / 2);
    this.#right = inside - this.#left;
  }

  /** The names of the lanes. */
  names(): string {
    const host = `${" ".repeat(clockColumns)}host`;
    const module = clockColumns + 1 + this.#left - 2; // its third letter stands above its lane
    const broker = this.#look.width - "broker".length;
    return this.#paint(`${`${host.padEnd(module)}module`.padEnd(broker)}broker`, sgr.module);
  }

  /** A line of text, without lanes. */
  title(text: string): string {
    return this.#paint(shortened(printed(text, this.#look.ascii), this.#look.width, this.#signs.more), sgr.quiet);
  }

  /** A time in which nothing happens. */
  silence(span: Millis, lanes: Lanes): string {
    const { more } = this.#signs;
    const inside = this.#left + 1 + this.#right;
    const text = ` ${more} ${shortened(spanText(span), inside - 6, more)} ${more} `;
    const room = inside - columnsOf(text);
    const before = Math.max(0, Math.min(room, this.#left - Math.floor((columnsOf(text) - 1) / 2)));
    const after = room - before;
    const blank = " ".repeat(clockColumns);
    const [host, , broker] = this.#lanes(lanes);
    return `${blank}${host}${" ".repeat(before)}${this.#paint(text, sgr.quiet)}${" ".repeat(after)}${broker}`;
  }

  /** The lines of a row; `showsTime`: its time differs from that of the row above. */
  row(row: Row, showsTime: boolean): readonly string[] {
    const [host, module, broker] = this.#lanes(row.lanes);
    const empty = [" ".repeat(this.#left), " ".repeat(this.#right)] as const;
    const time = showsTime ? shortened(momentText(row.t), clockColumns - 1, this.#signs.more) : "";
    return this.#bodies(row).map((body, line) => {
      const clock = this.#paint(`${(line === 0 ? time : "").padStart(clockColumns - 1)} `, sgr.quiet);
      if (row.side === "across") return `${clock}${host}${body}${broker}`;
      const [left, right] = row.side === "host" ? [body, empty[1]] : [empty[0], body];
      return `${clock}${host}${left}${module}${right}${broker}`;
    });
  }

  #lanes({ host, module, broker }: Lanes): readonly [host: string, module: string, broker: string] {
    const { lane, noLane } = this.#signs;
    const drawn = (isThere: boolean): string => this.#paint(isThere ? lane : noLane, sgr.quiet);
    return [drawn(host), drawn(module), drawn(broker)];
  }

  /** What stands beside the lanes, line by line. */
  #bodies(row: Row): readonly string[] {
    const columns = { host: this.#left, broker: this.#right, across: this.#left + 1 + this.#right }[row.side];
    const text = printed(row.text, this.#look.ascii).trimEnd();
    const { shape } = row;
    switch (shape.kind) {
      case "arrow":
        return shape.broken === undefined
          ? this.#arrow(shape, row, text, columns)
          : [this.#brokenArrow(shape.broken, isToTheRight(row, shape), text, columns)];
      case "bar":
        return [this.#paint(this.#bar(text, columns, row.side === "across"), sgr[row.tone])];
      case "note":
        return this.#note(this.#signs.notes[shape.sign], row, text, columns);
      case "fold":
        return [this.#paint(this.#foldLine(text, columns), sgr.quiet)];
    }
  }

  /** `─ text ──▶` or `◀ text ───`; a long text goes on in the next lines. */
  #arrow(arrow: Arrow, row: Row, text: string, columns: number): readonly string[] {
    const { tone } = row;
    const shaft = arrow.dotted ? this.#signs.dotted : this.#signs.shaft;
    const { left, right } = this.#signs.heads;
    const isRightwards = isToTheRight(row, arrow);
    const lines = wrappedIn(text, columns - 4, maxLines, this.#signs.more);
    return lines.map((line, at) => {
      const isFirst = at === 0;
      const isLast = at === lines.length - 1;
      const start = isFirst ? (isRightwards ? shaft : left) : " ";
      const rest = columns - columnsOf(line) - 3;
      if (!isLast) return this.#paint(fitted(`${start} ${line}`, columns), sgr[tone]);
      const end = isRightwards ? shaft.repeat(rest - 1) + right : shaft.repeat(rest);
      return this.#paint(`${start} ${line} ${end}`, sgr[tone]);
    });
  }

  /** An arrow that ends before the other lane. Behind its end stands why. */
  #brokenArrow({ how, why }: Broken, isRightwards: boolean, text: string, columns: number): string {
    const { shaft, more, broken } = this.#signs;
    const reason = printed(why, this.#look.ascii);
    const room = columns - Math.min(columnsOf(reason), Math.floor(columns / 3)) - 8;
    const label = shortened(text, Math.max(1, room), more);
    const arrow = isRightwards
      ? `${shaft} ${label} ${shaft}${shaft}${broken[how]}`
      : `${broken[how]}${shaft}${shaft} ${label} ${shaft}`;
    const beside = columns - columnsOf(arrow);
    const shown = fitted(` ${shortened(reason, Math.max(0, beside - 2), more)}`, beside);
    return this.#paint(isRightwards ? arrow + shown : shown + arrow, sgr.trouble);
  }

  #bar(text: string, columns: number, isHeavy: boolean): string {
    const line = isHeavy ? this.#signs.heavyBar : this.#signs.bar;
    const shown = ` ${shortened(text, columns - 6, this.#signs.more)} `;
    return `${line}${line}${shown}${line.repeat(columns - 2 - columnsOf(shown))}`;
  }

  #foldLine(text: string, columns: number): string {
    return fitted(` ${this.#signs.fold} ${shortened(text, columns - 4, this.#signs.more)}`, columns);
  }

  #note(sign: string, { tone }: Row, text: string, columns: number): readonly string[] {
    const lines = wrappedIn(text, columns - 4, maxLines, this.#signs.more);
    return lines.map((line, at) => this.#paint(fitted(` ${at === 0 ? sign : " "} ${line}`, columns), sgr[tone]));
  }

  #paint(text: string, colour: string): string {
    return this.#look.colour ? painted(text, colour) : text;
  }
}

/** Host, module and broker stand from left to right. */
const isToTheRight = ({ side }: Row, { from }: Arrow): boolean =>
  from === "host" || (from === "module" && side === "broker");
