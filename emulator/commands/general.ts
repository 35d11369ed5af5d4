import { changed, form, ok, refused } from "../../at/command.js";
import { choice, word } from "../../at/params.js";
import type { CommandView, ModuleCommand } from "../command-view.js";

const cmeeModes = { "0,1": [0, 1], "0,1,2": [0, 1, 2] } as const;

/** Report Mobile Equipment Error. The note spells it AT+CME. */
const cmee: ModuleCommand = {
  names: ["+CMEE", "+CME"],
  manual: "AT manual; note 4",
  within: 300,
  test: ({ profile }) => [`+CMEE:(${profile.quirks.cmeeModes})`],
  read: ({ dte }) => ok(`+CMEE:${dte.cmee}`),
  write: form({ mode: choice(0, 1, 2) }, ({ mode }, { dte, profile }: CommandView) => {
    const known = cmeeModes[profile.quirks.cmeeModes].some((each) => each === mode);
    return known ? changed({ dte: { ...dte, cmee: mode } }) : refused("badParameter");
  }),
};

/** Reboot. There is no OK, and the rest of the line is dropped. */
const nrb: ModuleCommand = {
  names: ["+NRB"],
  manual: "AT manual",
  within: 300,
  exec: () => ({ kind: "reboot", lines: ["REBOOTING"] }),
};

/** Query Chip Information: the temperature in degrees Celsius, and the supply voltage in mV. */
const qchipinfo: ModuleCommand = {
  names: ["+QCHIPINFO"],
  manual: "AT manual",
  within: 300,
  test: () => ["+QCHIPINFO:(ALL,TEMP,VBAT)"],
  write: form({ what: word("ALL", "TEMP", "VBAT") }, ({ what }, { profile: { surroundings } }: CommandView) => {
    const lines = {
      TEMP: `+QCHIPINFO:TEMP,${surroundings.temperature}`,
      VBAT: `+QCHIPINFO:VBAT,${surroundings.voltage}`,
    };
    return what === "ALL" ? ok(lines.TEMP, lines.VBAT) : ok(lines[what]);
  }),
};

/** The commands for the AT interface and the module itself. */
export const generalCommands: readonly ModuleCommand[] = [cmee, nrb, qchipinfo];
