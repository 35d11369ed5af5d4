import type { CommandRow } from "../command.js";

/** The flags that tell where hosts attach. */
const attaching = ["device", "baud", "pty", "link", "tcp", "tcp-connect", "unix", "rfc2217"] as const;

/** The flags that tell what a module is. */
const moduleFlags = ["profile", "quirk", "timing", "imei", "imsi", "iccid", "operator", "address", "apn"] as const;

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
  rules: {
    calls: [["rules", "print what the referee judges hosts by: what is wrong, and what to do instead"]],
    takes: ["json"],
    load: () => import("./rules.js"),
  },
  coverage: {
    calls: [["coverage FILE...", "print what a host has met at the module, and what it never has"]],
    takes: ["json"],
    load: () => import("./coverage.js"),
  },
  report: {
    calls: [
      ["report FILE.jsonl --out report.html", "write a trace as one page for the browser, to be sent to somebody"],
    ],
    takes: ["out"],
    load: () => import("./report.js"),
  },
  mcp: {
    calls: [["mcp [options]", "serve coding agents over standard input and output (Model Context Protocol)"]],
    takes: "run",
    load: () => import("./mcp.js"),
  },
  tap: {
    calls: [["tap --device PATH [options]", "stand between a module and its host, and record what they say"]],
    takes: [...attaching, "trace", "trace-secrets", "log-level", "json", ...moduleFlags],
    load: () => import("./tap.js"),
  },
  redact: {
    calls: [["redact FILE [--out FILE]", "take identities, keys, addresses, topics and payloads out of a recording"]],
    takes: ["out", ...moduleFlags],
    load: () => import("./redact.js"),
  },
  compare: {
    calls: [["compare FILE... [--patch]", "tell where the module of a recording and the emulator differ"]],
    takes: ["patch", "within", "json", ...moduleFlags],
    load: () => import("./compare.js"),
  },
  replay: {
    calls: [["replay FILE [--fast]", "be the module of a recording, for a host that says the same again"]],
    takes: ["fast", ...attaching.filter((flag) => flag !== "device" && flag !== "baud"), "log-level", "json"],
    load: () => import("./replay.js"),
  },
  pcap: {
    calls: [
      ["pcap FILE --out FILE.pcapng", "write a trace or recording for Wireshark: MQTT as TCP, and the serial line"],
    ],
    takes: ["out"],
    load: () => import("./pcap.js"),
  },
} as const satisfies Record<string, CommandRow>;

export type CommandName = keyof typeof commandTable;

export const isCommand = (word: string): word is CommandName => Object.hasOwn(commandTable, word);

/** The row of a command. */
export const commandRow = (name: CommandName): CommandRow => commandTable[name];
