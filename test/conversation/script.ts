/** Where a line of a conversation goes to the module, or comes from it. */
export type Channel =
  | "host"
  | "port"
  | "broker"
  | "network"
  | "peer"
  | "module"
  | "fault"
  | "clock"
  | "trace"
  | "referee";

/** A line of a conversation. */
export interface Line {
  /** Its place as shown in messages: `file:line`. */
  readonly place: string;
  readonly file: string;
  /** The row in its file, counted from 0. */
  readonly row: number;
  readonly channel: Channel;
  readonly text: string;
}

/** One input of the module, and all output that is expected of it. */
export interface Step {
  readonly input: Line;
  readonly expected: readonly Line[];
}

/** A parsed `talk` block. */
export interface Script {
  readonly name: string;
  readonly includes: readonly string[];
  readonly quirks: Readonly<Record<string, string>>;
  /** The identity and the surroundings of the profile that are changed. */
  readonly identity: Readonly<Record<string, string>>;
  readonly surroundings: Readonly<Record<string, string>>;
  /** Faults that count from power-up on. */
  readonly faults: readonly string[];
  readonly timing: string;
  readonly seed: string;
  /** Calendar time when the conversation begins. */
  readonly epoch: string;
  /** Whether the lines of the log are expected, too. */
  readonly showsTrace: boolean;
  /** Whether the findings of the referee are expected, too. */
  readonly showsFindings: boolean;
  /** The errors that the referee finds in a block that does not show them. */
  readonly errors: readonly string[];
  readonly steps: readonly Step[];
}

/** A `talk` block as it is in its file. */
export interface Block {
  readonly name: string;
  readonly file: string;
  /** The row of its first line, counted from 0. */
  readonly row: number;
  readonly rows: readonly string[];
}

const heading = /^#+\s+(.*?)\s*$/;

/** The `talk` blocks of a Markdown file, each with the name of the nearest heading above it. */
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
const directive = /^(include|fault|quirk|identity|surroundings|repeat|timing|seed|epoch|hear|errors):\s*(.*?)\s*$/;
const channelLine = /^(host|port|broker|network|peer|module|fault|clock|trace|referee)([<>])\s*(.*)$/;

/** Parses a block: directives, inputs and expected outputs. Throws a SyntaxError with the place of a wrong line. */
export function scriptOf(block: Block): Script {
  const includes: string[] = [];
  const faults: string[] = [];
  const quirks: Record<string, string> = {};
  const identity: Record<string, string> = {};
  const surroundings: Record<string, string> = {};
  const directives: Record<string, string> = {};
  const steps: { input: Line; expected: Line[] }[] = [];
  for (const [index, raw] of block.rows.entries()) {
    const row = block.row + index;
    const place = `test/conversations/${block.file}:${row + 1}`;
    const text = raw.replace(comment, "");
    const [, name, value = ""] = directive.exec(text) ?? [];
    const [, channel, direction, content = ""] = channelLine.exec(text) ?? [];
    if (name === "include") includes.push(value);
    else if (name === "fault") faults.push(value);
    else if (name === "quirk") Object.assign(quirks, settingOf(value));
    else if (name === "identity") Object.assign(identity, settingOf(value));
    else if (name === "surroundings") Object.assign(surroundings, settingOf(value));
    else if (name !== undefined) directives[name] = value;
    else if (channel !== undefined) {
      const line = { place, file: block.file, row, channel: channel as Channel, text: content.trimEnd() };
      const step = steps.at(-1);
      if (direction === ">") steps.push({ input: line, expected: [] });
      else if (step !== undefined) step.expected.push(line);
      else throw new SyntaxError(`${place}: an expected line stands before the first input`);
    } else if (text.trim() !== "") throw new SyntaxError(`${place}: this is no line of a conversation: "${raw}"`);
  }
  const { repeat = "1", timing = "instant", seed = "1", epoch = "1970-01-01T00:00:00Z" } = directives;
  const { hear = "", errors = "" } = directives;
  if (!["", "trace", "referee"].includes(hear))
    throw new SyntaxError(`${block.name}: a block can hear the trace or the referee, not "${hear}"`);
  const repeated = Array.from({ length: Number(repeat) }, () => steps).flat();
  const heard = { showsTrace: hear === "trace", showsFindings: hear === "referee", errors: errors.match(/\S+/g) ?? [] };
  const settings = { includes, faults, quirks, identity, surroundings, timing, seed, epoch };
  return { name: block.name, ...settings, ...heard, steps: repeated };
}

/** The setting of `NAME=VALUE`; a value that ends with a blank stands in quotes. */
function settingOf(text: string): Record<string, string> {
  const [, name = "", value = ""] = /^(\w+)=(.*?)\s*$/.exec(text) ?? [];
  return { [name]: value.replace(/^"(.*)"$/, "$1") };
}

/** The steps of the included openings, each opening once, and then those of the script. `powered` comes first, unless it includes `off`. */
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
