/** Something that a host can meet: a command that it can use, a line of the module, or a situation. */
export interface CoveragePoint {
  readonly group: Group;
  /** Its name. In the name of a line, `<…>` stands for a value without a comma, and `…` for anything. */
  readonly item: string;
  /**
   * What a host must use before it can meet this: the form of a command, such as `AT+QMTPUB=`, or a value of it that
   * `uses` names. Left out: every host can meet it.
   */
  readonly of?: readonly string[];
  /** How to make it happen. Left out: it comes without a fault. */
  readonly recipe?: Recipe;
}

/** The groups of coverage points, in their order. */
export const groups = [
  "commands",
  "refusals",
  "results",
  "link losses",
  "errors",
  "network",
  "URCs",
  "resets",
  "situations",
] as const;

export type Group = (typeof groups)[number];

/** A fault that makes something happen. */
export interface Recipe {
  /** The sentence, as --fault takes it. */
  readonly fault: string;
  /** What the host does meanwhile, for the table in docs/faults.md. */
  readonly does: readonly string[];
  /** The line as the host hears it; left out: it is no line. */
  readonly hears?: string;
}

/** Whether a line is the one that `item` names. */
export function patternOf(item: string): RegExp {
  const parts = item.split(/(<[^>]*>|…)/).map((part) => {
    if (part === "…") return ".*";
    return part.startsWith("<") ? "[^,]*" : part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  });
  return new RegExp(`^${parts.join("")}$`, "s");
}

/** A row of a table of lines: the line, and for one that needs a fault the line as it is heard, the fault and what the host does. */
export type LineRow =
  | readonly [item: string]
  | readonly [item: string, hears: string, fault: string, ...does: readonly string[]];

/** The lines that a host can hear after it has used a form of a command. */
export interface LineTable {
  readonly group: Group;
  /** The forms and uses; none: every host can hear them. */
  readonly of: readonly string[];
  readonly rows: readonly LineRow[];
}
