import { formMeaning } from "./explain.js";
import type { Form, Seam } from "./form.js";
import { conditions, events } from "./grammar.js";
import { sentenceForms } from "./phrase.js";
import { values } from "./values.js";

/** A form for people. */
export interface FormRow {
  /** How it is written: capitals are values, brackets stand around what may be left out. */
  readonly syntax: string;
  readonly means: string;
  readonly example: string;
}

/** A kind of value for people. */
export interface ValueRow {
  /** As it stands in a syntax. */
  readonly name: string;
  readonly about: string;
  readonly how: string;
}

/** The whole language of faults, for people and programs. */
export interface Reference {
  /** How the parts of a sentence follow each other. */
  readonly sentence: string;
  readonly faults: readonly (FormRow & {
    readonly seam: Seam;
    /** The conditions that may stand behind it. */
    readonly conditions: readonly string[];
  })[];
  readonly conditions: readonly FormRow[];
  readonly events: readonly FormRow[];
  readonly values: readonly ValueRow[];
}

/** Everything that the parser knows. */
export function reference(): Reference {
  return {
    sentence: "[when EVENT: | whenever EVENT:] FAULT [CONDITION ...]",
    faults: sentenceForms.map((form) => ({ ...rowOf(form), seam: form.seam, conditions: conditionsOf(form.takes) })),
    conditions: conditions.map(rowOf),
    events: events.map(rowOf),
    values: Object.entries(values).map(([name, { about, how }]) => ({ name, about, how })),
  };
}

const rowOf = (form: Form): FormRow => ({ syntax: form.syntax, means: formMeaning(form), example: form.example });

const conditionsOf = (takes: (typeof sentenceForms)[number]["takes"]): readonly string[] =>
  conditions.filter(({ name }) => takes.includes(name)).map(({ syntax }) => syntax);
