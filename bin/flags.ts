/** One flag of the command line. */
export interface Flag {
  readonly group:
    | "Where hosts attach"
    | "Network"
    | "Behaviour"
    | "Faults"
    | "Control"
    | "Identity"
    | "Output"
    | "Commands"
    | "Help";
  /** The value as the help prints it, in brackets where it may be left out. A switch has none. */
  readonly value?: string;
  readonly repeatable?: true;
  readonly about: string;
}

/** The flags of the run of a module. Parsing, --help and the table of docs/options.md are made from it. */
export const flagTable = {
  pty: {
    group: "Where hosts attach",
    about: "a pseudo-terminal (the default); several ways to attach share one module",
  },
  link: {
    group: "Where hosts attach",
    value: "PATH",
    about: "give it a name that stays: a symlink, removed at exit",
  },
  stdio: { group: "Where hosts attach", about: "standard input and output; Ctrl-] leaves" },
  tcp: {
    group: "Where hosts attach",
    value: "[HOST:]PORT",
    repeatable: true,
    about: "plain TCP, for this machine only unless HOST is given; port 0 picks a free one",
  },
  "tcp-connect": {
    group: "Where hosts attach",
    value: "HOST:PORT",
    repeatable: true,
    about: "call a host that listens, and again whenever it is gone",
  },
  unix: {
    group: "Where hosts attach",
    value: "PATH",
    repeatable: true,
    about: "a Unix socket, for this user only, removed at exit",
  },
  rfc2217: {
    group: "Where hosts attach",
    value: "[HOST:]PORT",
    repeatable: true,
    about: "TCP with speed, break and modem lines, by RFC 2217",
  },
  device: {
    group: "Where hosts attach",
    value: "PATH",
    repeatable: true,
    about: "a serial port that is there already, such as /dev/ttyUSB0 with a board behind it",
  },
  baud: {
    group: "Where hosts attach",
    value: "N|host",
    about: "the host's speed, or what it has set: bytes take their time, and a wrong one garbles them",
  },
  broker: {
    group: "Network",
    value: "[PORT]",
    about: "start a broker on this machine, to which every name leads; port 1883, 0 picks a free one",
  },
  map: {
    group: "Network",
    value: "NAME=HOST[:PORT]",
    repeatable: true,
    about: "send a name elsewhere, * stands for any characters; or an address: ADDRESS[:PORT]=HOST[:PORT]",
  },
  offline: {
    group: "Network",
    about: "let nothing leave this machine: what is neither on it nor mapped has no route",
  },
  "cloud-device": {
    group: "Network",
    value: "PK/DN/SECRET",
    repeatable: true,
    about: "the broker checks this device's login, as Alibaba's or Tencent's cloud does",
  },
  "cloud-devices": { group: "Network", value: "FILE", about: "the same for a file of them, one a line" },
  profile: {
    group: "Behaviour",
    value: "NAME|FILE",
    about: "the module: bc28 (the default), bc35-g, or a file of JSON with a base and what differs",
  },
  quirk: {
    group: "Behaviour",
    value: "NAME=VALUE",
    repeatable: true,
    about: "behave like another firmware; the names are below",
  },
  timing: {
    group: "Behaviour",
    value: "NAME",
    about: "how long silicon and network take: instant (the default) or realistic",
  },
  nvm: { group: "Behaviour", value: "FILE", about: "keep the non-volatile memory there from run to run" },
  "time-scale": { group: "Behaviour", value: "N", about: "run the module's clock N times faster" },
  seed: { group: "Behaviour", value: "N", about: "where randomness starts from; 0 if left out" },
  fault: {
    group: "Faults",
    value: "SENTENCE",
    repeatable: true,
    about: "what goes wrong, such as 'lose 2 PUBACK'; bc28-emu faults prints what there is",
  },
  scenario: {
    group: "Faults",
    value: "NAME|FILE",
    repeatable: true,
    about: "faults in an order, such as nat-timeout; bc28-emu scenario prints what there is",
  },
  control: {
    group: "Control",
    value: "[HOST:]PORT",
    about:
      "HTTP and JSON for programs in any language, for this machine only unless HOST is given; port 0 picks a free one",
  },
  "control-token": {
    group: "Control",
    value: "TOKEN",
    about: "what requests must have as Authorization: Bearer TOKEN; beyond this machine one is made and printed",
  },
  window: {
    group: "Control",
    value: "[PORT]",
    about:
      "a page for the browser that shows what happens: the control port, with its address; port 8028, 0 picks a free one",
  },
  open: { group: "Control", about: "start the browser with the window, where there is one" },
  clock: {
    group: "Control",
    value: "NAME",
    about: "system (the default), or manual: time passes only by POST /api/clock/advance",
  },
  imei: { group: "Identity", value: "DIGITS", about: "15 digits, the last one by Luhn" },
  imsi: { group: "Identity", value: "DIGITS", about: "15 digits" },
  iccid: { group: "Identity", value: "DIGITS", about: "20 digits" },
  operator: { group: "Identity", value: "DIGITS", about: "MCC and MNC of the network" },
  address: { group: "Identity", value: "IP", about: "the module's IPv4 address" },
  apn: { group: "Identity", value: "NAME", about: "the APN of context 0" },
  "log-level": {
    group: "Output",
    value: "LEVEL",
    about: "what is told on stderr: trace, info, warn (the default) or silent",
  },
  trace: {
    group: "Output",
    value: "FILE",
    about: "write every event there, one line of JSON each; secrets are masked",
  },
  "trace-secrets": {
    group: "Output",
    about: "secrets are not masked: in the trace, on the control port and in the log",
  },
  report: {
    group: "Output",
    value: "DIR",
    about:
      "at the end write there what the host did wrong and never met: report.html, summary.md, junit.xml and others",
  },
  coverage: {
    group: "Output",
    value: "FILE",
    about: "at the end add to it what the host has met, over runs; bc28-emu coverage FILE prints it",
  },
  "fail-on": {
    group: "Output",
    value: "SEVERITY",
    about: "end with code 3 where the host did something wrong: error, warning or never (the default)",
  },
  json: {
    group: "Output",
    about: "when ready, one line of JSON instead of the text for people; profiles, faults, scenarios and coverage, too",
  },
  help: { group: "Help", about: "print this" },
  version: { group: "Help", about: "print the version" },
} as const satisfies Record<string, Flag>;

/** The flags that only commands beside the run of a module take. */
export const commandFlagTable = {
  width: { group: "Output", value: "N", about: "the columns of the chart, 48 to 1000; the terminal's if left out" },
  from: { group: "Output", value: "SPAN", about: "leave out what comes before this time of the module's clock: 10s" },
  to: { group: "Output", value: "SPAN", about: "leave out what comes after it: 20s, 1.5min, 2h" },
  only: {
    group: "Output",
    value: "TOPICS",
    about:
      "what to show, with commas between: lines, answers, urcs, packets, links, radio, module, faults, findings, hosts",
  },
  unfold: { group: "Output", about: "show every event: nothing is left out because it repeats" },
  ascii: { group: "Output", about: "use no character beyond ASCII" },
  out: {
    group: "Commands",
    value: "FILE",
    about: "write the result there; redact writes to standard output without it",
  },
  within: {
    group: "Commands",
    value: "MS",
    about: "a line that comes more than so many ms earlier or later differs, too; times do not count without it",
  },
  patch: {
    group: "Commands",
    about: "find the fields and quirks that would make the emulator agree, by trying each of them",
  },
  fast: { group: "Commands", about: "answer at once; without it answers take as long as in the recording" },
} as const satisfies Record<string, Flag>;

/** Every flag of the command line. */
const allFlags = { ...flagTable, ...commandFlagTable };

/** The name of a flag, without its dashes. */
export type FlagName = keyof typeof allFlags;

type Given<F extends Flag> = F extends { readonly repeatable: true }
  ? readonly string[]
  : F extends { readonly value: string }
    ? string
    : boolean;

/** The flags that were given, with their values as they were written. */
export type Flags = { readonly [N in FlagName]?: Given<(typeof allFlags)[N]> };

/** A flag with its name. */
export type FlagRow = Flag & { readonly name: string };

const rowsOf = (table: Readonly<Record<string, Flag>>): readonly FlagRow[] =>
  Object.entries(table).map(([name, flag]) => ({ name, ...flag }));

/** The flags of the run of a module. */
export const flagRows = rowsOf(flagTable);

/** Every flag of the command line. */
export const allFlagRows = rowsOf(allFlags);
