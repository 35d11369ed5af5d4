import type { ModuleCommand } from "../command-view.js";
import { natspeed } from "./natspeed.js";
import { ncdp } from "./ncdp.js";
import { nconfig } from "./nconfig.js";
import { nloglevel } from "./nloglevel.js";
import { nnmi, nsonmi, qledmode, qregswt } from "./switches.js";

/** Settings that outlive a reboot, and AT+NNMI, which stands among them. */
export const keptCommands: readonly ModuleCommand[] = [
  nconfig,
  natspeed,
  qregswt,
  qledmode,
  nsonmi,
  nnmi,
  ncdp,
  nloglevel,
];
