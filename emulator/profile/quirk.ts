/** The source of a quirk's values. */
export type Source = "note" | "guide" | "AT manual" | "V.250" | "field" | "clone" | "decided";

/** A setting for one point in which firmwares or sources differ. */
export interface Quirk<T> {
  /** What it decides, in one line. */
  readonly about: string;
  /** The section of the application note, the command, or `AT line`. */
  readonly section: string;
  readonly source: Source;
  readonly fallback: T;
  /** The default as text. */
  readonly standard: string;
  /** The legal values, as `--help` prints them. */
  readonly values: string;
  /** Reads a value; undefined where the text is not legal. */
  read(text: string): { readonly value: T } | undefined;
}

interface About {
  readonly about: string;
  readonly section: string;
  readonly source: Source;
}

/** A quirk with a few words or numbers. The first is the default. */
export function oneOf<const A extends readonly [string | number, ...(string | number)[]]>(
  about: About,
  ...allowed: A
): Quirk<A[number]> {
  const read = (text: string) => {
    const value = allowed.find((candidate) => String(candidate) === text);
    return value === undefined ? undefined : { value };
  };
  return { ...about, fallback: allowed[0], standard: String(allowed[0]), values: allowed.join(" | "), read };
}

/** A quirk with a whole number in a range. */
export function number(
  about: About,
  fallback: number,
  [min, max]: readonly [number, number],
  unit: string,
): Quirk<number> {
  const read = (text: string) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    return value >= min && value <= max ? { value } : undefined;
  };
  return { ...about, fallback, standard: String(fallback), values: `${min}-${max}${unit}`, read };
}

/** A quirk with a number whose default, 0, is written `none`. */
export function orNone(quirk: Quirk<number>): Quirk<number> {
  const read = (text: string) => (text === "none" ? { value: 0 } : quirk.read(text));
  return { ...quirk, standard: "none", values: `none | ${quirk.values}`, read };
}
