import { fromText, type Octets, printable, toBytes } from "../../at/octets.js";
import { hidden, maskedLine } from "../../emulator/secrets.js";
import { truncate } from "../log-text.js";
import type { Clock, Millis } from "../time/clock.js";
import { textOf } from "../trace/recorded-event.js";
import type { HostInput, Recording } from "./recording.js";
import { TalkReader } from "./talk-reader.js";

/** How a replay has ended. */
export type ReplayEnd =
  /** The host has said all of the recording. */
  | { readonly kind: "whole"; readonly inputs: number }
  /** The host has said something else, or more. */
  | { readonly kind: "different"; readonly recorded: string | undefined; readonly said: string };

/** How a recording is replayed. */
export interface ReplayOptions {
  readonly clock: Clock;
  /** Answers come at once, not after the times of the recording. */
  readonly isFast: boolean;
  /** Sends bytes of the module to the host. */
  readonly write: (bytes: Uint8Array) => void;
  /** Called once, when it is known how the replay ends. */
  readonly ended: (end: ReplayEnd) => void;
}

/** What the module says once the host has said so many inputs; `delay`: how long after the last of them, in ms. */
interface Reply {
  readonly after: number;
  readonly delay: Millis;
  readonly octets: Octets;
}

/** The module of a recording: a host that says what it said then hears what it heard then. */
export class Replay {
  readonly #inputs: readonly HostInput[];
  readonly #replies: readonly Reply[];
  readonly #options: ReplayOptions;
  readonly #reader = new TalkReader();
  readonly #socketSecrets = hidden.newSocketSecrets();
  /** How many inputs the host has said, and when the last one was complete. */
  #heard = 0;
  #heardAt: Millis;
  #said = 0;
  #alarm: (() => void) | undefined;
  #hasEnded = false;

  constructor(recording: Recording, options: ReplayOptions) {
    this.#inputs = recording.inputs;
    this.#replies = repliesOf(recording);
    this.#options = options;
    this.#heardAt = options.clock.now();
  }

  /** The first input that the host has still to say; undefined: it has said all. */
  get missing(): string | undefined {
    return shownInput(this.#inputs[this.#heard]);
  }

  /** Begins with what the module said before the host did. */
  start(): void {
    this.#heardAt = this.#options.clock.now();
    this.#sayNext();
  }

  /** The host sends bytes. */
  take(bytes: Uint8Array): void {
    if (this.#hasEnded && this.#heard < this.#inputs.length) return;
    const now = this.#options.clock.now();
    for (const { input } of this.#reader.host(bytes, now)) {
      const recorded = this.#inputs[this.#heard];
      const said: HostInput =
        input.kind === "line"
          ? { kind: "line", t: now, line: this.#shown(input.line), terminator: printable(input.terminator) }
          : input.kind === "payload"
            ? { kind: "payload", t: now, size: input.payload.length, text: textOf(hidden.payload(input.payload)) }
            : input.kind === "cancelled"
              ? { kind: "cancelled", t: now }
              : { kind: "line", t: now, line: "", terminator: printable(input.terminator) };
      if (recorded === undefined || !isSame(recorded, said)) {
        this.#end({ kind: "different", recorded: shownInput(recorded), said: shownInput(said) ?? "" });
        return;
      }
      this.#heard += 1;
      this.#heardAt = now;
    }
    this.#sayNext();
  }

  /** Says nothing any more. */
  stop(): void {
    this.#alarm?.();
    this.#hasEnded = true;
  }

  /** A line as a recording has it. */
  #shown(line: Octets): string {
    return textOf(maskedLine(this.#socketSecrets.line(line)));
  }

  /** Says all that is due, and sets an alarm for what is due later. */
  #sayNext(): void {
    this.#alarm?.();
    this.#alarm = undefined;
    const { clock, isFast } = this.#options;
    for (let reply = this.#replies[this.#said]; reply !== undefined; reply = this.#replies[this.#said]) {
      if (this.#hasEnded || reply.after > this.#heard) return;
      const due = isFast || reply.after < this.#heard ? clock.now() : this.#heardAt + reply.delay;
      if (due > clock.now()) {
        this.#alarm = clock.alarm(due, () => this.#sayNext());
        return;
      }
      this.#said += 1;
      const bytes = toBytes(reply.octets);
      this.#reader.module(bytes, clock.now());
      this.#options.write(bytes);
    }
    if (this.#heard === this.#inputs.length) this.#end({ kind: "whole", inputs: this.#heard });
  }

  #end(end: ReplayEnd): void {
    if (this.#hasEnded && end.kind === "whole") return;
    this.#hasEnded = true;
    this.#alarm?.();
    this.#options.ended(end);
  }
}

/** What the module said, each with the inputs that the host had said before. */
function repliesOf({ said, inputs }: Recording): readonly Reply[] {
  const reader = new TalkReader();
  let after = 0;
  let last = said[0]?.t ?? 0;
  const replies: Reply[] = [];
  for (const { by, t, octets } of said) {
    const bytes = toBytes(octets);
    if (by === "host") {
      const parts = reader.host(bytes, t);
      after = Math.min(inputs.length, after + parts.length);
      if (parts.length > 0) last = t;
    } else {
      reader.module(bytes, t);
      replies.push({ after, delay: t - last, octets });
    }
  }
  return replies;
}

function isSame(recorded: HostInput, said: HostInput): boolean {
  if (recorded.kind === "line" && said.kind === "line")
    return recorded.line === said.line && recorded.terminator === said.terminator;
  if (recorded.kind === "payload" && said.kind === "payload")
    return recorded.size === said.size && recorded.text === said.text;
  return recorded.kind === said.kind;
}

/** An input for people. */
function shownInput(input: HostInput | undefined): string | undefined {
  switch (input?.kind) {
    case "line":
      return `${truncate(printable(fromText(input.line)))}${input.terminator}`;
    case "payload":
      return `a payload of ${input.size} bytes: ${truncate(printable(fromText(input.text)))}`;
    case "cancelled":
      return "<ESC>, which cancels a payload";
    case undefined:
      return undefined;
  }
}
