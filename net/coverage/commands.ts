import { parseLine, type Token } from "../../at/parse.js";
import type { ModuleCommand } from "../../emulator/command-view.js";
import { basicCommands } from "../../emulator/commands/basic.js";
import { commandNamed, commands } from "../../emulator/commands/index.js";
import { messagePlaces } from "../../emulator/commands/socket-params.js";
import type { CoveragePoint } from "./coverage-point.js";

/** What a host has written: the form of a command, the same with its key, and whether the module has it. */
export interface WrittenForm {
  /** Such as `AT+QMTCFG=`; a refusal counts for it. */
  readonly form: string;
  /** Such as `AT+QMTCFG="timeout"`; left out: the form has no keys. */
  readonly keyed?: string;
  /** What the host makes possible by it, as `uses` names it; left out: nothing beyond the form. */
  readonly use?: string;
}

/** Values of commands without which some lines never come. */
export const uses = {
  notices: 'AT+QMTCFG="timeout",…,1',
  sequence: "AT+NSOST=…,<sequence>",
} as const;

const keyedForm = (name: string, key: string): string => `AT${name}="${key}"`;

/** The forms of a command, as `commands` shows them. */
function formsOf({ names: [name], test, read, exec, write }: ModuleCommand): readonly string[] {
  const written =
    write && ("keys" in write ? Object.keys(write.keys).map((key) => keyedForm(name, key)) : [`AT${name}=`]);
  return [
    ...(exec ? [`AT${name}`] : []),
    ...(written ?? []),
    ...(read ? [`AT${name}?`] : []),
    ...(test ? [`AT${name}=?`] : []),
  ];
}

/** The forms that may be refused by a fault; the test form is for people. */
const refusable = ({ names: [name], read, exec, write }: ModuleCommand): readonly string[] => [
  ...(exec && name !== "+NRB" ? [`AT${name}`] : []),
  ...(write ? [`AT${name}=`] : []),
  ...(read ? [`AT${name}?`] : []),
];

/** A refused command: `error AT+CSQ`. */
const refusalOf = (form: string): CoveragePoint => ({
  group: "refusals",
  item: `${form} refused`,
  of: [form],
  recipe: { fault: `error ${form}`, does: [`sends ${form}`] },
});

/** Every form of every command that the module has, and the refusal of each. */
export const commandPoints: readonly CoveragePoint[] = [
  ...[
    "AT",
    ...Object.keys(basicCommands).map((name) => `AT${name}`),
    ...commands.flatMap(formsOf),
    ...Object.values(uses),
  ].map((item) => ({ group: "commands", item }) as const),
  ...commands.flatMap(refusable).map(refusalOf),
];

/** How a form is written behind the name of its command. */
const endings = { test: "=?", read: "?", write: "=", exec: "" } as const;

/** The longest name that is told of a command that the module does not have. */
const maxName = 24;

/** A line of which all was masked behind the name of a command, so that its sign is gone. */
const maskedName = /(\+[a-z]\w*)\*\*\*$/i;

/** The commands of a line of the trace, in their order. */
export function writtenForms(line: string): readonly WrittenForm[] {
  const parsed = parseLine(line.replace(maskedName, "$1=***"));
  if (parsed === undefined) return [];
  if (parsed.length === 0) return [{ form: "AT" }];
  return parsed.flatMap((command) => {
    if (command.kind === "unreadable") return [];
    if (command.kind === "basic") return [{ form: `AT${command.name}` }];
    const known = commandNamed(command.name);
    const name = known?.names[0] ?? command.name.slice(0, maxName);
    const form = `AT${name}${endings[command.form]}`;
    const isKeyed = command.form === "write" && known?.write !== undefined && "keys" in known.write;
    const key = command.tokens[0]?.text.toLowerCase();
    const use = useOf(name, command.tokens);
    return [
      {
        form,
        ...(isKeyed && key !== undefined && { keyed: keyedForm(name, key.slice(0, maxName)) }),
        ...(use !== undefined && { use }),
      },
    ];
  });
}

/** What a host makes possible by a command in its write form, as `uses` names it. */
function useOf(name: string, tokens: readonly Token[]): string | undefined {
  if (name === "+QMTCFG")
    return tokens[0]?.text.toLowerCase() === "timeout" && tokens[4]?.text === "1" ? uses.notices : undefined;
  const places = Object.hasOwn(messagePlaces, name) ? messagePlaces[name] : undefined;
  const sequence = places && tokens[places.sequence];
  return sequence === undefined || sequence.kind === "empty" ? undefined : uses.sequence;
}
