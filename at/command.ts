import type { CmeError } from "./errors.js";
import type { Octets } from "./octets.js";
import { readParams, type Shape, type Values } from "./params.js";
import type { Token } from "./parse.js";

/** Why a command is refused: an error with a number, or one of two errors that a module may answer with a bare ERROR. */
export type RefusedFor = CmeError | "badParameter" | "unknownCommand";

/** How a payload entry ends (note 3.2.9): at Ctrl+Z, with at most `limit` bytes, or after exactly `length` bytes. */
export type EntryEnd =
  | { readonly by: "ctrlZ"; readonly limit: number; readonly whenFull: "swallow" | "send" }
  | { readonly by: "length"; readonly length: number };

/** What a handler returns. It has no other effect. */
export type Answer<View, Change, Request> =
  | {
      readonly kind: "ok";
      readonly lines: readonly Octets[];
      /** `each`: every line has its own frame. Left out: one frame holds all lines. */
      readonly framing?: "each";
      /** The lines for the trace, with secrets masked. Left out: `lines` hold no secret. */
      readonly shown?: readonly Octets[];
      /** A change that takes effect at once. Later commands of the line see it. */
      readonly apply?: Change;
      /** A request that is accepted at once. Its output follows the final result, or the prompt. */
      readonly request?: Request;
    }
  | {
      readonly kind: "refused";
      readonly error: RefusedFor;
      /** A change that the failure makes. Left out: none. */
      readonly apply?: Change;
      /** A request that the failure makes. Left out: none. */
      readonly request?: Request;
    }
  | {
      readonly kind: "entry";
      readonly until: EntryEnd;
      /** Handles the complete payload. `view` is the state at that moment. */
      submit(view: View, payload: Octets): Answer<View, Change, Request>;
    }
  /** The final result comes when the request is done. The command must be the last one of its line. */
  | { readonly kind: "waiting"; readonly request: Request }
  /** A reboot. There is no final result. */
  | { readonly kind: "reboot"; readonly lines: readonly Octets[] };

/** A write form: its parameters and its handler. */
export interface Form<View, Change, Request> {
  readonly shape: Shape;
  /** Whether it may ask for a payload, or answer later. Then it must be the last command of its line. */
  readonly entry: boolean;
  /** Whether the tokens are legal: each parameter is in its range, and the `agree` rule holds. */
  fits(tokens: readonly Token[]): boolean;
  run(tokens: readonly Token[], view: View): Answer<View, Change, Request>;
}

/** Write forms that the first parameter selects, as the keys of AT+QMTCFG do. */
export interface KeyedForms<View, Change, Request> {
  readonly keys: Readonly<Record<string, Form<View, Change, Request>>>;
  readonly unknownKey: CmeError;
}

/** The declaration of a command. A form that is left out does not exist. */
export interface Command<View, Change, Request> {
  /** All names of the command, in upper case. The first is the manual's. */
  readonly names: readonly [`+${string}`, ...`+${string}`[]];
  /** The document, and its section, that describes the command. */
  readonly manual: string;
  /** Maximum Response Time in ms; `delivery`: it depends on the retries (note 3.2.7). */
  readonly within: number | "delivery";
  /** What a real module does and this one does not, in one line. Left out: a host notices no difference. */
  readonly partly?: string;
  /** The literal lines of the test form, with the manual's misprints. An empty list: OK alone. */
  readonly test?: (view: View) => readonly Octets[];
  readonly read?: (view: View) => Answer<View, Change, Request>;
  readonly exec?: (view: View) => Answer<View, Change, Request>;
  readonly write?: Form<View, Change, Request> | KeyedForms<View, Change, Request>;
}

/** The options of a write form. */
interface FormRules<S extends Shape> {
  readonly entry?: boolean;
  /** Whether the parameters, each of them legal, are legal together. */
  readonly agree?: (values: Values<S>) => boolean;
}

/** Makes a write form. The handler gets the values of the parameters. */
export function form<S extends Shape, View, Change, Request>(
  shape: S,
  handle: (values: Values<S>, view: View) => Answer<View, Change, Request>,
  { entry = false, agree = () => true }: FormRules<S> = {},
): Form<View, Change, Request> {
  const read = (tokens: readonly Token[]): Values<S> | undefined => {
    const values = readParams(shape, tokens);
    return values !== undefined && agree(values) ? values : undefined;
  };
  const fits = (tokens: readonly Token[]): boolean => read(tokens) !== undefined;
  const run = (tokens: readonly Token[], view: View): Answer<View, Change, Request> => {
    const values = read(tokens);
    return values === undefined ? refused("badParameter") : handle(values, view);
  };
  return { shape, entry, fits, run };
}

/** OK, after information lines. */
export const ok = (...lines: readonly Octets[]) => ({ kind: "ok", lines }) as const;

/** OK, with a change of the state. */
export const changed = <Change>(apply: Change) => ({ kind: "ok", lines: [], apply }) as const;

/** OK, with a request. */
export const requested = <Request>(request: Request) => ({ kind: "ok", lines: [], request }) as const;

/** ERROR or `+CME ERROR: <n>`; the quirks and AT+CMEE decide which. */
export const refused = (error: RefusedFor) => ({ kind: "refused", error }) as const;

/** An error that changes the state, as a wrong password does. */
export const failed = <Change>(error: RefusedFor, apply: Change) => ({ kind: "refused", error, apply }) as const;
