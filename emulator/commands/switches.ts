import { changed, form, told } from "../../at/command.js";
import { choice, type Param } from "../../at/params.js";
import type { CommandView, ModuleCommand } from "../command-view.js";
import type { Nvm } from "../memory/nvm.js";
import type { Profile } from "../profile/profile.js";

/** The settings that are one number. */
type Switch = "qregswt" | "qledmode" | "nsonmi";

/** A kept setting that is one number; `blank` is what stands behind its colon. */
function kept<K extends Switch>(
  key: K,
  param: Param<Nvm[K]>,
  blank: (profile: Profile) => "" | " " = () => "",
): ModuleCommand {
  const name = `+${key.toUpperCase()}` as const;
  return {
    names: [name],
    manual: "AT manual",
    within: 300,
    partly: "kept and read back; nothing here listens to it",
    test: ({ profile }) => [`${name}:${blank(profile)}${param.range}`],
    read: ({ nvm, profile }) => told(`${name}:${blank(profile)}${nvm[key]}`),
    write: form({ value: param }, ({ value }, { nvm }: CommandView) => changed({ nvm: { ...nvm, [key]: value } })),
  };
}

/** Set Registration Mode of the IoT platform, from the next start on; there is none that is modelled. */
export const qregswt = kept("qregswt", choice(0, 1, 2), ({ quirks }) => (quirks.qregswtBlank === "yes" ? " " : ""));

/** Set NETLIGHT Mode; nobody sees the light. */
export const qledmode = kept("qledmode", choice(0, 1));

/** Socket Message Arrived Indicator; there are no sockets. */
export const nsonmi = kept("nsonmi", choice(0, 1, 2, 3));

/** New Message Indication of the IoT platform: not kept, a start sets 1 (AT manual). */
export const nnmi: ModuleCommand = {
  names: ["+NNMI"],
  manual: "AT manual",
  within: 300,
  partly: "read back; there is no IoT platform that sends messages",
  test: () => ["+NNMI: (0-2)"],
  read: ({ networkSettings }) => told(`+NNMI: ${networkSettings.nnmi}`),
  write: form({ status: choice(0, 1, 2) }, ({ status }, { networkSettings }: CommandView) =>
    changed({ networkSettings: { ...networkSettings, nnmi: status } }),
  ),
};
