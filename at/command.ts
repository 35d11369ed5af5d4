import type { CmeError } from "./errors.js";
import type { Octets } from "./octets.js";
import { readParams, type Shape, type Values } from "./params.js";
import type { Token } from "./parse.js";

/** Why a command is refused: a numbered error, or one of the two that a module may answer with a bare ERROR. */
export type RefusedFor = CmeError | "badParameter" | "unknownCommand";

/** How a payload entry ends (note 3.2.9): by Ctrl+Z up to a limit, or after exactly so many bytes. */
export type EntryEnd =
  | { readonly by: "ctrlZ"; readonly limit: number; readonly whenFull: "swallow" | "send" }
  | { readonly by: "length"; readonly length: number };

/** What a handler says. It never writes, it returns. */
export type Answer<World, Change, Request> =
  | {
      readonly kind: "ok";
      readonly lines: readonly Octets[];
      /** `each`: every line stands in a frame of its own; left out, all stand in one. */
      readonly framing?: "each";
      /** The same lines as a trace may show them, where they hold a secret. */
      readonly shown?: readonly Octets[];
      /** Counts at once, and is seen by the rest of the line. */
      readonly apply?: Change;
      /** Is taken at once, but what comes of it goes out behind the final result, or the prompt. */
      readonly request?: Request;
    }
  | { readonly kind: "refused"; readonly error: RefusedFor }
  | {
      readonly kind: "entry";
      readonly until: EntryEnd;
      /** Gets the world of the moment in which the payload was complete. */
      submit(world: World, payload: Octets): Answer<World, Change, Request>;
    }
  /** No final result at all. */
  | { readonly kind: "reboot"; readonly lines: readonly Octets[] };

/** A write form: its parameters, and what it answers to them. */
export interface Form<World, Change, Request> {
  readonly shape: Shape;
  /** It may ask for a payload, so nothing may stand behind it in the line. */
  readonly entry: boolean;
  /** Whether these are its parameters, each in its range and all in agreement. */
  fits(tokens: readonly Token[]): boolean;
  run(tokens: readonly Token[], world: World): Answer<World, Change, Request>;
}

/** Write forms that are told apart by their first parameter: AT+QMTCFG's keys. */
export interface KeyedForms<World, Change, Request> {
  readonly keys: Readonly<Record<string, Form<World, Change, Request>>>;
  readonly unknownKey: CmeError;
}

/** A command, declared once, in the manual's words. A form that is left out does not exist. */
export interface Command<World, Change, Request> {
  /** In upper case; all names under which it is taken, the manual's first. */
  readonly names: readonly [`+${string}`, ...`+${string}`[]];
  /** Where the manual describes it. */
  readonly manual: string;
  /** Maximum Response Time in ms; `delivery` is what retries take (note 3.2.7). */
  readonly within: number | "delivery";
  /** What is less here than on silicon, in a line; left out: nothing that a host could notice. */
  readonly partly?: string;
  /** Literal test lines. They hold the manual's misprints; an empty list answers OK alone. */
  readonly test?: (world: World) => readonly Octets[];
  readonly read?: (world: World) => Answer<World, Change, Request>;
  readonly exec?: (world: World) => Answer<World, Change, Request>;
  readonly write?: Form<World, Change, Request> | KeyedForms<World, Change, Request>;
}

/** What else is to be said of a write form. */
interface FormRules<S extends Shape> {
  readonly entry?: boolean;
  /** Whether parameters that are good each by itself are good together. */
  readonly agree?: (values: Values<S>) => boolean;
}

/** A write form whose handler gets its parameters read. */
export function form<S extends Shape, World, Change, Request>(
  shape: S,
  handle: (values: Values<S>, world: World) => Answer<World, Change, Request>,
  { entry = false, agree = () => true }: FormRules<S> = {},
): Form<World, Change, Request> {
  const read = (tokens: readonly Token[]): Values<S> | undefined => {
    const values = readParams(shape, tokens);
    return values !== undefined && agree(values) ? values : undefined;
  };
  const fits = (tokens: readonly Token[]): boolean => read(tokens) !== undefined;
  const run = (tokens: readonly Token[], world: World): Answer<World, Change, Request> => {
    const values = read(tokens);
    return values === undefined ? refused("badParameter") : handle(values, world);
  };
  return { shape, entry, fits, run };
}

/** OK, with information lines before it. */
export const told = (...lines: readonly Octets[]) => ({ kind: "ok", lines }) as const;

/** OK, and something changes. */
export const changed = <Change>(apply: Change) => ({ kind: "ok", lines: [], apply }) as const;

/** OK, and something is asked for. */
export const requested = <Request>(request: Request) => ({ kind: "ok", lines: [], request }) as const;

/** ERROR or `+CME ERROR: <n>`; the module's settings decide which. */
export const refused = (error: RefusedFor) => ({ kind: "refused", error }) as const;
