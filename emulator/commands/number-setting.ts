import { changed, form, ok } from "../../at/command.js";
import type { Param } from "../../at/params.js";
import type { CommandView, ModuleCommand } from "../command-view.js";
import type { Nvm } from "../memory/nvm.js";
import type { Profile } from "../profile/profile.js";

/** The settings in NVM that are one number. */
type NumberSetting = "qregswt" | "qledmode" | "nsonmi" | "ctzr" | "nitz";

/** A command that writes and reads one number in NVM; `blank` is the text behind the colon. */
export function numberSetting<K extends NumberSetting>(
  key: K,
  param: Param<Nvm[K]>,
  blank: (profile: Profile) => "" | " " = () => "",
): ModuleCommand {
  const name = `+${key.toUpperCase()}` as const;
  return {
    names: [name],
    manual: "AT manual",
    within: 300,
    test: ({ profile }) => [`${name}:${blank(profile)}${param.range}`],
    read: ({ nvm, profile }) => ok(`${name}:${blank(profile)}${nvm[key]}`),
    write: form({ value: param }, ({ value }, { nvm }: CommandView) => changed({ nvm: { ...nvm, [key]: value } })),
  };
}
