import * as v from "valibot";
import { shown } from "../../emulator/profile/schema.js";
import { ControlError } from "./control-error.js";

/** The parts of a schema that say what it takes. */
interface Schema {
  readonly type: string;
  readonly entries?: Readonly<Record<string, Schema>>;
  readonly item?: Schema;
  readonly wrapped?: Schema;
  readonly options?: readonly unknown[];
  readonly literal?: unknown;
  readonly pipe?: readonly { readonly type: string; readonly requirement?: unknown }[];
}

/**
 * Checks what a request holds. Throws a ControlError (400) with a line that says where it is wrong, what is there, and what to
 * give. `whole` is the name of what is checked.
 */
export function checked<T>(schema: v.GenericSchema<unknown, T>, given: unknown, whole = "the body"): T {
  const own = bare(schema as unknown as Schema);
  if (Array.isArray(given) && own?.entries !== undefined)
    throw new ControlError(400, `${whole}: a list does not fit; give ${wantedBy(own)}`); // valibot takes it for an object
  const result = v.safeParse(schema, given);
  if (result.success) return result.output;
  const option = optionFor(schema as unknown as Schema, given);
  if (option !== undefined) return checked(option as v.GenericSchema<unknown, T>, given, whole);
  throw new ControlError(400, problemOf(schema as unknown as Schema, result.issues[0], whole));
}

/** Of several kinds of objects the one that has a key of what is given; undefined: none is, or there is one kind. */
function optionFor({ type, options = [] }: Schema, given: unknown): unknown {
  if (type !== "union" || !isObject(given)) return undefined;
  return options.find((each) => Object.keys((each as Schema).entries ?? {}).some((key) => Object.hasOwn(given, key)));
}

function problemOf(schema: Schema, issue: v.BaseIssue<unknown>, whole: string): string {
  const keys = (issue.path ?? []).map(({ key }) => key);
  const place = keys.length === 0 ? whole : keys.map((key) => nameOf(key)).join(".");
  if (issue.expected === "never")
    return `${place}: there is no such key; ${knownKeys(schemaAt(schema, keys.slice(0, -1)))}`;
  if (isOwn(issue)) return `${place}: ${issue.message}`;
  const wanted = wantedBy(schemaAt(schema, keys));
  if (issue.input === undefined) return `${place}: it is missing; give ${wanted}`;
  return `${place}: ${shown(issue.input)} does not fit; give ${wanted}`;
}

/** Whether a schema of ours has its own words for a problem. Those of the library name types, and begin with `Invalid`. */
const isOwn = ({ message }: v.BaseIssue<unknown>): boolean => !/^Invalid \w+: (?:Expected|Received) /.test(message);

const isObject = (given: unknown): given is object =>
  typeof given === "object" && given !== null && !Array.isArray(given);

/** A key as a line shows it; one that a client has made up may hold anything. */
const nameOf = (key: unknown): string => (/^[\w-]{1,40}$/.test(String(key)) ? String(key) : shown(key));

function knownKeys(schema: Schema | undefined): string {
  const keys = Object.keys(schema?.entries ?? {});
  return keys.length === 0 ? "none is taken" : `there ${keys.length === 1 ? "is" : "are"} ${keys.join(", ")}`;
}

/** The schema of what stands at a place; undefined: there is none. */
function schemaAt(schema: Schema, keys: readonly unknown[]): Schema | undefined {
  let at: Schema | undefined = bare(schema);
  for (const key of keys) at = at && bare(at.item ?? at.entries?.[String(key)]);
  return at;
}

/** A schema without the wrapper that makes it optional. */
const bare = (schema: Schema | undefined): Schema | undefined =>
  schema?.wrapped === undefined ? schema : bare(schema.wrapped);

/** What a schema takes: `text (the id of a client)`. */
function wantedBy(schema: Schema | undefined): string {
  if (schema === undefined) return "what the OpenAPI document says";
  const about = v.getDescription(schema as unknown as v.GenericSchema);
  return `${kindOf(schema)}${about === undefined ? "" : ` (${about.replace(/\.$/, "")})`}`;
}

function kindOf({ type, entries, item, options = [], literal, pipe = [] }: Schema): string {
  const limit = (name: string): unknown => pipe.find((each) => each.type === name)?.requirement;
  switch (type) {
    case "string":
      return "text";
    case "number":
      return `${pipe.some((each) => each.type === "integer") ? "a whole number" : "a number"}${spanText(limit("min_value"), limit("max_value"))}`;
    case "boolean":
      return "true or false";
    case "picklist":
      return oneOf(options);
    case "literal":
      return String(literal);
    case "array":
      return `a list${spanText(limit("min_length"), limit("max_length"), " of")}; each of it is ${wantedBy(bare(item))}`;
    default: {
      const keys = Object.keys(entries ?? {});
      return keys.length === 0 ? "an object without keys" : `an object with ${keys.join(", ")}`;
    }
  }
}

/** ` from 1 to 100`, or nothing where there are no limits. */
function spanText(min: unknown, max: unknown, from = " from"): string {
  if (min === undefined) return max === undefined ? "" : ` of at most ${max}`;
  return max === undefined ? `${from} ${min} on` : `${from} ${min} to ${max}`;
}

/** `0, 1 or 2` */
const oneOf = (values: readonly unknown[]): string =>
  values.length < 2 ? values.join() : `${values.slice(0, -1).join(", ")} or ${values.at(-1)}`;
