import type { Ending } from "./ending.js";
import type { FlagName, Flags } from "./flags.js";

/** A command as it was typed. */
export interface Call {
  /** The words after its name. */
  readonly words: readonly string[];
  /** Its flags; all of them are flags that it takes. */
  readonly flags: Flags;
  /** The end that a signal asks for. */
  readonly ending: Ending;
}

/** How a command has ended. */
export interface Outcome {
  /** What it prints on standard output, without the last line end. */
  readonly text?: string;
  /** The exit code; 0 where it is left out. */
  readonly code?: number;
}

/** A command beside the run of a module. */
export interface CommandRow {
  /** Each way to write it, and what that does. */
  readonly calls: readonly (readonly [syntax: string, about: string])[];
  /** The flags that it takes beside --help; `run`: those of the run of a module. */
  readonly takes: "run" | readonly FlagName[];
  /** Loads its code. */
  readonly load: () => Promise<{ readonly run: (call: Call) => Promise<Outcome> }>;
}
