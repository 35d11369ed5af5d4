import { isIP, isIPv6 } from "node:net";
import { UserError } from "../user-error.js";

/** Where a connection goes. */
export interface Destination {
  readonly host: string;
  readonly port: number;
}

/** One `--map NAME=HOST[:PORT]`: connections to these names go to another host. */
export interface Mapping {
  /** `*` stands for any characters; case does not count. An address is matched only by the same address. */
  readonly name: string;
  /** A name or an address. */
  readonly host: string;
  /** Left out: the port that the module's host has given. */
  readonly port?: number;
}

/** Turns the host and port of a command into where the connection goes. */
export type NameMap = (host: string, port: number) => Destination;

/** Parses `NAME=HOST[:PORT]`. Throws a UserError (code 2) that says what is wrong with it. */
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
 * Where a connection to `host` and `port` goes: where the first mapping that matches says; else to the embedded broker, if
 * there is one and `host` is a name; else to `host` itself. A mapped host is not mapped again.
 */
export function mapName(
  mappings: readonly Mapping[],
  broker: Destination | undefined,
  host: string,
  port: number,
): Destination {
  const mapping = mappingOf(mappings, host);
  if (mapping) return { host: mapping.host, port: mapping.port ?? port };
  return broker && isIP(host) === 0 ? broker : { host, port };
}

const mappingOf = (mappings: readonly Mapping[], host: string): Mapping | undefined =>
  mappings.find((candidate) => matches(candidate.name, host));

/** Whether a host has a mapping. */
export const mapsName = (mappings: readonly Mapping[], host: string): boolean =>
  mappingOf(mappings, host) !== undefined;

/** Under which further hosts a server is reached that listens on an address of this machine. */
const aliases: { readonly [listensOn: string]: readonly string[] } = {
  "127.0.0.1": ["localhost"],
  "::1": ["localhost"],
  "0.0.0.0": ["localhost", "127.0.0.1"],
  "::": ["localhost", "127.0.0.1", "::1"],
};

/** Whether the embedded broker listens at this destination. */
export function isBroker({ host, port }: Destination, broker: Destination): boolean {
  const names = [broker.host, ...(aliases[broker.host] ?? [])];
  return port === broker.port && names.includes(host.toLowerCase());
}

/** Whether a mapping's name matches a host. A pattern never matches an address: `*` is meant for all names. */
function matches(name: string, host: string): boolean {
  if (isIP(host) !== 0) return name.toLowerCase() === host.toLowerCase();
  const pattern = name.replace(/[\\^$.+?()[\]{}|]/g, "\\$&").replace(/\*+/g, ".*");
  return new RegExp(`^${pattern}$`, "is").test(host);
}

/** Splits HOST[:PORT]. An IPv6 address has a port only in brackets. */
function splitTarget(target: string): readonly [host: string, port: string | undefined] {
  if (isIPv6(target)) return [target, undefined];
  const [, address, port] = /^\[([^\]]*)\](?::(.*))?$/s.exec(target) ?? [];
  if (address !== undefined) return [isIPv6(address) ? address : "", port];
  const colon = target.indexOf(":");
  return colon < 0 ? [target, undefined] : [target.slice(0, colon), target.slice(colon + 1)];
}

const isPattern = (name: string): boolean => isIPv6(name) || !/[\s:/[\]\p{Cc}]/u.test(name);

/** Whether it is an address or a name. Digits and dots alone are never a name. */
const isHost = (host: string): boolean =>
  isIP(host) !== 0 || (!/[\s:/*=@[\]\p{Cc}]/u.test(host) && !/^[\d.]*$/.test(host));

const isPort = (port: string): boolean => /^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65535;

function refuse(text: string, why: string): never {
  throw new UserError(
    `--map ${JSON.stringify(text)}: ${why}; write NAME=HOST or NAME=HOST:PORT, for instance *.aliyuncs.com=127.0.0.1:1883`,
    2,
  );
}
