import { readSentence } from "../emulator/faults/language/read-sentence.js";
import { bc28 } from "../emulator/profile/bc28.js";
import type { Profile } from "../emulator/profile/profile.js";
import { changed, changeFrom } from "../emulator/profile/profile-schema.js";
import { quirkTable, setQuirks } from "../emulator/profile/quirks.js";
import { type CloudDevice, checkCloudDevices, loadCloudDevices, parseCloudDevice } from "../net/broker/cloud/device.js";
import { type Mapping, parseMapping } from "../net/link/name-map.js";
import type { TcpAddress } from "../net/listening.js";
import { type LogLevel, logLevels } from "../net/log.js";
import type { Baud } from "../net/ports/uart/uart.js";
import type { FailOn } from "../net/report/report-data.js";
import { loadProfile } from "../net/storage/profile-file.js";
import { usage } from "../net/user-error.js";
import type { Flags } from "./flags.js";
import { type FrontEnd, readBaud, readFrontEnds, readListener } from "./front-ends.js";

/** The checked options of a run. */
export interface Options {
  /** At least one. */
  readonly frontEnds: readonly FrontEnd[];
  /** The speed of the lines; undefined: bytes arrive at once. */
  readonly baud: Baud | undefined;
  /** Commands are typed on our own terminal. */
  readonly typed: boolean;
  /** The port of the embedded broker; 0 is any. */
  readonly brokerPort: number | undefined;
  /** The devices whose logins the broker checks. */
  readonly cloudDevices: readonly CloudDevice[];
  readonly mappings: readonly Mapping[];
  /** Nothing leaves this machine but by a mapping. */
  readonly offline: boolean;
  readonly profile: Profile;
  /** What goes wrong, as sentences that can be understood. */
  readonly faults: readonly string[];
  /** The names or files of scenarios. */
  readonly scenarios: readonly string[];
  /** The file of the non-volatile memory. */
  readonly nvm: string | undefined;
  readonly timeScale: number;
  readonly seed: number;
  /** The control port; undefined: there is none. */
  readonly control: ControlAddress | undefined;
  /** Whether the address of the window is told, and whether the browser is started with it. */
  readonly window: "told" | "opened" | undefined;
  /** Time passes only when the control port says so. */
  readonly isManual: boolean;
  readonly logLevel: LogLevel;
  /** The file of the trace. */
  readonly trace: string | undefined;
  /** Events show secrets as they are. */
  readonly showsSecrets: boolean;
  /** The folder of the report. */
  readonly report: string | undefined;
  /** The file to which coverage is added. */
  readonly coverage: string | undefined;
  /** From which severity on findings make the run fail; undefined: never. */
  readonly failOn: FailOn | undefined;
  readonly json: boolean;
}

/** Where the control port listens, and what requests must have. */
export interface ControlAddress extends TcpAddress {
  readonly token: string | undefined;
}

/** The surroundings that the options depend on. */
export interface Surroundings {
  /** Standard input is a terminal. */
  readonly onTerminal: boolean;
}

/** The port on which brokers listen. */
const mqttPort = 1883;
/** The port of the window. decided */
const windowPort = 8028;

/** Checks the flags; throws a UserError (code 2) that names the first bad one. */
export function readOptions(flags: Flags, { onTerminal }: Surroundings): Options {
  const frontEnds = readFrontEnds(flags);
  if (flags.nvm === "") throw usage("--nvm needs a path, for instance --nvm bc28.nvm.json");
  if (flags.trace === "") throw usage("--trace needs a path, for instance --trace run.jsonl");
  if (flags.report === "") throw usage("--report needs a folder, for instance --report out");
  if (flags.coverage === "") throw usage("--coverage needs a path, for instance --coverage coverage.json");
  const typed = flags.stdio === true && onTerminal;
  const typedAlone = typed && frontEnds.length === 1; // another host would hear the echo, too
  return {
    frontEnds,
    baud: readBaud(flags.baud, frontEnds),
    typed,
    brokerPort: flags.broker === undefined ? undefined : readPort(flags.broker),
    cloudDevices: readCloudDevices(flags),
    mappings: (flags.map ?? []).map(parseMapping),
    offline: flags.offline === true,
    profile: effectiveProfile(flags, typedAlone ? ["echo=on"] : []), // a person wants to see what is typed
    faults: readFaults(flags.fault ?? []),
    scenarios: flags.scenario ?? [],
    nvm: flags.nvm,
    timeScale: readTimeScale(flags["time-scale"] ?? "1"),
    control: readControl(flags),
    window: flags.window === undefined ? undefined : flags.open ? "opened" : "told",
    isManual: readClock(flags),
    seed: readSeed(flags.seed ?? "0"),
    logLevel: readLogLevel(flags["log-level"] ?? "warn"),
    trace: flags.trace,
    showsSecrets: readTraceSecrets(flags),
    report: flags.report,
    coverage: flags.coverage,
    failOn: readFailOn(flags["fail-on"] ?? "never"),
    json: flags.json === true,
  };
}

function readPort(text: string): number {
  const port = text === "" ? mqttPort : Number(text);
  if (!/^\d{0,5}$/.test(text) || port > 65_535) {
    throw usage(`--broker ${JSON.stringify(text)} is no port: give 0 (any free one) to 65535`);
  }
  return port;
}

function readCloudDevices({
  broker,
  "cloud-device": single = [],
  "cloud-devices": file,
}: Flags): readonly CloudDevice[] {
  const devices = [...single.map(parseCloudDevice), ...(file === undefined ? [] : loadCloudDevices(file))];
  if (devices.length > 0 && broker === undefined) {
    throw usage(`--cloud-device${single.length > 0 ? "" : "s"} needs --broker: it is the broker that checks logins`);
  }
  return checkCloudDevices(devices);
}

function readFaults(faults: readonly string[]): readonly string[] {
  for (const fault of faults) {
    const read = readSentence(fault);
    if ("problem" in read) throw usage(`--fault ${JSON.stringify(fault)}: ${read.problem}`);
  }
  return faults;
}

function readTimeScale(text: string): number {
  const scale = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (scale >= 0.01 && scale <= 10_000) return scale;
  throw usage(`--time-scale ${JSON.stringify(text)}: give how many times faster, 0.01 to 10000`);
}

function readControl(flags: Flags): ControlAddress | undefined {
  const { control, window, open, "control-token": token } = flags;
  if (token === "") throw usage("--control-token needs a token of at least one character");
  if (open && window === undefined) throw usage("--open needs --window: it is the window that the browser opens");
  if (control === undefined && window === undefined) {
    if (token !== undefined) throw usage("--control-token needs --control or --window");
    return undefined;
  }
  if (control !== undefined && window !== undefined && window !== "")
    throw usage(`--window ${JSON.stringify(window)}: it takes no port beside --control, whose port it is on`);
  return { ...(control === undefined ? windowAddress(window ?? "") : readListener("control", control)), token };
}

function windowAddress(port: string): TcpAddress {
  if (/^\d{0,5}$/.test(port) && Number(port) <= 65_535)
    return { host: "127.0.0.1", port: port === "" ? windowPort : Number(port) };
  throw usage(`--window ${JSON.stringify(port)} is no port: give 0 (any free one) to 65535`);
}

function readClock({ clock = "system", control, window, "time-scale": scale }: Flags): boolean {
  if (clock !== "system" && clock !== "manual")
    throw usage(`--clock ${JSON.stringify(clock)}: give one of system, manual`);
  if (clock === "manual" && control === undefined && window === undefined)
    throw usage("--clock manual needs --control or --window: time passes by POST /api/clock/advance");
  if (clock === "manual" && scale !== undefined) throw usage("--clock manual takes no --time-scale: time stands still");
  return clock === "manual";
}

function readTraceSecrets({ trace, report, "trace-secrets": shows }: Flags): boolean {
  if (shows && report !== undefined)
    throw usage("--trace-secrets takes no --report: a report is for others, and would have the secrets in it");
  if (shows && trace === undefined) throw usage("--trace-secrets needs --trace FILE: it is for the file of the trace");
  return shows === true;
}

function readSeed(text: string): number {
  const seed = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (seed <= 0xffff_ffff) return seed;
  throw usage(`--seed ${JSON.stringify(text)}: give a whole number up to 4294967295`);
}

export function readLogLevel(text: string): LogLevel {
  const level = logLevels.find((known) => known === text);
  if (level !== undefined) return level;
  throw usage(`--log-level ${JSON.stringify(text)}: give one of ${logLevels.join(", ")}`);
}

function readFailOn(text: string): FailOn | undefined {
  if (text === "never") return undefined;
  if (text === "error" || text === "warning") return text;
  throw usage(`--fail-on ${JSON.stringify(text)}: give one of error, warning, never`);
}

/** The profile with the changes of the flags; the quirks in `first` are set before those of the flags. */
export function effectiveProfile(flags: Flags, first: readonly string[] = [], otherwise: Profile = bc28): Profile {
  const base = flags.profile === undefined ? otherwise : loadProfile(flags.profile);
  return withQuirks(changedByFlags(base, flags), [...first, ...(flags.quirk ?? [])]);
}

function changedByFlags(base: Profile, flags: Flags): Profile {
  const { timing, imei, imsi, iccid, operator, address, apn } = flags;
  const given = { identity: { imei, imsi, iccid }, surroundings: { operator, address, apn } };
  const change = changeFrom(JSON.parse(JSON.stringify({ timing, ...given }))); // leaves out what is not there
  if ("problem" in change) throw usage(`--${change.problem.replace(/^\w+\./, "")}`);
  return changed(base, change.value);
}

function withQuirks(base: Profile, settings: readonly string[]): Profile {
  const set = setQuirks(base.quirks, settings.map(nameAndValue));
  if ("problem" in set) throw usage(`--quirk: ${set.problem}`);
  return { ...base, quirks: set.quirks };
}

function nameAndValue(setting: string): readonly [name: string, value: string] {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(setting) ?? [];
  if (name !== undefined && value !== undefined) return [name, value];
  throw usage(`--quirk ${JSON.stringify(setting)}: write NAME=VALUE; names: ${Object.keys(quirkTable).join(", ")}`);
}
