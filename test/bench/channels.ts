import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { command, end, start } from "./processes.js";

/** The far end of a line: what a host opens, as serial-line.h has it. */
export interface FarEnd {
  readonly line: string;
  end(): Promise<void>;
}

/** A front end, and the same kind of channel with nothing behind it. */
export interface Channel {
  readonly name: string;
  readonly than: string;
  /** The ratio to that, at most. Left out: 1.5. */
  readonly atMost?: number;
  modem(): Promise<FarEnd>;
  bare(): Promise<FarEnd>;
}

const bareOk = fileURLToPath(new URL("bare-ok.js", import.meta.url));
const words = (...args: readonly string[]): string => args.map((arg) => `'${arg}'`).join(" ");

/** The command with a front end; `line` makes what a host opens of the place that the ready line names. */
async function modemAt(kind: string, value: string | undefined, line: (place: string) => string): Promise<FarEnd> {
  const given = value === undefined ? [] : [value];
  const { child, line: ready } = await start(process.execPath, [command, "--json", `--${kind}`, ...given]);
  return { line: line(JSON.parse(ready)[kind]), end: () => end(child) };
}

async function bareAt(kind: string, value: string, line: (place: string) => string): Promise<FarEnd> {
  const { child, line: place } = await start(process.execPath, [bareOk, kind, value]);
  return { line: line(place), end: () => end(child) };
}

const asPath = (path: string): string => path;
const asTcp = (place: string): string => `tcp:${place.split(":").at(-1)}`;
const asUnix = (path: string): string => `unix:${path}`;

/** A socket's path in a directory of its own, which goes with the far end. */
async function atSocket(open: (path: string) => Promise<FarEnd>): Promise<FarEnd> {
  const directory = mkdtempSync(join(tmpdir(), "bc28-bench-"));
  const opened = await open(join(directory, "socket"));
  return { line: opened.line, end: () => opened.end().then(() => rmSync(directory, { recursive: true, force: true })) };
}

/** What the host starts itself: the program's words are part of the line. */
const startedByHost = async (line: string): Promise<FarEnd> => ({ line, end: async () => {} });

/** All ways in to which a host in another process attaches. */
export const channels: readonly Channel[] = [
  {
    name: "PTY",
    than: "bare PTY",
    modem: () => modemAt("pty", undefined, asPath),
    bare: () => bareAt("pty", "", asPath),
  },
  {
    name: "TCP",
    than: "bare TCP",
    modem: () => modemAt("tcp", "0", asTcp),
    bare: () => bareAt("tcp", "", asTcp),
  },
  {
    name: "RFC 2217",
    than: "bare TCP",
    modem: () => modemAt("rfc2217", "0", asTcp),
    bare: () => bareAt("tcp", "", asTcp),
  },
  {
    name: "Unix socket",
    than: "bare Unix socket",
    modem: () => atSocket((path) => modemAt("unix", path, asUnix)),
    bare: () => atSocket((path) => bareAt("unix", path, asUnix)),
  },
  {
    name: "device",
    than: "bare terminal",
    modem: () => startedByHost(`device:exec ${words(process.execPath, command, "--json", "--device")} "$1"`),
    bare: () => startedByHost(`device:exec ${words(process.execPath, bareOk, "device")} "$1"`),
  },
  {
    name: "stdio",
    atMost: 2,
    than: "bare pipes",
    modem: () => startedByHost(`stdio:exec ${words(process.execPath, command, "--stdio")}`),
    bare: () => startedByHost(`stdio:exec ${words(process.execPath, bareOk, "stdio")}`),
  },
];
