import { type Octets, toText } from "./octets.js";
import type { Token } from "./parse.js";

/** The value of a parameter, and the index of the token behind it. */
interface Taken<T> {
  readonly value: T;
  readonly next: number;
}

/** The declaration of a parameter: its range, and how it is read from tokens. */
export interface Param<T> {
  /** As a test line prints it: `(0-3600)`, `"<topic>"`. */
  readonly range: string;
  /** Reads the value from `at` on; undefined where the token is missing, of the wrong kind or out of range. */
  take(tokens: readonly Token[], at: number): Taken<T> | undefined;
  /** Literals at the limits of the range, for tests: `good` are accepted, `bad` are not. */
  readonly probes: { readonly good: readonly Octets[]; readonly bad: readonly Octets[] };
  /** Whether it may be left out at the end of the line. */
  readonly optional: boolean;
  /** Whether it is masked in the trace. */
  readonly secret: boolean;
}

/** The parameters of one form, in their order. */
export type Shape = Readonly<Record<string, Param<unknown>>>;

/** The values of the parameters of a shape. */
export type Values<S extends Shape> = { readonly [K in keyof S]: S[K] extends Param<infer T> ? T : never };

function single<T>(
  range: string,
  probes: Param<T>["probes"],
  read: (token: Token) => { readonly value: T } | undefined,
): Param<T> {
  const take = (tokens: readonly Token[], at: number): Taken<T> | undefined => {
    const token = tokens[at];
    const found = token && read(token);
    return found && { value: found.value, next: at + 1 };
  };
  return { range, take, probes, optional: false, secret: false };
}

const decimal = /^\d{1,10}$/;

/** A number from `min` to `max`. */
export function int(min: number, max: number): Param<number> {
  const below = min > 0 ? [`${min - 1}`] : [];
  const probes = { good: [`${min}`, `${max}`], bad: [...below, `${max + 1}`, "-1", "", "x", `"${min}"`, "1.0"] };
  return single(`(${min}-${max})`, probes, ({ kind, text }) => {
    const value = kind === "bare" && decimal.test(text) ? Number(text) : Number.NaN;
    return value >= min && value <= max ? { value } : undefined;
  });
}

/** One of a few numbers. The test line shows one or two as a list, and more as a range. */
export function choice<const N extends number>(...allowed: readonly N[]): Param<N> {
  const [first, last] = [Math.min(...allowed), Math.max(...allowed)];
  const bad = [`${first - 1}`, `${last + 1}`, "-1", "", "x", `"${first}"`, "1.0"];
  const probes = { good: allowed.map(String), bad };
  const range = allowed.length > 2 ? `(${first}-${last})` : `(${allowed.join(",")})`;
  return single(range, probes, ({ kind, text }) => {
    const value = allowed.find((candidate) => kind === "bare" && decimal.test(text) && candidate === Number(text));
    return value === undefined ? undefined : { value };
  });
}

interface TextRules {
  /** The least number of bytes. Left out: 1. */
  readonly min?: number;
  /** Whether a text of a legal length is accepted. Left out: always. */
  readonly check?: (octets: Octets) => boolean;
  /** Makes a text of a length that is accepted, for tests. Left out: a text of the letter a. */
  readonly spell?: (length: number) => Octets;
}

/** A string of `min` to `max` bytes, with or without quotes. */
export function text(name: string, max: number, rules: TextRules = {}): Param<Octets> {
  const { min = 1, check = () => true, spell = (length) => "a".repeat(length) } = rules;
  const sized = (length: number): Octets => `"${spell(length)}"`;
  const bad = [sized(max + 1), "", "a b", '"a', ...(min > 0 ? ['""'] : [])];
  const probes = { good: [sized(min), sized(max), spell(Math.max(min, 4))], bad };
  return single(`"<${name}>"`, probes, ({ kind, text: value }) => {
    const taken = (kind === "quoted" || kind === "bare") && value.length >= min && value.length <= max && check(value);
    return taken ? { value } : undefined;
  });
}

/** One of a few words, in upper or lower case, with or without quotes. */
export function word<const W extends string>(...allowed: readonly W[]): Param<W> {
  const bad = ["", '""', "nope", "0", '"a', ...allowed.slice(0, 1).map((first) => `${first}S`)];
  const good = [...allowed, ...allowed.slice(0, 1).flatMap((first) => [first.toLowerCase(), `"${first}"`])];
  return single(`(${allowed.join(",")})`, { good, bad }, ({ kind, text: written }) => {
    const plain = kind === "quoted" || kind === "bare";
    const value = plain ? allowed.find((each) => each === written.toUpperCase()) : undefined;
    return value === undefined ? undefined : { value };
  });
}

/** Whether the octets are a legal MQTT string: UTF-8 without U+0000. [MQTT-1.5.3-1], [MQTT-1.5.3-2] */
export const isMqttString = (octets: Octets): boolean => toText(octets) !== undefined && !octets.includes("\0");

/** A parameter that may be left out at the end of the line. */
export function optional<T>(param: Param<T>): Param<T | undefined> {
  const take = (tokens: readonly Token[], at: number): Taken<T | undefined> | undefined =>
    at >= tokens.length ? { value: undefined, next: at } : param.take(tokens, at);
  return { ...param, take, optional: true };
}

/** A parameter that may be left out at the end of the line. If it is given, the next one must be given, too. */
export function withNext<T>(param: Param<T>): Param<T | undefined> {
  const take = (tokens: readonly Token[], at: number): Taken<T | undefined> | undefined =>
    at === tokens.length - 1 ? undefined : optional(param).take(tokens, at);
  return { ...param, take, optional: true };
}

/** A parameter that may be left out at the end, or be empty between commas. In both cases the setting keeps its value. */
export function keeping<T>(param: Param<T>): Param<T | undefined> {
  const take = (tokens: readonly Token[], at: number): Taken<T | undefined> | undefined =>
    tokens[at]?.kind === "empty" ? { value: undefined, next: at + 1 } : optional(param).take(tokens, at);
  return {
    ...param,
    take,
    optional: true,
    probes: { ...param.probes, bad: param.probes.bad.filter((it) => it !== "") },
  };
}

/** A parameter that is masked in the trace. */
export const secret = <T>(param: Param<T>): Param<T> => ({ ...param, secret: true });

/** One or more groups of parameters, up to the end of the line. */
export function repeat<S extends Shape>(shape: S): Param<readonly Values<S>[]> {
  const take = (tokens: readonly Token[], at: number): Taken<readonly Values<S>[]> | undefined => {
    const groups: Values<S>[] = [];
    let next = at;
    while (next < tokens.length || groups.length === 0) {
      const group = takeShape(shape, tokens, next);
      if (group === undefined) return undefined;
      groups.push(group.value);
      next = group.next;
    }
    return { value: groups, next };
  };
  const range = Object.values(shape)
    .map((param) => param.range)
    .join(",");
  return { range, take, probes: groupProbes(shape), optional: false, secret: false };
}

/** The probes of a group: one parameter takes each of its probes, and the others a good value. */
function groupProbes(shape: Shape): Param<unknown>["probes"] {
  const params = Object.values(shape);
  const put = (probe: Octets, at: number): Octets =>
    params.map(({ probes }, index) => (index === at ? probe : probes.good[0])).join(",");
  return {
    good: params.flatMap(({ probes }, at) => probes.good.map((probe) => put(probe, at))),
    bad: params.flatMap(({ probes }, at) => probes.bad.map((probe) => put(probe, at))),
  };
}

function takeShape<S extends Shape>(shape: S, tokens: readonly Token[], from: number): Taken<Values<S>> | undefined {
  const values: Record<string, unknown> = {};
  let next = from;
  for (const name in shape) {
    const taken = shape[name]?.take(tokens, next);
    if (taken === undefined) return undefined;
    values[name] = taken.value;
    next = taken.next;
  }
  return { value: values as Values<S>, next };
}

/** Reads all tokens of a form; undefined where a token is missing or wrong, or there are too many. */
export function readParams<S extends Shape>(shape: S, tokens: readonly Token[]): Values<S> | undefined {
  const taken = takeShape(shape, tokens, 0);
  return taken?.next === tokens.length ? taken.value : undefined;
}

/** The tokens that a shape declares secret; undefined where the tokens do not fit the shape. */
export function secretTokens(shape: Shape, tokens: readonly Token[]): readonly Token[] | undefined {
  const found: Token[] = [];
  let next = 0;
  for (const param of Object.values(shape)) {
    const taken = param.take(tokens, next);
    if (taken === undefined) return undefined;
    if (param.secret) found.push(...tokens.slice(next, taken.next));
    next = taken.next;
  }
  return next === tokens.length ? found : undefined;
}
