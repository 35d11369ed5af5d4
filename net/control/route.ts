import type * as v from "valibot";
import type { Control } from "./control.js";

/** What a request holds, checked. */
interface Input<Q, B> {
  readonly query: Q;
  readonly body: B;
  /** What stands behind the path's last slash, where it has a parameter. */
  readonly id: number;
  /** The client has gone. */
  readonly gone: AbortSignal;
}

/** A route. Its schemas check the request, and describe it in the OpenAPI document. */
export interface Route<Q = never, B = never> {
  readonly method: "GET" | "POST" | "DELETE";
  /** `:id` at the end is a number. */
  readonly path: `/${string}`;
  readonly about: string;
  readonly query?: v.GenericSchema<unknown, Q>;
  readonly body?: v.GenericSchema<unknown, B>;
  readonly answer: v.GenericSchema;
  /** The refusals that it has beside those of every route. */
  readonly refusals?: Readonly<Record<number, string>>;
  /** Throws a ControlError where the request cannot be done; nothing has changed then. */
  run(control: Control, input: Input<Q, B>): unknown;
  /** What happens when the answer has gone out. */
  after?(control: Control): void;
}

/** A route with the types of its schemas, as one of the table. */
export const route = <Q, B>(made: Route<Q, B>): Route => made as unknown as Route;

/** The answer to a request that has nothing to tell. */
export const done = { ok: true } as const;
