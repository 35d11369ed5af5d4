import { ok } from "../../at/command.js";
import type { ModuleCommand } from "../command-view.js";
import { basicCommands } from "./basic.js";

/** List all AT Commands: the basic ones, these, and itself (27.007 8.37). */
export function clacOf(commands: readonly ModuleCommand[]): ModuleCommand {
  const clac: ModuleCommand = {
    names: ["+CLAC"],
    manual: "AT manual",
    within: 300,
    test: () => [],
    exec: () => ok(...names.map((name) => `AT${name}`)),
  };
  const names = [...Object.keys(basicCommands), ...[...commands, clac].map(({ names: [name] }) => name)];
  return clac;
}
