import { isIPv6 } from "node:net";
import { resolve } from "node:path";
import type { TcpAddress } from "../net/listening.js";
import { openPty, type PtyOptions } from "../net/ports/pty/pty.js";
import { sttySpeeds } from "../net/ports/termios.js";
import type { Baud } from "../net/ports/uart/uart.js";
import type { OpenPort } from "../net/serial.js";
import { usage } from "../net/user-error.js";
import type { FlagName, Flags } from "./flags.js";

/** One way for hosts to attach, as the command line asks for it. */
export type FrontEnd =
  | { readonly kind: "pty"; readonly link: string | undefined }
  | { readonly kind: "stdio" }
  | ({ readonly kind: "tcp" | "tcp-connect" | "rfc2217" } & TcpAddress)
  | { readonly kind: "unix" | "device"; readonly path: string };

/** The front ends that are asked for, in the order of the flags' table; throws a UserError (code 2) that names the first bad one. */
export function readFrontEnds(flags: Flags): readonly FrontEnd[] {
  const asked: readonly FrontEnd[] = [
    ...(flags.pty || flags.link !== undefined ? [readPty(flags)] : []),
    ...(flags.stdio ? [{ kind: "stdio" } as const] : []),
    ...(flags.tcp ?? []).map((text) => ({ kind: "tcp" as const, ...readListener("tcp", text) })),
    ...(flags["tcp-connect"] ?? []).map((text) => ({ kind: "tcp-connect" as const, ...readCalled(text) })),
    ...(flags.unix ?? []).map((text) => ({ kind: "unix" as const, path: readPath("unix", text) })),
    ...(flags.rfc2217 ?? []).map((text) => ({ kind: "rfc2217" as const, ...readListener("rfc2217", text) })),
    ...(flags.device ?? []).map((text, index) => ({ kind: "device" as const, path: readDevice(text, index, flags) })),
  ];
  return asked.length === 0 ? [readPty(flags)] : asked;
}

const readPty = ({ link }: Flags): FrontEnd => ({
  kind: "pty",
  link: link === undefined ? undefined : readPath("link", link),
});

function readPath(flag: FlagName, text: string): string {
  if (text === "") throw usage(`--${flag} needs a path, for instance --${flag} /tmp/bc28`);
  return resolve(text);
}

/** The path as it was given: a name under /dev may be a link that is replaced. */
function readDevice(text: string, index: number, { device = [], link }: Flags): string {
  if (text === "") throw usage("--device needs a path, for instance --device /dev/ttyUSB0");
  if (device.indexOf(text) < index) throw usage(`--device ${text} is given twice: two readers would get half each`);
  if (text === link) throw usage(`--device ${text} is the --link: the module would talk to itself`);
  return text;
}

/** The address to listen on. Without a host it is this machine only. */
export function readListener(flag: FlagName, text: string): TcpAddress {
  const address = readAddress(/^\d*$/.test(text) ? `127.0.0.1:${text}` : text);
  if (address !== undefined) return address;
  throw usage(
    `--${flag} ${JSON.stringify(text)}: give a port, 0 (any free one) to 65535, or HOST:PORT, for instance 0.0.0.0:7000 or [::1]:7000`,
  );
}

function readCalled(text: string): TcpAddress {
  const address = readAddress(text);
  if (address !== undefined && address.port > 0) return address;
  throw usage(`--tcp-connect ${JSON.stringify(text)}: give HOST:PORT, for instance 127.0.0.1:7000 or [::1]:7000`);
}

/** `HOST:PORT`, with an IPv6 address in brackets; undefined: it is not an address. */
function readAddress(text: string): TcpAddress | undefined {
  const [, inBrackets, plain, port = ""] = /^(?:\[([^\]]*)\]|([^\s:/[\]*@]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = inBrackets === undefined ? plain : isIPv6(inBrackets) ? inBrackets : undefined;
  return host === undefined || Number(port) > 65_535 ? undefined : { host, port: Number(port) };
}

/** The range of --baud, in bits per second. decided */
const minBaud = 50;
const maxBaud = 4_000_000;

/** Checks the value of --baud. A device takes the speeds of stty, and the speed of its host cannot be read. */
export function readBaud(text: string | undefined, frontEnds: readonly FrontEnd[]): Baud | undefined {
  if (text === undefined) return undefined;
  const onDevice = frontEnds.some(({ kind }) => kind === "device");
  const given = `--baud ${JSON.stringify(text)}`;
  if (text === "host" && !onDevice) return "host";
  if (text === "host") throw usage(`${given}: nobody can tell what is set behind a --device; give a number`);
  const baud = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(baud >= minBaud && baud <= maxBaud)) {
    throw usage(`${given}: give bits per second, ${minBaud} to ${maxBaud}${onDevice ? "" : ", or host"}`);
  }
  if (onDevice && !sttySpeeds.includes(baud)) {
    throw usage(`${given}: a device can have ${nearest(baud).join(" or ")}`);
  }
  return baud;
}

/** The speeds of stty next to this one. */
function nearest(baud: number): readonly number[] {
  const next = sttySpeeds.findIndex((speed) => speed > baud);
  return sttySpeeds.slice(Math.max(0, next - 1), next + 1);
}

/** The opening function of a front end. All but the pseudo-terminal are loaded only where they are asked for. */
export async function openerOf(
  frontEnd: FrontEnd,
  baud: Baud | undefined,
  followSpeed: PtyOptions["followSpeed"] = baud === "host",
): Promise<OpenPort> {
  switch (frontEnd.kind) {
    case "pty": {
      const named = frontEnd.link === undefined ? {} : { link: frontEnd.link };
      return (events) => openPty({ ...named, ...(followSpeed && { followSpeed }) }, events);
    }
    case "stdio": {
      const { openStdio } = await import("../net/ports/stdio.js");
      return (events) => openStdio({}, events);
    }
    case "device": {
      const { openDevice } = await import("../net/ports/device/device.js");
      const speed = typeof baud === "number" ? { speed: baud } : {};
      return (events) => openDevice({ path: frontEnd.path, ...speed }, events);
    }
    case "tcp": {
      const { openTcp } = await import("../net/ports/sockets/tcp.js");
      return (events) => openTcp(frontEnd, events);
    }
    case "tcp-connect": {
      const { openTcpConnect } = await import("../net/ports/sockets/tcp.js");
      return (events) => openTcpConnect(frontEnd, events);
    }
    case "unix": {
      const { openUnix } = await import("../net/ports/sockets/unix.js");
      return (events) => openUnix(frontEnd, events);
    }
    case "rfc2217": {
      const { openRfc2217 } = await import("../net/ports/rfc2217/rfc2217-protocol.js");
      return (events) => openRfc2217(frontEnd, events);
    }
  }
}
