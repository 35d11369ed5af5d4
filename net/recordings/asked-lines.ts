import { type ParsedCommand, parseLine } from "../../at/parse.js";
import { commandNamed } from "../../emulator/commands/index.js";
import type { Millis } from "../time/clock.js";
import type { Recording } from "./recording.js";
import { TalkReader } from "./talk-reader.js";

/** A command of the host in its write form. */
export type WrittenCommand = Extract<ParsedCommand, { readonly kind: "extended" }>;

/** A command line of the host. */
export interface AskedLine {
  readonly t: Millis;
  /** The index in the recording of what ended it. */
  readonly index: number;
  /** Its commands in the write form. */
  readonly writes: readonly WrittenCommand[];
  /** How long its answer may take: the longest of its commands' maximum response times, in ms. */
  readonly within: Millis;
}

/** The maximum response time of a command that does not have one, in ms. decided */
const defaultTimeout: Millis = 300;

/** The command lines of a recording. What is a payload is none. */
export function askedLinesOf({ said }: Recording): readonly AskedLine[] {
  const reader = new TalkReader();
  return said.flatMap(({ by, octets, t }, index): readonly AskedLine[] => {
    const bytes = Buffer.from(octets, "latin1");
    if (by === "module") {
      reader.module(bytes, t);
      return [];
    }
    return reader.host(bytes, t).flatMap(({ input }) => (input.kind === "line" ? lineAt(input.line, t, index) : []));
  });
}

function lineAt(line: string, t: Millis, index: number): readonly AskedLine[] {
  const commands = parseLine(line)?.filter((command) => command.kind === "extended");
  if (commands === undefined) return [];
  const times = commands.map(({ name }) => Number(commandNamed(name)?.within) || defaultTimeout);
  const writes = commands.filter(({ form }) => form === "write");
  return [{ t, index, writes, within: Math.max(defaultTimeout, ...times) }];
}

/**
 * Finds for each answer the line that it belongs to. Lines are answered in their order. One that has no answer in its time
 * does not take that of the next one: a module that sleeps loses the first line.
 */
export class AnswerOrder {
  #waiting: { readonly line: AskedLine; readonly until: Millis }[] = [];

  /** The host says a line. It is answered when those before it are. */
  say(line: AskedLine): void {
    this.#waiting = this.#waiting.filter(({ until }) => until >= line.t);
    const from = Math.max(line.t, this.#waiting.at(-1)?.until ?? 0);
    this.#waiting.push({ line, until: from + line.within });
  }

  /** The line that is answered now; undefined: none. */
  get current(): AskedLine | undefined {
    return this.#waiting[0]?.line;
  }

  /** The answer is complete; returns the line that it belongs to. */
  end(): AskedLine | undefined {
    return this.#waiting.shift()?.line;
  }

  /** The module starts anew: nothing is answered any more. */
  clear(): void {
    this.#waiting = [];
  }
}
