import { isIP, isIPv6 } from "node:net";
import { UserError } from "../user-error.js";

/** Where a link is dialled. */
export interface Destination {
  readonly host: string;
  readonly port: number;
}

/** One `--map NAME=HOST[:PORT]`: the names it stands for, and where they lead. */
export interface Mapping {
  /** `*` stands for any run of characters; case does not count. An address is met only where it is written in full. */
  readonly name: string;
  readonly host: string;
  /** Left out: the port that the host asked for. */
  readonly port?: number;
}

/** Turns what the host asked for into what is dialled. */
export type NameMap = (host: string, port: number) => Destination;

/** Reads `NAME=HOST[:PORT]`; throws a UserError (code 2) naming what is wrong with it. */
export function parseMapping(text: string): Mapping {
  const [, name, target] = /^([^=]*)=(.*)$/s.exec(text) ?? refuse(text, "it has no =");
  if (!name || !isPattern(name)) return refuse(text, "NAME must be a name without a port, * allowed, or an address");
  const [host, port] = splitTarget(target ?? "");
  if (!isHost(host)) return refuse(text, "HOST must be a name or an address, without spaces, mqtt:// or *");
  if (port === undefined) return { name, host };
  if (!isPort(port)) return refuse(text, "PORT must be 1 to 65535");
  return { name, host, port: Number(port) };
}

/**
 * Where the host's `host` and `port` lead: by the first mapping that fits, else to the embedded broker if there is one,
 * else as given. An address that no mapping names in full is dialled as it is, and what was mapped is not mapped again.
 */
export function mapName(
  mappings: readonly Mapping[],
  broker: Destination | undefined,
  host: string,
  port: number,
): Destination {
  const mapping = mappings.find((candidate) => fits(candidate.name, host));
  if (mapping) return { host: mapping.host, port: mapping.port ?? port };
  return broker && isIP(host) === 0 ? broker : { host, port };
}

/** Names of this machine's own addresses, for those who listen on them. */
const heardAt: { readonly [listening: string]: readonly string[] } = {
  "127.0.0.1": ["localhost"],
  "::1": ["localhost"],
  "0.0.0.0": ["localhost", "127.0.0.1"],
  "::": ["localhost", "127.0.0.1", "::1"],
};

/** Whether it is the embedded broker that is found there, by whatever way one got there. */
export function isBroker({ host, port }: Destination, broker: Destination): boolean {
  const names = [broker.host, ...(heardAt[broker.host] ?? [])];
  return port === broker.port && names.includes(host.toLowerCase());
}

/** A glob that catches all names would catch all addresses too, so addresses are never matched by one. */
function fits(name: string, host: string): boolean {
  if (isIP(host) !== 0) return name.toLowerCase() === host.toLowerCase();
  const pattern = name.replace(/[\\^$.+?()[\]{}|]/g, "\\$&").replace(/\*+/g, ".*");
  return new RegExp(`^${pattern}$`, "is").test(host);
}

/** An IPv6 address has colons of its own: bare it goes without a port, in brackets it may have one. */
function splitTarget(target: string): readonly [host: string, port: string | undefined] {
  if (isIPv6(target)) return [target, undefined];
  const [, address, behind] = /^\[([^\]]*)\](?::(.*))?$/s.exec(target) ?? [];
  if (address !== undefined) return [isIPv6(address) ? address : "", behind];
  const colon = target.indexOf(":");
  return colon < 0 ? [target, undefined] : [target.slice(0, colon), target.slice(colon + 1)];
}

const isPattern = (name: string): boolean => isIPv6(name) || !/[\s:/[\]\p{Cc}]/u.test(name);

/** Figures and dots alone are an address, or a slip of the pen: never a name. */
const isHost = (host: string): boolean =>
  isIP(host) !== 0 || (!/[\s:/*=@[\]\p{Cc}]/u.test(host) && !/^[\d.]*$/.test(host));

const isPort = (port: string): boolean => /^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65535;

function refuse(text: string, why: string): never {
  throw new UserError(
    `--map ${JSON.stringify(text)}: ${why}; write NAME=HOST or NAME=HOST:PORT, for instance *.aliyuncs.com=127.0.0.1:1883`,
    2,
  );
}
