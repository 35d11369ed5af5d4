import type { Condition } from "./form.js";

/** Where a fault acts. */
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
