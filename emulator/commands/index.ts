import type { ModuleCommand } from "../command-view.js";
import { generalCommands } from "./general.js";
import { identityCommands } from "./identity.js";
import { keptCommands } from "./kept.js";
import { networkCommands } from "./network.js";
import { powerSavingCommands } from "./power-saving.js";
import { qmtcfg } from "./qmtcfg.js";
import { qmtclose } from "./qmtclose.js";
import { qmtconn } from "./qmtconn.js";
import { qmtdisc } from "./qmtdisc.js";
import { qmtenauth } from "./qmtenauth.js";
import { qmtopen } from "./qmtopen.js";
import { qmtpub } from "./qmtpub.js";
import { qmtsub, qmtuns } from "./qmtsub.js";

/** Every extended command of the module, in the manual's order. */
export const commands: readonly ModuleCommand[] = [
  qmtcfg,
  qmtenauth,
  qmtopen,
  qmtclose,
  qmtconn,
  qmtdisc,
  qmtsub,
  qmtuns,
  qmtpub,
  ...generalCommands,
  ...identityCommands,
  ...networkCommands,
  ...powerSavingCommands,
  ...keptCommands,
];

const byName = new Map(commands.flatMap((command) => command.names.map((name) => [name as string, command] as const)));

/** The command of a name in upper case, `+` included. */
export const commandNamed = (name: string): ModuleCommand | undefined => byName.get(name);
