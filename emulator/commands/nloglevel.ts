import { changed, form, told } from "../../at/command.js";
import { word } from "../../at/params.js";
import type { CommandView, ModuleCommand } from "../command-view.js";
import { coreLevels, logCores } from "../memory/nvm.js";

/** Set Debug Logging Level of the chip's cores; none of them is there to log. */
export const nloglevel: ModuleCommand = {
  names: ["+NLOGLEVEL"],
  manual: "AT manual",
  within: 300,
  partly: "kept and read back; there is no log of the cores",
  test: () => [`+NLOGLEVEL: (${logCores.join(",")}),(${coreLevels.join(",")})`],
  read: ({ nvm }) => told(...logCores.map((core) => `+NLOGLEVEL: ${core},${nvm.nloglevel[core]}`)),
  write: form({ core: word(...logCores), level: word(...coreLevels) }, ({ core, level }, { nvm }: CommandView) =>
    changed({ nvm: { ...nvm, nloglevel: { ...nvm.nloglevel, [core]: level } } }),
  ),
};
