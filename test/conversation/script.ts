/** Who speaks to the modem, or hears it. */
export type Speaker = "host" | "port" | "broker" | "network" | "module" | "clock" | "trace";

/** A line of a conversation. */
export interface Line {
  /** Where it stands, for people: `file:line`. */
  readonly place: string;
  readonly file: string;
  /** Counted from 0. */
  readonly row: number;
  readonly speaker: Speaker;
  readonly text: string;
}

/** One thing said to the modem, and everything heard because of it. */
export interface Step {
  readonly said: Line;
  readonly heard: readonly Line[];
}

/** A talk block: a conversation from its first line to its last. */
export interface Script {
  readonly name: string;
  readonly includes: readonly string[];
  readonly quirks: Readonly<Record<string, string>>;
  /** What the profile says of the network, where it is set. */
  readonly surroundings: Readonly<Record<string, string>>;
  readonly timing: string;
  readonly seed: string;
  /** Calendar time when the conversation begins. */
  readonly epoch: string;
  /** Whether the block hears what an observer may know. */
  readonly hearsTrace: boolean;
  readonly steps: readonly Step[];
}

/** A talk block as it stands in its file. */
export interface Block {
  readonly name: string;
  readonly file: string;
  /** The row of its first line, counted from 0. */
  readonly row: number;
  readonly rows: readonly string[];
}

const heading = /^#+\s+(.*?)\s*$/;

/** The talk blocks of a Markdown file, each named by the nearest heading above it. */
export function blocksOf(file: string, markdown: string): Block[] {
  const rows = markdown.split("\n");
  const blocks: Block[] = [];
  let name = file;
  for (let row = 0; row < rows.length; row += 1) {
    const text = rows[row] ?? "";
    name = heading.exec(text)?.[1] ?? name;
    if (!text.startsWith("```")) continue;
    const end = rows.indexOf("```", row + 1);
    if (end < 0) throw new SyntaxError(`${file}:${row + 1}: this block has no end`);
    if (text === "```talk") blocks.push({ name, file, row: row + 1, rows: rows.slice(row + 1, end) });
    row = end;
  }
  return blocks;
}

const comment = /(^|\s+)\/\/(\s.*)?$/;
const directive = /^(include|quirk|surroundings|repeat|timing|seed|epoch|hear):\s*(.*?)\s*$/;
const spoken = /^(host|port|broker|network|module|clock|trace)([<>])\s*(.*)$/;

/** Reads a block: directives first, then what is said and heard. */
export function scriptOf(block: Block): Script {
  const includes: string[] = [];
  const quirks: Record<string, string> = {};
  const surroundings: Record<string, string> = {};
  const once: Record<string, string> = {};
  const steps: { said: Line; heard: Line[] }[] = [];
  for (const [index, raw] of block.rows.entries()) {
    const row = block.row + index;
    const place = `test/conversations/${block.file}:${row + 1}`;
    const text = raw.replace(comment, "");
    const [, word, value = ""] = directive.exec(text) ?? [];
    const [, speaker, way, words = ""] = spoken.exec(text) ?? [];
    if (word === "include") includes.push(value);
    else if (word === "quirk") Object.assign(quirks, settingOf(value));
    else if (word === "surroundings") Object.assign(surroundings, settingOf(value));
    else if (word !== undefined) once[word] = value;
    else if (speaker !== undefined) {
      const line = { place, file: block.file, row, speaker: speaker as Speaker, text: words.trimEnd() };
      const step = steps.at(-1);
      if (way === ">") steps.push({ said: line, heard: [] });
      else if (step !== undefined) step.heard.push(line);
      else throw new SyntaxError(`${place}: nothing has been said yet`);
    } else if (text.trim() !== "") throw new SyntaxError(`${place}: nobody says "${raw}"`);
  }
  const { repeat = "1", timing = "instant", seed = "1", epoch = "1970-01-01T00:00:00Z", hear = "" } = once;
  if (!["", "trace"].includes(hear)) throw new SyntaxError(`${block.name}: a block can hear the trace, not "${hear}"`);
  const played = Array.from({ length: Number(repeat) }, () => steps).flat();
  const hearsTrace = hear === "trace";
  return { name: block.name, includes, quirks, surroundings, timing, seed, epoch, hearsTrace, steps: played };
}

/** `NAME=VALUE`; a value that ends with a blank stands in quotes. */
function settingOf(text: string): Record<string, string> {
  const [, name = "", value = ""] = /^(\w+)=(.*?)\s*$/.exec(text) ?? [];
  return { [name]: value.replace(/^"(.*)"$/, "$1") };
}

/** The steps of what a script includes, each opening once, and its own. `powered` comes first unless it says `off`. */
export function stepsOf(script: Script, openings: ReadonlyMap<string, Script>): readonly Step[] {
  const done = new Set<string>(["off"]);
  const opened = (name: string): readonly Step[] => {
    if (done.has(name)) return [];
    done.add(name);
    const opening = openings.get(name);
    if (opening === undefined) throw new SyntaxError(`${script.name}: there is no opening "${name}"`);
    return [...opening.includes.flatMap(opened), ...opening.steps];
  };
  const first = script.includes.includes("off") ? [] : ["powered"];
  return [...[...first, ...script.includes].flatMap(opened), ...script.steps];
}
