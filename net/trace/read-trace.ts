import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import * as v from "valibot";
import { whyOf } from "../storage/text-file.js";
import { UserError } from "../user-error.js";
import type { RecordedEvent } from "./recorded-event.js";
import { traceHeader } from "./trace-schema.js";

/** The first line of a trace: what the run is. */
export type ReadHeader = v.InferOutput<typeof traceHeader>;

/** The longest line of a trace, in bytes. A payload of 4 kB takes 24 kB at most as JSON. decided */
const maxLine = 1024 * 1024;
/** How deep lists and objects may stand in each other in a line: the program that reads it must not run out of stack. decided */
const maxDepth = 32;
/** The last moment that an event may have, in ms, of the module's clock and since 1970: the end of the year 9999. decided */
const maxTime = 253_402_300_799_999;
const lineFeed = 0x0a;

/** A trace that is being read. */
export interface ReadTrace {
  readonly header: ReadHeader;
  /**
   * The events in their order, one at a time: a trace may be larger than the memory. To be iterated once.
   * @throws UserError (code 1) that names the first line that is no event
   */
  readonly events: AsyncIterable<RecordedEvent>;
  /** Whether the last line is a part of an event, as after SIGKILL; known at the end of the events. */
  readonly isCut: boolean;
}

/**
 * Opens a trace in a file, or, for `-`, the one that comes in by `standardInput`, and reads its first line.
 * @throws UserError (code 1) that names the file and what is wrong with it: absent, empty, foreign, of another version
 */
export async function openTrace(path: string, standardInput: Readable): Promise<ReadTrace> {
  const name = path === "-" ? "standard input" : JSON.stringify(path);
  const input = path === "-" ? standardInput : createReadStream(path, { highWaterMark: 256 * 1024 });
  return readTrace(input, name);
}

/** The same for a stream of bytes. `name` stands in messages. */
export async function readTrace(input: AsyncIterable<Uint8Array>, name: string): Promise<ReadTrace> {
  const reader = new TraceReader(input, name);
  return {
    header: await reader.header(),
    events: reader.events(),
    get isCut() {
      return reader.isCut;
    },
  };
}

class TraceReader {
  readonly #lines: AsyncGenerator<string>;
  readonly #refusal: (why: string) => UserError;
  #number = 0;
  isCut = false;

  constructor(input: AsyncIterable<Uint8Array>, name: string) {
    this.#refusal = (why) => new UserError(`trace ${name}: ${why}`);
    this.#lines = this.#linesOf(input);
  }

  async header(): Promise<ReadHeader> {
    const { value: line } = await this.#lines.next();
    if (line === undefined) throw this.#refusal("it is empty");
    const json = objectIn(line);
    if (json?.format !== "bc28-emu trace") {
      const why = line.startsWith('{"format":"bc28-emu trace"')
        ? "it ends in its first line"
        : "it is no trace of bc28-emu";
      throw this.#refusal(why);
    }
    if (json.version !== 1)
      throw this.#refusal(`it has version ${JSON.stringify(json.version)}; this program reads version 1`);
    if (isDeeper(json, maxDepth)) throw this.#refusal(`its first line nests deeper than ${maxDepth} lists`);
    const read = v.safeParse(traceHeader, json);
    if (read.success) return read.output;
    throw this.#refusal(`its first line has no ${v.getDotPath(read.issues[0]) ?? "fields"} that can be understood`);
  }

  async *events(): AsyncGenerator<RecordedEvent> {
    for await (const line of this.#lines) {
      const event = objectIn(line);
      if (event !== undefined && isEvent(event)) yield event;
      else if (!this.isCut) throw this.#refusal(`line ${this.#number} is no event`);
    }
  }

  /** The lines without their ends. `isCut` is set before the last one where it has no end and is no JSON. */
  async *#linesOf(input: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
    let begun: Uint8Array[] = [];
    let length = 0;
    try {
      for await (const chunk of input) {
        let from = 0;
        for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, from)) {
          this.#number += 1;
          const whole = Buffer.concat([...begun, chunk.subarray(from, end)]);
          begun = [];
          length = 0;
          from = end + 1;
          this.#check(whole.length);
          yield whole.toString("utf8");
        }
        begun.push(chunk.subarray(from));
        length += chunk.length - from;
        this.#check(length);
      }
    } catch (error) {
      throw error instanceof UserError ? error : this.#refusal(reasonOf(error as NodeJS.ErrnoException));
    }
    if (length === 0) return;
    const rest = Buffer.concat(begun).toString("utf8");
    this.#number += 1;
    this.isCut = objectIn(rest) === undefined;
    yield rest;
  }

  #check(length: number): void {
    if (length > maxLine) throw this.#refusal(`line ${this.#number + 1} is longer than ${maxLine} bytes`);
  }
}

/** Why a file cannot be read. */
function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === "ENOENT") return "there is no such file";
  if (code === "EISDIR") return "it is a folder";
  return `it cannot be read: ${whyOf(code, message)}`;
}

/** The object that a line of JSON is; undefined: it is none. */
function objectIn(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const json: unknown = JSON.parse(line);
    return typeof json === "object" && json !== null && !Array.isArray(json)
      ? (json as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Whether lists and objects stand in each other more than `depth` times. */
const isDeeper = (json: unknown, depth: number): boolean =>
  typeof json === "object" &&
  json !== null &&
  (depth === 0 || Object.values(json).some((inner) => isDeeper(inner, depth - 1)));

const isTime = (time: unknown): boolean => typeof time === "number" && time >= 0 && time <= maxTime;

/** Whether an object has what every event has. What else it has depends on its kind, and is not checked. */
const isEvent = (json: Readonly<Record<string, unknown>>): json is RecordedEvent & Readonly<Record<string, unknown>> =>
  Number.isSafeInteger(json.seq) &&
  isTime(json.t) &&
  typeof json.wall === "string" &&
  isTime(Date.parse(json.wall)) &&
  typeof json.kind === "string" &&
  !isDeeper(json, maxDepth);
