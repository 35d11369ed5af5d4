import type { CommandRow } from "../command.js";

/** What the program does besides running a module; `exec` stands apart, in exec.ts. */
export const commandTable = {
  profile: {
    calls: [
      ["profile [NAME|FILE] [options]", "print a profile, with the source of every quirk"],
      ["profile diff A B", "print in what two profiles differ"],
    ],
    takes: "run",
    load: () => import("./profile.js"),
  },
  faults: {
    calls: [["faults [SENTENCE]", "print what can go wrong, or what a sentence means"]],
    takes: ["json"],
    load: () => import("./faults.js"),
  },
  scenario: {
    calls: [["scenario [NAME|FILE]", "print the ready scenarios, or check one and print what it does"]],
    takes: ["json"],
    load: () => import("./scenario.js"),
  },
  show: {
    calls: [["show FILE.jsonl [options]", "draw a trace as a chart of host, module and broker; - is standard input"]],
    takes: ["width", "from", "to", "only", "unfold", "ascii"],
    load: () => import("./show.js"),
  },
  mcp: {
    calls: [["mcp [options]", "serve coding agents over standard input and output (Model Context Protocol)"]],
    takes: "run",
    load: () => import("./mcp.js"),
  },
} as const satisfies Record<string, CommandRow>;

export type CommandName = keyof typeof commandTable;

export const isCommand = (word: string): word is CommandName => Object.hasOwn(commandTable, word);

/** The row of a command. */
export const commandRow = (name: CommandName): CommandRow => commandTable[name];
