import { form, ok } from "../../at/command.js";
import { choice } from "../../at/params.js";
import type { CommandView, ModuleAnswer, ModuleCommand } from "../command-view.js";
import { withSim } from "./sim.js";

/** A command with information only. Its test form answers OK alone (AT manual). */
function plain(name: `+${string}`, exec: (view: CommandView) => ModuleAnswer): ModuleCommand {
  return { names: [name], manual: "AT manual", within: 300, test: () => [], exec };
}

/** Request Manufacturer Identification. */
const cgmi = plain("+CGMI", ({ profile }) => ok(profile.identity.manufacturer));

/** Request Manufacturer Model. */
const cgmm = plain("+CGMM", ({ profile }) => ok(profile.identity.modelName));

/** Request Manufacturer Revision. Only here each line has its own frame (field). */
const cgmr = plain("+CGMR", ({ profile }) => ({ ...ok(...profile.identity.revision), framing: "each" }));

function serialNumber(which: 0 | 1 | 2 | 3, { profile: { identity } }: CommandView): ModuleAnswer {
  const lines = [identity.serialNumber, `+CGSN:${identity.imei}`, `+CGSN:${identity.imeisv}`, `+CGSN:${identity.svn}`];
  return ok(...lines.slice(which, which + 1));
}

/** Request Product Serial Number. */
const cgsn: ModuleCommand = {
  names: ["+CGSN"],
  manual: "AT manual",
  within: 300,
  test: () => ["+CGSN:(0,1,2,3)"],
  exec: (view) => serialNumber(0, view),
  write: form({ which: choice(0, 1, 2, 3) }, ({ which }, view: CommandView) => serialNumber(which, view)),
};

/** Request International Mobile Subscriber Identity. */
const cimi = plain("+CIMI", (view) => withSim(view, "unlocked", () => ok(view.profile.identity.imsi)));

const cardNumber = (view: CommandView): ModuleAnswer =>
  withSim(view, "readable", () => ok(`+NCCID:${view.profile.identity.iccid}`));

/** Card Identification. A card tells its number without its PIN (31.102 4.2.1). */
const nccid: ModuleCommand = { ...plain("+NCCID", cardNumber), read: cardNumber };

/** The commands for the identity of the module and of its SIM. */
export const identityCommands: readonly ModuleCommand[] = [cgmi, cgmm, cgmr, cgsn, cimi, nccid];
