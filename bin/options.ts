import { resolve } from "node:path";
import type { Profile } from "../emulator/profile.js";
import { type LogLevel, logLevels } from "../net/log.js";
import { type Mapping, parseMapping } from "../net/name-map.js";
import type { Baud } from "../net/uart/uart.js";
import { UserError } from "../net/user-error.js";
import { readBaud } from "./baud.js";
import { effectiveProfile } from "./effective-profile.js";
import type { Flags } from "./flags.js";

/** What the command line asks for, checked. */
export interface Options {
  readonly frontEnd: "pty" | "stdio" | "device";
  /** The path of the device. */
  readonly device: string | undefined;
  readonly baud: Baud | undefined;
  /** Somebody types the commands, on our own terminal. */
  readonly typed: boolean;
  readonly link: string | undefined;
  /** The port of the embedded broker; 0 is any. */
  readonly brokerPort: number | undefined;
  readonly mappings: readonly Mapping[];
  readonly profile: Profile;
  /** The file of the non-volatile memory. */
  readonly nvm: string | undefined;
  readonly timeScale: number;
  readonly seed: number;
  readonly logLevel: LogLevel;
  readonly json: boolean;
}

/** What else the options depend on. */
export interface Surroundings {
  /** Somebody types on our standard input. */
  readonly onTerminal: boolean;
}

/** The port on which brokers listen. */
const mqttPort = 1883;

const usage = (message: string): UserError => new UserError(message, 2);

/** Checks the flags; throws a UserError (code 2) that names the first bad one. */
export function readOptions(flags: Flags, { onTerminal }: Surroundings): Options {
  const stdio = flags.stdio === true;
  const onDevice = flags.device !== undefined;
  if (stdio && flags.pty === true) throw usage("--pty and --stdio exclude each other: give one of them");
  if (onDevice && (stdio || flags.pty === true)) throw usage("--device excludes --pty and --stdio: give one of them");
  if (stdio && flags.link !== undefined) throw usage("--link needs --pty: standard input and output have no path");
  if (onDevice && flags.link !== undefined) throw usage("--link needs --pty: a device has a name of its own");
  if (flags.device === "") throw usage("--device needs a path, for instance --device /dev/ttyUSB0");
  if (flags.link === "") throw usage("--link needs a path, for instance --link /tmp/bc28");
  if (flags.nvm === "") throw usage("--nvm needs a path, for instance --nvm bc28.nvm.json");
  const typed = stdio && onTerminal;
  return {
    frontEnd: onDevice ? "device" : stdio ? "stdio" : "pty",
    device: flags.device,
    baud: flags.baud === undefined ? undefined : readBaud(flags.baud, onDevice),
    typed,
    link: flags.link === undefined ? undefined : resolve(flags.link),
    brokerPort: flags.broker === undefined ? undefined : readPort(flags.broker),
    mappings: (flags.map ?? []).map(parseMapping),
    profile: effectiveProfile(flags, typed ? ["echo=on"] : []), // who types wants to see it
    nvm: flags.nvm,
    timeScale: readTimeScale(flags["time-scale"] ?? "1"),
    seed: readSeed(flags.seed ?? "0"),
    logLevel: readLogLevel(flags["log-level"] ?? "warn"),
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

function readTimeScale(text: string): number {
  const scale = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (scale >= 0.01 && scale <= 10_000) return scale;
  throw usage(`--time-scale ${JSON.stringify(text)}: give how many times faster, 0.01 to 10000`);
}

function readSeed(text: string): number {
  const seed = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (seed <= 0xffff_ffff) return seed;
  throw usage(`--seed ${JSON.stringify(text)}: give a whole number up to 4294967295`);
}

function readLogLevel(text: string): LogLevel {
  const level = logLevels.find((known) => known === text);
  if (level !== undefined) return level;
  throw usage(`--log-level ${JSON.stringify(text)}: give one of ${logLevels.join(", ")}`);
}
