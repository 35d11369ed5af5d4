import type { BrokerWay, HostWay } from "./sentence.js";
import type { Values } from "./values.js";

/** What stands where in a syntax: a fixed word, or a value. */
export type Element =
  /** `plural` is taken, too, where it is not undefined. */
  | { readonly kind: "word"; readonly word: string; readonly plural: string | undefined }
  | { readonly kind: "value"; readonly name: keyof Values; readonly optional: boolean };

/** An order of words and values that is read, written and explained. */
export interface Form {
  /** `lose [COUNT] byte(s)`: what `values` knows by name is a place for a value, all else are words. */
  readonly syntax: string;
  readonly elements: readonly Element[];
  /** What it means, in a sentence for people that names the values. What is counted stands in braces, a remark in brackets. */
  readonly means: string;
  readonly example: string;
}

/** The names of the values in a syntax. */
export type NamesIn<S extends string> = keyof Values &
  (S extends `${infer First} ${infer Rest}` ? NamesIn<First> | NamesIn<Rest> : NameOf<S>);
type NameOf<W extends string> = W extends `[${infer N}]` | `"${infer N}"` ? N : W;

/** The values that a text has at the places of its form. */
export type Found<S extends string> = Pick<Values, NamesIn<S>>;

/** What the conditions behind a form can say. */
export interface Given {
  readonly broker: BrokerWay;
  readonly host: HostWay;
  readonly topic: string;
  readonly after: number;
  readonly chance: number;
  readonly for: Values["SPAN"];
}

/** The name of a condition. */
export type Condition = keyof Given;

/** Makes a form of its syntax. */
export function formOf(syntax: string, means: string, example: string, isValue: (name: string) => boolean): Form {
  const elements = syntax.split(" ").map((part): Element => {
    const [, name = part] = /^[["](.*)["\]]$/.exec(part) ?? [];
    if (isValue(name)) return { kind: "value", name: name as keyof Values, optional: part.startsWith("[") };
    const word = part.replace("(s)", "");
    return { kind: "word", word, plural: word === part ? undefined : `${word}s` };
  });
  return { syntax, elements, means, example };
}

/** The place at which a fault acts, as the vocabulary groups them. */
export type Seam = "packets" | "network" | "world" | "module" | "answers" | "UART";

/** What a form means, with an example where the syntax itself is none. */
type Row = string | { readonly means: string; readonly example: string };

/** Forms of a seam that take the same conditions. */
export interface Group {
  readonly seam: Seam;
  readonly takes: readonly Condition[];
  /** By syntax. Capitals are values (`values.ts`). In a meaning, what is counted stands in braces, a remark in brackets. */
  readonly forms: Readonly<Record<string, Row>>;
}
