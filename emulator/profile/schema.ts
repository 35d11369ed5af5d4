/** A valid value, or a problem in one line for the user: `identity.imei: "123" is not 15 digits`. */
export type Checked<T> = { readonly value: T } | { readonly problem: string };

/** Checks a JSON value. `path` is its place, for the problem. */
export type Check<T> = (json: unknown, path: string) => Checked<T>;

/** A check for every key. */
export type Shape<T> = { readonly [K in keyof T]-?: Check<Exclude<T[K], undefined>> };

/** The longest value that a problem shows, in characters. */
const maxShownLength = 60;

/** A value as a problem shows it. Of lists and objects only the kind is shown. */
export function shown(json: unknown): string {
  if (Array.isArray(json)) return "a list";
  if (typeof json === "object" && json !== null) return "an object";
  const text = typeof json === "string" ? JSON.stringify(json) : String(json);
  return text.length > maxShownLength ? `${text.slice(0, maxShownLength)}…` : text;
}

/** A text that `fits` accepts. `about` describes it in problems. */
export function text(about: string, fits: RegExp | ((text: string) => boolean)): Check<string> {
  const isRight = fits instanceof RegExp ? (value: string) => fits.test(value) : fits;
  return (json, path) => {
    if (typeof json !== "string") return { problem: `${path}: ${shown(json)} is not text; it takes ${about}` };
    return isRight(json) ? { value: json } : { problem: `${path}: ${shown(json)} is not ${about}` };
  };
}

/** A text that `fits` accepts. Problems do not show it. */
export function secret(about: string, fits: RegExp): Check<string> {
  return (json, path) =>
    typeof json === "string" && fits.test(json) ? { value: json } : { problem: `${path}: its value is not ${about}` };
}

/** A whole number in a range. */
export function whole(min: number, max: number): Check<number> {
  return (json, path) =>
    typeof json === "number" && Number.isInteger(json) && json >= min && json <= max
      ? { value: json + 0 } // -0 is 0
      : { problem: `${path}: ${shown(json)} is not a whole number from ${min} to ${max}` };
}

/** One of a few values. */
export function oneOf<const A extends string | number>(...allowed: readonly A[]): Check<A> {
  return (json, path) => {
    const value = allowed.find((candidate) => candidate === json);
    return value === undefined ? { problem: `${path}: ${shown(json)} is none of: ${allowed.join(", ")}` } : { value };
  };
}

/** A list of 1 to `max` values. */
export function listOf<T>(check: Check<T>, max: number): Check<readonly T[]> {
  return (json, path) => {
    if (!Array.isArray(json)) return { problem: `${path}: ${shown(json)} is not a list` };
    if (json.length === 0 || json.length > max) return { problem: `${path}: it takes 1 to ${max}, not ${json.length}` };
    const values: T[] = [];
    for (const [index, item] of json.entries()) {
      const checked = check(item, `${path}[${index}]`);
      if ("problem" in checked) return checked;
      values.push(checked.value);
    }
    return { value: values };
  };
}

/** An object with any of these keys and no others. */
export function some<T extends object>(shape: Shape<T>): Check<Partial<T>> {
  return (json, path) => {
    if (typeof json !== "object" || json === null || Array.isArray(json)) {
      return { problem: `${path || "the whole of it"}: ${shown(json)} is not an object` };
    }
    const values: [string, unknown][] = [];
    for (const [key, item] of Object.entries(json)) {
      const check = checkOf(shape, key);
      if (check === undefined) return { problem: unknownKey(path, key, Object.keys(shape)) };
      const checked = check(item, below(path, key));
      if ("problem" in checked) return checked;
      values.push([key, checked.value]);
    }
    return { value: Object.fromEntries(values) as Partial<T> };
  };
}

/** An object with all of these keys and no others. */
export function all<T extends object>(shape: Shape<T>): Check<T> {
  const any = some(shape);
  return (json, path) => {
    const checked = any(json, path);
    if ("problem" in checked) return checked;
    const missing = Object.keys(shape).find((key) => !Object.hasOwn(checked.value, key));
    return missing === undefined
      ? { value: checked.value as T }
      : { problem: `${below(path, missing)}: it is missing` };
  };
}

/** An object with all of these keys. Other keys are ignored. */
export function atLeast<T extends object>(shape: Shape<T>): Check<T> {
  const whole = all(shape);
  return (json, path) => {
    const isKnown = ([key]: readonly [string, unknown]): boolean => checkOf(shape, key) !== undefined;
    const isObject = typeof json === "object" && json !== null && !Array.isArray(json);
    return whole(isObject ? Object.fromEntries(Object.entries(json).filter(isKnown)) : json, path);
  };
}

/** The check of a key; undefined for keys that the shape inherits, such as `__proto__`. */
function checkOf<T>(shape: Shape<T>, key: string): Check<unknown> | undefined {
  return Object.hasOwn(shape, key) ? (shape as Readonly<Record<string, Check<unknown>>>)[key] : undefined;
}

const below = (path: string, key: string): string => (path === "" ? key : `${path}.${key}`);

function unknownKey(path: string, key: string, known: readonly string[]): string {
  const name = /^\w{1,40}$/.test(key) ? key : shown(key);
  return `${below(path, name)}: unknown key; ${suggestion(key, known)}`;
}

/** `did you mean imei?` where a known name is similar. Otherwise the list of all names. */
export function suggestion(written: string, known: readonly string[]): string {
  const near = known.find((name) => name.toLowerCase() === written.toLowerCase() || isTypo(written, name));
  return near === undefined ? `there are: ${[...new Set(known)].join(", ")}` : `did you mean ${near}?`;
}

/** Whether the names differ by one typing error: one letter too many, too few or wrong, or two letters exchanged. */
function isTypo(written: string, name: string): boolean {
  if (Math.abs(written.length - name.length) > 1) return false;
  const start = [...name].findIndex((letter, index) => letter !== written[index]);
  const at = start < 0 ? name.length : start;
  const rest = (text: string, from: number): string => text.slice(at + from);
  return (
    rest(written, 1) === rest(name, 1) ||
    rest(written, 1) === rest(name, 0) ||
    rest(written, 0) === rest(name, 1) ||
    (rest(written, 2) === rest(name, 2) && written[at] === name[at + 1] && written[at + 1] === name[at])
  );
}
