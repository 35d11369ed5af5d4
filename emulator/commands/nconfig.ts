import { changed, form, ok } from "../../at/command.js";
import type { Param } from "../../at/params.js";
import type { CommandView, ModuleCommand } from "../command-view.js";
import { type NconfigName, nconfigNames, nconfigTable, nconfigValue, nconfigValues } from "../memory/nvm.js";

/** A function and its value, as they are stored. The host may write both in upper or lower case. */
interface Setting {
  readonly name: NconfigName;
  readonly value: string;
}

function probesOf(name: NconfigName): Param<Setting>["probes"] {
  const range = nconfigTable[name];
  const good = "words" in range ? range.words : [`${range.min}`, `${range.max}`];
  const bad = "words" in range ? ["MAYBE", "0"] : [...(range.min > 0 ? [`${range.min - 1}`] : []), `${range.max + 1}`];
  const written = (values: readonly string[]) => values.map((value) => `${name},${value}`);
  return { good: written(good), bad: written([...bad, "-1", ""]) };
}

/** A function and its values, as the test form prints them. */
function printed(name: NconfigName): string {
  return `(${name},(${nconfigValues(name)}))`;
}

/** `<function>,<value>`: the values depend on the function. */
const setting: Param<Setting> = {
  range: nconfigNames.map(printed).join(","),
  optional: false,
  secret: false,
  probes: {
    good: [...nconfigNames.flatMap((name) => probesOf(name).good), "autoconnect,true", '"AUTOCONNECT","TRUE"'],
    bad: [...nconfigNames.flatMap((name) => probesOf(name).bad), "", "AUTOCONNECT", "NOPE,TRUE", ",TRUE"],
  },
  take: (tokens, at) => {
    const [first, second] = tokens.slice(at, at + 2).filter(({ kind }) => kind === "bare" || kind === "quoted");
    const name = nconfigNames.find((each) => each === first?.text.toUpperCase());
    const value = name && second && nconfigValue(name, second.text);
    return name === undefined || value === undefined ? undefined : { value: { name, value }, next: at + 2 };
  },
};

/** Configure UE Behaviour. Stored at once, applied at the next start. */
export const nconfig: ModuleCommand = {
  names: ["+NCONFIG"],
  manual: "AT manual",
  within: 300,
  partly: "all are kept and read back; only AUTOCONNECT changes anything",
  test: () => nconfigNames.map((name) => `+NCONFIG:${printed(name)}`),
  read: ({ nvm }) => ok(...nconfigNames.map((name) => `+NCONFIG:${name},${nvm.nconfig[name]}`)),
  write: form({ setting }, ({ setting: { name, value } }, { nvm }: CommandView) =>
    changed({ nvm: { ...nvm, nconfig: { ...nvm.nconfig, [name]: value } } }),
  ),
};
