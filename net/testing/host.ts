import { isRegExp } from "node:util/types";
import { fromBytes, fromText, type Octets, toBytes, toText } from "../../at/octets.js";
import type { PortEvents, SerialPort } from "../serial.js";
import { UserError } from "../user-error.js";
import { type Answer, AtError, answerIn, blocksIn, masked } from "./answer.js";
import { Inbox } from "./inbox.js";
import type { Waits } from "./waits.js";

/** How a command is sent. */
export interface CommandOptions {
  /** What is typed at the prompt; a string as UTF-8. */
  readonly payload?: string | Uint8Array;
  /** What ends the payload. Left out: Ctrl+Z. Empty where the command names the length. */
  readonly ending?: string;
  /** How long the answer may take, in ms of real time. Left out: 2000. */
  readonly within?: number;
}

/** A host for tests, on a line of its own: it reads from the module's start on, and hears what other hosts set off. */
export interface TestHost {
  /** All that came, the last 64 KiB of it. */
  readonly heard: string;
  /** What came unasked and nobody has waited for yet. */
  readonly unread: readonly string[];
  /**
   * Sends a command line and waits for its final result, one command at a time; gives back the information lines.
   * @throws AtError where the final result is not OK
   */
  command(line: string, options?: CommandOptions): Promise<readonly string[]>;
  /** The next thing said unasked that fits, even one that came before; each is handed out once. */
  urc(pattern: RegExp, options?: { readonly within?: number }): Promise<RegExpExecArray>;
  /** Sends exactly this; a string as UTF-8. */
  send(raw: string | Uint8Array): void;
}

const mostHeard = 64 * 1024;
const mostUnread = 1024 * 1024;
const ctrlZ = "\x1a";
const esc = "\x1b";
const textOf = (octets: Octets): string => toText(octets) ?? octets;
const octetsOf = (raw: string | Uint8Array): Octets => (typeof raw === "string" ? fromText(raw) : fromBytes(raw));

/** The kit's host; `open` is its front end. */
export class AtHost implements TestHost {
  readonly #waits: Waits;
  readonly #urcs: Inbox<string>;
  #events: PortEvents | undefined;
  #heard: Octets = "";
  /** What belongs to an answer that is not complete. */
  #text: Octets = "";
  /** Whoever waits for an answer. */
  #answered: ((answer: Answer) => void) | undefined;
  /** The latest command, while it is not done. */
  #last: Promise<unknown> | undefined;

  constructor(waits: Waits) {
    this.#waits = waits;
    this.#urcs = new Inbox(waits, mostUnread, (urc) => urc.length + 100);
  }

  /** The other end of its line. */
  open(events: PortEvents): SerialPort {
    this.#events = events;
    return { path: "test host", write: (bytes) => this.#hear(fromBytes(bytes)), set: () => {}, close: async () => {} };
  }

  get heard(): string {
    return textOf(this.#heard.slice(-mostHeard));
  }

  get unread(): readonly string[] {
    return this.#urcs.unread;
  }

  send(raw: string | Uint8Array): void {
    this.#events?.onBytes(toBytes(octetsOf(raw)));
  }

  command(line: string, options: CommandOptions = {}): Promise<readonly string[]> {
    const run = (): Promise<readonly string[]> => this.#run(line, options);
    const done = this.#last === undefined ? run() : this.#last.then(run);
    const last: Promise<unknown> = done.then(
      () => this.#leave(last),
      () => this.#leave(last),
    );
    this.#last = last;
    return this.#waits.asked(done, this.command);
  }

  urc(pattern: RegExp, { within }: { readonly within?: number } = {}): Promise<RegExpExecArray> {
    if (!isRegExp(pattern)) throw new UserError("host.urc: give a regular expression, such as /QMTSTAT/", 2);
    const wanted = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, "")); // those would remember a place
    const complain = (): string => `no URC ${pattern}, but ${this.#sofar()}`;
    const take = this.#urcs.take((said) => wanted.exec(said) ?? undefined, { within, complain });
    return this.#waits.asked(take, this.urc);
  }

  #leave(command: Promise<unknown>): void {
    if (this.#last === command) this.#last = undefined;
  }

  async #run(line: string, { payload, ending = ctrlZ, within }: CommandOptions): Promise<readonly string[]> {
    let answer = await this.#ask(`${fromText(line)}\r`, line, within);
    if (answer.kind === "prompt") {
      if (payload === undefined) this.#refusePrompt(line);
      answer = await this.#ask(octetsOf(payload) + ending, line, within);
    }
    if (answer.kind === "prompt") throw new Error(`${masked(line)} asked for its payload again`);
    const lines = answer.lines.filter((each) => each !== `${fromText(line)}\r`).map(textOf); // with ATE1 it echoes
    const reboot = lines.find((each) => each.startsWith("REBOOT_CAUSE"));
    const result = reboot === undefined || lines[0] === "REBOOTING" ? answer.result : reboot;
    if (result !== "OK") throw new AtError(line, result, lines);
    return lines;
  }

  #refusePrompt(line: string): never {
    this.send(esc); // or the next command would be taken for it
    throw new Error(`${masked(line)} asks for a payload: give it as { payload }`);
  }

  async #ask(octets: Octets, line: string, within: number | undefined): Promise<Answer> {
    const complain = (): string => `${masked(line)} was not answered, but ${this.#sofar()}`;
    try {
      return await this.#waits.wait<Answer>(
        (came) => {
          this.#answered = came;
          this.send(toBytes(octets));
        },
        { within, complain },
      );
    } finally {
      this.#answered = undefined;
    }
  }

  /** Between commands everything is unasked; while one waits for its answer the module says nothing else. */
  #hear(octets: Octets): void {
    this.#heard += octets;
    if (this.#heard.length > 2 * mostHeard) this.#heard = this.#heard.slice(-mostHeard); // not for each piece
    this.#text = (this.#text + octets).slice(-mostUnread);
    const answer = this.#answered === undefined ? undefined : answerIn(this.#text);
    if (this.#answered !== undefined && answer === undefined) return;
    const unasked = answer === undefined ? this.#text : answer.kind === "final" ? answer.rest : "";
    this.#text = "";
    if (answer !== undefined) this.#answered?.(answer);
    this.#answered = undefined;
    for (const said of blocksIn(unasked)) this.#urcs.put(textOf(said));
  }

  #sofar(): string {
    const said = [...this.#urcs.unread, ...(this.#text === "" ? [] : [this.#text])].slice(-10);
    return said.length === 0
      ? "nothing was heard"
      : `there came ${said.map((each) => JSON.stringify(each)).join(", ")}`;
  }
}
