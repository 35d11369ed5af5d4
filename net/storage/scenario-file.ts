import type { Document, LineCounter } from "yaml";
import { type Path, type Scenario, scenarioFrom } from "../../emulator/faults/language/scenario.js";
import { suggestion } from "../../emulator/profile/schema.js";
import { UserError } from "../user-error.js";
import { readyScenario, readyScenarios } from "./ready-scenarios.js";
import { readTextFile } from "./text-file.js";

type Yaml = typeof import("yaml");

/** The longest scenario that is read, in bytes. The parser takes about a second for it. decided */
const maxBytes = 256 * 1024;
/** The deepest nesting that the parser is given, in levels of brackets or of `- ` in one line. decided */
const maxDepth = 20;
/** The most blanks before a line. decided */
const maxIndent = 100;

/**
 * The ready scenario of this name, or the one in a file of YAML. A known name comes first: write `./no-sim` for a file with
 * such a name.
 * @throws UserError (code 2) that names the scenario, or the file with line and key, and says what is wrong.
 */
export async function loadScenario(nameOrFile: string): Promise<Scenario> {
  const ready = readyScenarios();
  const { path, file } = ready.includes(nameOrFile)
    ? readyScenario(nameOrFile, maxBytes)
    : { path: nameOrFile, file: readTextFile(nameOrFile, maxBytes) };
  if (file.kind === "absent") throw refusal(nameOrFile, absent(nameOrFile, ready));
  if (file.kind === "problem") throw refusal(nameOrFile, file.why);
  const read = readScenario(await import("yaml"), file.text);
  if ("scenario" in read) return read.scenario;
  throw new UserError(`${[path, ...(read.line === undefined ? [] : [read.line])].join(":")}: ${read.problem}`, 2);
}

/** What to say where there is no such file; a word without `.` and `/` was meant as a name. */
const absent = (nameOrFile: string, ready: readonly string[]): string =>
  /[./]/.test(nameOrFile)
    ? "there is no such file"
    : `there is no such scenario; ${suggestion(nameOrFile, ready)} (or give a file of YAML)`;

const refusal = (nameOrFile: string, why: string): UserError =>
  new UserError(`scenario ${nameOrFile === "" ? '""' : nameOrFile}: ${why}`, 2);

/** A line of a file, from 1, and what is wrong there. */
interface Problem {
  readonly problem: string;
  readonly line: number | undefined;
}

function readScenario(yaml: Yaml, text: string): { readonly scenario: Scenario } | Problem {
  const deep = tooDeepAt(text);
  if (deep !== undefined) return { problem: "it is nested too deeply", line: deep };
  const lines = new yaml.LineCounter();
  const document = yaml.parseDocument(text, {
    lineCounter: lines,
    logLevel: "error", // "silent" would leave out the error of a second document
    prettyErrors: false,
    schema: "core",
    stringKeys: true,
    uniqueKeys: false, // compares each key with all others; repeatedKey does it in one pass
  });
  const [error] = [...document.errors, ...document.warnings];
  if (error !== undefined)
    return { problem: inOurWords(error.code, error.message), line: lines.linePos(error.pos[0]).line };
  const other = notPlain(yaml, document);
  if (other !== undefined) return { problem: other.problem, line: lines.linePos(other.at).line };
  const read = scenarioFrom(document.toJS());
  return "scenario" in read ? read : { problem: read.problem, line: lineOf(document, lines, read.path) };
}

/** The line at which a text is nested deeper than the parser can take; it would run out of stack or memory. */
function tooDeepAt(text: string): number | undefined {
  let brackets = 0;
  const tooMany = new RegExp(`^ {${maxIndent}}|^[^#]*?(?:[-?:]\\s+){${maxDepth}}`);
  const at = text.split("\n").findIndex((line) => {
    for (const letter of line.match(/[[\]{}]/g) ?? []) {
      brackets = Math.max(0, brackets + (letter === "[" || letter === "{" ? 1 : -1));
      if (brackets > maxDepth) return true;
    }
    return tooMany.test(line);
  });
  return at < 0 ? undefined : at + 1;
}

const words: Readonly<Record<string, string>> = {
  BLOCK_AS_IMPLICIT_KEY: "a text that holds a colon and a blank has to stand in quotes",
  MULTIPLE_DOCS: "one file holds one scenario; `---` begins another",
  NON_STRING_KEY: "a key is a text",
  RESOURCE_EXHAUSTION: "it is nested too deeply",
  TAG_RESOLVE_FAILED: "tags (!) are not taken",
};

const inOurWords = (code: string, message: string): string =>
  words[code] ?? `it is not YAML: ${message.replace(/\s+/g, " ").slice(0, 200)}`;

/** The first thing in a document that is not plain data: an alias, a tag, a key that stands twice. */
function notPlain(yaml: Yaml, document: Document): { readonly problem: string; readonly at: number } | undefined {
  let found: { readonly problem: string; readonly at: number } | undefined;
  const stop = (problem: string, at: number | undefined): symbol => {
    found = { problem, at: at ?? 0 };
    return yaml.visit.BREAK;
  };
  yaml.visit(document, {
    Alias: (_, { source, range }) => stop(`the alias *${source} is not taken; write the text again`, range?.[0]),
    Node: (_, node) => (node.tag === undefined ? undefined : stop("tags (!) are not taken", node.range?.[0])),
    Map: (_, { items, tag, range }) => {
      if (tag !== undefined) return stop("tags (!) are not taken", range?.[0]);
      const names = new Set<string>();
      for (const { key } of items) {
        const name = String(key);
        if (names.has(name))
          return stop(`the key ${name.slice(0, 40)} stands twice`, yaml.isNode(key) ? key.range?.[0] : 0);
        names.add(name);
      }
      return undefined;
    },
  });
  return found;
}

/** The line of the node that a path leads to, or of the last one on the way that is there. */
function lineOf(document: Document, lines: LineCounter, path: Path): number | undefined {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    const range = (node as { readonly range?: readonly number[] | null } | undefined)?.range;
    if (range?.[0] !== undefined) return lines.linePos(range[0]).line;
  }
  return undefined;
}
