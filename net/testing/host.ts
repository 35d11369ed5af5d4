import { isRegExp } from "node:util/types";
import { fromBytes, fromText, type Octets, toBytes, toText } from "../../at/octets.js";
import type { PortEvents, SerialPort } from "../serial.js";
import { UserError } from "../user-error.js";
import { type Answer, AtError, answerIn, masked, maskedEcho, urcsIn } from "./answer.js";
import { Inbox } from "./inbox.js";
import type { Waits } from "./waits.js";

/** How a command is sent. */
export interface CommandOptions {
  /** What is sent at the prompt; a string is sent as UTF-8. */
  readonly payload?: string | Uint8Array;
  /** What is sent after the payload. Left out: Ctrl+Z. Give "" where the command has the length. */
  readonly ending?: string;
  /** How long to wait for the answer, in ms of real time. Left out: 2000. */
  readonly within?: number;
}

/**
 * A host for tests, on a line of its own. It reads from the module's start on. All lines carry the same output, so it also
 * gets answers to other hosts.
 */
export interface TestHost {
  /** The last 64 KiB of the module's output. */
  readonly heard: string;
  /** The URCs that `urc` has not returned yet, oldest first; the latest 1 MiB of them. */
  readonly unread: readonly string[];
  /**
   * Sends a command line and waits for its final result; returns the information lines. A second call waits for the first.
   * @throws AtError if the final result is not OK; Error if there is none in time, or a payload is missing
   */
  command(line: string, options?: CommandOptions): Promise<readonly string[]>;
  /**
   * Waits for a URC that matches; returns the match. URCs that came before count, and each is returned once. `within` is in
   * ms of real time, 2000 if left out.
   * @throws Error if none comes in time; UserError if `pattern` is not a regular expression
   */
  urc(pattern: RegExp, options?: { readonly within?: number }): Promise<RegExpExecArray>;
  /** Sends bytes as they are, without waiting; a string is sent as UTF-8. */
  send(raw: string | Uint8Array): void;
}

/** How many bytes of output `heard` keeps. */
const maxHeardBytes = 64 * 1024;
/** How many bytes of URCs, or of an answer, are kept until somebody reads them. */
const maxUnreadBytes = 1024 * 1024;
const ctrlZ = "\x1a";
const esc = "\x1b";
const textOf = (octets: Octets): string => toText(octets) ?? octets;
const octetsOf = (raw: string | Uint8Array): Octets => (typeof raw === "string" ? fromText(raw) : fromBytes(raw));

/** The host of a test modem; `open` is its front end. */
export class AtHost implements TestHost {
  readonly #waits: Waits;
  readonly #urcs: Inbox<string>;
  #events: PortEvents | undefined;
  #heard: Octets = "";
  /** Output of the current command that is not complete yet. */
  #text: Octets = "";
  /** Receives the answer to the current command; undefined: none is waited for. */
  #onAnswer: ((answer: Answer) => void) | undefined;
  /** The latest command, until it is done. */
  #last: Promise<unknown> | undefined;

  constructor(waits: Waits) {
    this.#waits = waits;
    this.#urcs = new Inbox(waits, maxUnreadBytes, (urc) => urc.length + 100);
  }

  /** Opens the front end at the other end of its line. */
  open(events: PortEvents): SerialPort {
    this.#events = events;
    return {
      path: "test host",
      write: (bytes) => this.#receive(fromBytes(bytes)),
      set: () => {},
      close: async () => {},
    };
  }

  get heard(): string {
    return textOf(this.#heard.slice(-maxHeardBytes));
  }

  get unread(): readonly string[] {
    return this.#urcs.unread;
  }

  /** Forgets what it has heard. */
  forget(): void {
    this.#urcs.clear();
    this.#heard = "";
    this.#text = "";
  }

  send(raw: string | Uint8Array): void {
    this.#events?.onBytes(toBytes(octetsOf(raw)));
  }

  command(line: string, options: CommandOptions = {}): Promise<readonly string[]> {
    const run = (): Promise<readonly string[]> => this.#run(line, options);
    const done = this.#last === undefined ? run() : this.#last.then(run);
    const last: Promise<unknown> = done.then(
      () => this.#finish(last),
      () => this.#finish(last),
    );
    this.#last = last;
    return this.#waits.asked(done, this.command);
  }

  urc(pattern: RegExp, { within }: { readonly within?: number } = {}): Promise<RegExpExecArray> {
    if (!isRegExp(pattern)) throw new UserError("host.urc: give a regular expression, such as /QMTSTAT/", 2);
    const wanted = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, "")); // these two flags would make it start at its last index
    const problem = (): string => `no URC ${pattern}, but ${this.#received()}`;
    const take = this.#urcs.take((urc) => wanted.exec(urc) ?? undefined, { within, problem });
    return this.#waits.asked(take, this.urc);
  }

  #finish(command: Promise<unknown>): void {
    if (this.#last === command) this.#last = undefined;
  }

  async #run(line: string, { payload, ending = ctrlZ, within }: CommandOptions): Promise<readonly string[]> {
    const shown = masked(line);
    let answer = await this.#ask(`${fromText(line)}\r`, shown, within);
    if (answer.kind === "prompt") {
      if (payload === undefined) this.#refusePrompt(shown);
      answer = await this.#ask(octetsOf(payload) + ending, shown, within);
    }
    if (answer.kind === "prompt") throw new Error(`${shown} asked for its payload again`);
    const lines = answer.lines.filter((each) => each !== `${fromText(line)}\r`).map(textOf); // the echo of ATE1
    const reboot = lines.find((each) => each.startsWith("REBOOT_CAUSE"));
    const result = reboot === undefined || lines[0] === "REBOOTING" ? answer.result : reboot;
    if (result !== "OK") throw new AtError(shown, result, lines);
    return lines;
  }

  #refusePrompt(line: string): never {
    this.send(esc); // otherwise the next command would become the payload
    throw new Error(`${line} asks for a payload: give it as { payload }`);
  }

  async #ask(octets: Octets, line: string, within: number | undefined): Promise<Answer> {
    const problem = (): string => `${line} was not answered, but ${this.#received()}`;
    try {
      return await this.#waits.wait<Answer>(
        (onAnswer) => {
          this.#onAnswer = onAnswer;
          this.send(toBytes(octets));
        },
        { within, problem },
      );
    } finally {
      this.#onAnswer = undefined;
    }
  }

  /** Handles output. Between commands all of it is URCs; until a command is answered the module sends no URC. */
  #receive(octets: Octets): void {
    this.#heard += octets;
    if (this.#heard.length > 2 * maxHeardBytes) this.#heard = this.#heard.slice(-maxHeardBytes); // rarely, because it copies
    this.#text = (this.#text + octets).slice(-maxUnreadBytes);
    const answer = this.#onAnswer === undefined ? undefined : answerIn(this.#text);
    if (this.#onAnswer !== undefined && answer === undefined) return;
    const urcs = answer === undefined ? this.#text : answer.kind === "final" ? answer.rest : "";
    this.#text = "";
    if (answer !== undefined) this.#onAnswer?.(answer);
    this.#onAnswer = undefined;
    for (const urc of urcsIn(urcs)) this.#urcs.put(textOf(urc));
  }

  #received(): string {
    const received = [...this.#urcs.unread, ...(this.#text === "" ? [] : [this.#text])].slice(-10);
    return received.length === 0
      ? "nothing was received"
      : `there came ${received.map((each) => JSON.stringify(maskedEcho(each))).join(", ")}`;
  }
}
