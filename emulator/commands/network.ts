import type { ModuleCommand } from "../command-view.js";
import { bandCommands } from "./bands.js";
import { clockCommands } from "./clock.js";
import { contextCommands } from "./contexts.js";
import { reachabilityCommands } from "./reachability.js";
import { registrationCommands } from "./registration.js";
import { signalCommands } from "./signal.js";

/** Everything about the network but MQTT. */
export const networkCommands: readonly ModuleCommand[] = [
  ...registrationCommands,
  ...signalCommands,
  ...contextCommands,
  ...bandCommands,
  ...clockCommands,
  ...reachabilityCommands,
];
