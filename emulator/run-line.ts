import { ok, type RefusedFor } from "../at/command.js";
import type { FinalResult } from "../at/format.js";
import type { Octets } from "../at/octets.js";
import { type ParsedCommand, parseLine } from "../at/parse.js";
import type { Change, CommandView, Demand, ModuleAnswer, ModuleCommand } from "./command-view.js";
import { basicCommands } from "./commands/basic.js";
import { commandNamed } from "./commands/index.js";
import { notModelledNamed } from "./commands/not-modelled.js";
import type { Profile } from "./profile/profile.js";
import type { Quirks } from "./profile/quirks.js";

/** Information lines that share one frame, and their form in the trace. */
export interface InformationBlock {
  readonly lines: readonly Octets[];
  readonly shown: readonly Octets[];
}

/** The end of a command line. */
export type Ending =
  | { readonly kind: "final"; readonly result: FinalResult }
  | Extract<ModuleAnswer, { readonly kind: "entry" | "reboot" | "waiting" }>;

/** The state that a command line reads and changes while it runs. */
export interface LineContext {
  readonly profile: Profile;
  view(): CommandView;
  apply(change: Change): void;
  demand(demand: Demand): void;
  /** Traces a command that has no effect, with the reason. */
  ignore(what: string): void;
}

/** The result of a command line. */
export interface LineResult {
  readonly blocks: readonly InformationBlock[];
  readonly ending: Ending;
}

/** Runs a command line: command after command, up to the first error (V.250 5.4, note 3.1). A line without AT is an error. */
export function runLine(line: Octets, context: LineContext): LineResult {
  const blocks: InformationBlock[] = [];
  const parsed = parseLine(line);
  if (parsed === undefined) return { blocks, ending: { kind: "final", result: "ERROR" } };
  for (const [index, command] of parsed.entries()) {
    const isLast = index === parsed.length - 1;
    const ending = takeAnswer(answerTo(command, context, isLast), context, blocks);
    if (ending !== undefined) return { blocks, ending };
  }
  return { blocks, ending: { kind: "final", result: "OK" } };
}

/** Ends a payload entry; returns the result of its line. */
export function submitPayload(
  entry: Extract<ModuleAnswer, { readonly kind: "entry" }>,
  payload: Octets,
  context: LineContext,
): LineResult {
  const blocks: InformationBlock[] = [];
  const ending = takeAnswer(entry.submit(context.view(), payload), context, blocks);
  return { blocks, ending: ending ?? { kind: "final", result: "OK" } };
}

/** Applies the answer's change. Returns undefined for OK; any other answer ends the line and is returned. */
function takeAnswer(answer: ModuleAnswer, context: LineContext, blocks: InformationBlock[]): Ending | undefined {
  if (answer.kind === "entry" || answer.kind === "reboot") return answer;
  if (answer.kind === "waiting") {
    context.demand(answer.request);
    return answer;
  }
  if (answer.apply !== undefined) context.apply(answer.apply);
  if (answer.kind === "ok") blocks.push(...blocksOf(answer));
  if (answer.request !== undefined) context.demand(answer.request);
  return answer.kind === "refused" ? takeError(answer.error, context) : undefined;
}

/** The end of a line by an error; undefined: the quirk answers OK to an unknown command, and the line goes on. */
function takeError(error: RefusedFor, context: LineContext): Ending | undefined {
  const { quirks } = context.profile;
  if (error !== "unknownCommand" || quirks.unknownCommand !== "OK") {
    return { kind: "final", result: resultOf(error, quirks) };
  }
  context.ignore("an unknown command, answered OK (quirk unknownCommand)");
  return undefined;
}

/** The blocks of an answer: one for all lines, or one for each line. */
function blocksOf({
  lines,
  shown = lines,
  framing,
}: Extract<ModuleAnswer, { readonly kind: "ok" }>): readonly InformationBlock[] {
  if (framing === "each") return lines.map((line, at) => ({ lines: [line], shown: shown.slice(at, at + 1) }));
  return lines.length > 0 ? [{ lines, shown }] : [];
}

/** The final result of an error, by the quirks. */
function resultOf(error: RefusedFor, { unknownCommand, parameterError }: Quirks): FinalResult {
  if (error === "unknownCommand") return unknownCommand === "4" ? "operationNotSupported" : "ERROR";
  if (error === "badParameter") return parameterError === "50" ? "incorrectParameters" : "ERROR";
  return error;
}

/** The answer to a command, or to a form of it, that does not exist. */
const unknown: ModuleAnswer = { kind: "refused", error: "unknownCommand" };

function answerTo(parsed: ParsedCommand, context: LineContext, isLast: boolean): ModuleAnswer {
  if (parsed.kind === "unreadable") return unknown;
  const view = context.view();
  if (parsed.kind === "basic") return basicCommands[parsed.name]?.(parsed.value, view) ?? unknown;
  const command = commandNamed(parsed.name);
  return command === undefined ? answerMissing(parsed.name, context) : answerExtended(command, parsed, view, isLast);
}

/** The answer to a command that does not exist here. One that is known but not modelled is traced. */
function answerMissing(name: string, context: LineContext): ModuleAnswer {
  const known = notModelledNamed(name);
  if (known === undefined) return unknown;
  context.ignore(`AT${name} is not modelled: ${known.why}`);
  return known.answers === "OK" ? ok() : unknown;
}

/** The answer to an extended command in the form in which it was written. A form that it does not have is unknown. */
function answerExtended(
  command: ModuleCommand,
  { form, tokens }: Extract<ParsedCommand, { readonly kind: "extended" }>,
  view: CommandView,
  isLast: boolean,
): ModuleAnswer {
  if (form === "test") return command.test ? { kind: "ok", lines: command.test(view) } : unknown;
  if (form !== "write") return command[form]?.(view) ?? unknown;
  if (command.write === undefined) return unknown;
  if (!("keys" in command.write)) {
    const { entry, run } = command.write;
    return entry && !isLast ? { kind: "refused", error: "badParameter" } : run(tokens, view);
  }
  const [key, ...rest] = tokens;
  if (key === undefined || key.kind === "empty" || key.kind === "malformed") {
    return { kind: "refused", error: "badParameter" };
  }
  const { keys, unknownKey } = command.write;
  const name = key.text.toLowerCase();
  const chosen = Object.hasOwn(keys, name) ? keys[name] : undefined;
  return chosen?.run(rest, view) ?? { kind: "refused", error: unknownKey };
}
