import { isIPv6 } from "node:net";
import { resolve } from "node:path";
import type { TcpAddress } from "../net/tcp-address.js";
import type { FlagName, Flags } from "./flags.js";
import { usage } from "./usage.js";

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

/** As it was given: a name under /dev may be a link that comes and goes. */
function readDevice(text: string, index: number, { device = [], link }: Flags): string {
  if (text === "") throw usage("--device needs a path, for instance --device /dev/ttyUSB0");
  if (device.indexOf(text) < index) throw usage(`--device ${text} is given twice: two readers would get half each`);
  if (text === link) throw usage(`--device ${text} is the --link: the module would talk to itself`);
  return text;
}

/** Without an address it is for this machine only. */
function readListener(flag: FlagName, text: string): TcpAddress {
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

/** An IPv6 address has colons of its own, and stands in brackets. */
function readAddress(text: string): TcpAddress | undefined {
  const [, inBrackets, plain, port = ""] = /^(?:\[([^\]]*)\]|([^\s:/[\]*@]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = inBrackets === undefined ? plain : isIPv6(inBrackets) ? inBrackets : undefined;
  return host === undefined || Number(port) > 65_535 ? undefined : { host, port: Number(port) };
}
