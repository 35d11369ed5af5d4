import type { ModuleCommand } from "../command-view.js";
import { activeContextCommands } from "./active-contexts.js";
import { bandCommands } from "./bands.js";
import { clacOf } from "./clac.js";
import { clockCommands } from "./clock.js";
import { contextCommands } from "./contexts.js";
import { generalCommands } from "./general.js";
import { identityCommands } from "./identity.js";
import { keptCommands } from "./kept-settings.js";
import { powerSavingCommands } from "./power-saving.js";
import { qmtcfg } from "./qmtcfg.js";
import { qmtconn, qmtdisc } from "./qmtconn.js";
import { qmtenauth } from "./qmtenauth.js";
import { qmtclose, qmtopen } from "./qmtopen.js";
import { qmtpub } from "./qmtpub.js";
import { qmtsub, qmtuns } from "./qmtsub.js";
import { reachabilityCommands } from "./reachability.js";
import { registrationCommands } from "./registration.js";
import { signalCommands } from "./signal.js";
import { simCommands } from "./sim.js";
import { socketCommands } from "./sockets.js";

/** The commands for the network without MQTT. */
export const networkCommands: readonly ModuleCommand[] = [
  ...registrationCommands,
  ...signalCommands,
  ...contextCommands,
  ...activeContextCommands,
  ...bandCommands,
  ...clockCommands,
  ...reachabilityCommands,
];

const listed: readonly ModuleCommand[] = [
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
  ...simCommands,
  ...networkCommands,
  ...powerSavingCommands,
  ...keptCommands,
  ...socketCommands,
];

/** List all AT Commands. */
export const clac = clacOf(listed);

/** All extended commands of the module, by topic. */
export const commands: readonly ModuleCommand[] = [...listed, clac];

const byName = new Map(commands.flatMap((command) => command.names.map((name) => [name as string, command] as const)));

/** Finds a command by its name, in upper case and with `+`; undefined: there is none. */
export const commandNamed = (name: string): ModuleCommand | undefined => byName.get(name);
