import { changed, form, refused, told } from "../../at/command.js";
import { choice, optional } from "../../at/params.js";
import { isAttached } from "../radio.js";
import type { ModuleAnswer, ModuleCommand, World } from "../world.js";

const cmeeModes = { "0,1": [0, 1], "0,1,2": [0, 1, 2] } as const;

/** Report Mobile Equipment Error; the note spells it AT+CME. */
const cmee: ModuleCommand = {
  names: ["+CMEE", "+CME"],
  manual: "AT manual; note 4",
  within: 300,
  test: ({ profile }) => [`+CMEE:(${profile.quirks.cmeeModes})`],
  read: ({ dte }) => told(`+CMEE:${dte.cmee}`),
  write: form({ mode: choice(0, 1, 2) }, ({ mode }, { dte, profile }: World) => {
    const known = cmeeModes[profile.quirks.cmeeModes].some((each) => each === mode);
    return known ? changed({ dte: { ...dte, cmee: mode } }) : refused("badParameter");
  }),
};

/** PS Attach or Detach. */
const cgatt: ModuleCommand = {
  names: ["+CGATT"],
  manual: "AT manual",
  within: 1300,
  test: () => ["+CGATT:(0,1)"],
  read: ({ radio }) => told(`+CGATT:${isAttached(radio) ? 1 : 0}`),
  write: form({ state: choice(0, 1) }, ({ state }, { radio }: World) =>
    changed({ radio: { ...radio, wanted: state === 1 } }),
  ),
};

/** Set UE Functionality; the second value, a reset, is ignored. */
const cfun: ModuleCommand = {
  names: ["+CFUN"],
  manual: "AT manual",
  within: 85_000,
  test: () => ["+CFUN:(0,1),(0,1)"],
  read: ({ radio }) => told(`+CFUN:${radio.functionality ? 1 : 0}`),
  write: form({ level: choice(0, 1), reset: optional(choice(0, 1)) }, ({ level }, { radio }: World) =>
    changed({ radio: { ...radio, functionality: level === 1 } }),
  ),
};

/** Signal Quality; the bit error rate is never known. */
const csq: ModuleCommand = {
  names: ["+CSQ"],
  manual: "AT manual",
  within: 300,
  test: () => ["+CSQ:(0-31,99),(99)"],
  exec: ({ radio }) => told(`+CSQ:${radio.coverage && radio.functionality ? radio.rssi : 99},99`),
};

function serialNumber(which: 0 | 1 | 2 | 3, { profile: { identity } }: World): ModuleAnswer {
  const lines = [identity.serialNumber, `+CGSN:${identity.imei}`, `+CGSN:${identity.imeisv}`, `+CGSN:${identity.svn}`];
  return told(...lines.slice(which, which + 1));
}

/** Product Serial Number. */
const cgsn: ModuleCommand = {
  names: ["+CGSN"],
  manual: "AT manual",
  within: 300,
  test: () => ["+CGSN:(0,1,2,3)"],
  exec: (world) => serialNumber(0, world),
  write: form({ which: choice(0, 1, 2, 3) }, ({ which }, world: World) => serialNumber(which, world)),
};

/** Reboot: no OK, and the rest of the line is dropped. */
const nrb: ModuleCommand = {
  names: ["+NRB"],
  manual: "AT manual",
  within: 300,
  exec: () => ({ kind: "reboot", lines: ["REBOOTING"] }),
};

/** The commands around MQTT that a person and a simple driver start with. */
export const generalCommands: readonly ModuleCommand[] = [cmee, cgatt, cfun, csq, cgsn, nrb];
