import { isIP, isIPv6 } from "node:net";
import { UserError } from "../user-error.js";

/** Where a connection goes. */
export interface Destination {
  readonly host: string;
  readonly port: number;
}

/** One `--map NAME=HOST[:PORT]` or `--map ADDRESS[:PORT]=HOST[:PORT]`: what is meant for these goes to another host. */
export interface Mapping {
  /** `*` stands for any characters; case does not count. An address is matched only by the same address. */
  readonly name: string;
  /** The only port of an address that is mapped. Left out: all ports. */
  readonly namePort?: number;
  /** A name or an address. */
  readonly host: string;
  /** Left out: the port that the module's host has given. */
  readonly port?: number;
}

/** Turns the host and port of a command into where it leads; undefined: there is no route. */
export type Route = (host: string, port: number) => Destination | undefined;

/** Parses `NAME=HOST[:PORT]` or `ADDRESS[:PORT]=HOST[:PORT]`. Throws a UserError (code 2) that says what is wrong with it. */
export function parseMapping(text: string): Mapping {
  const [, from = "", target] = /^([^=]*)=(.*)$/s.exec(text) ?? refuse(text, "it has no =");
  const [name, namePort] = splitAddress(from);
  if (!name || !isPattern(name)) {
    return refuse(text, "NAME must be a name without a port, * allowed, or an address with or without one");
  }
  if (isNoAddress(name)) return refuse(text, "an address is mapped whole: four numbers up to 255, without *");
  if (namePort !== undefined && !isPort(namePort)) return refuse(text, "the PORT of an address must be 1 to 65535");
  const [host, port] = splitTarget(target ?? "");
  if (!isHost(host)) return refuse(text, "HOST must be a name or an address, without spaces, mqtt:// or *");
  if (port !== undefined && !isPort(port)) return refuse(text, "PORT must be 1 to 65535");
  return {
    name,
    ...(namePort !== undefined && { namePort: Number(namePort) }),
    host,
    ...(port !== undefined && { port: Number(port) }),
  };
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
  const mapping = mappingOf(mappings, host, port);
  if (mapping) return { host: mapping.host, port: mapping.port ?? port };
  return broker && isIP(host) === 0 ? broker : { host, port };
}

const mappingOf = (mappings: readonly Mapping[], host: string, port: number): Mapping | undefined =>
  mappings.find(({ name, namePort }) => matches(name, host) && (namePort ?? port) === port);

/** Whether a host and port have a mapping; a name has no port of its own. */
export const mapsName = (mappings: readonly Mapping[], host: string, port = 0): boolean =>
  mappingOf(mappings, host, port) !== undefined;

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

/** Splits ADDRESS:PORT; anything else has no port. */
function splitAddress(from: string): readonly [name: string, port: string | undefined] {
  const [, v4, v6, port] = /^(?:([\d.]+)|\[([^\]]*)\]):([^:]*)$/.exec(from) ?? [];
  const address = v4 ?? v6 ?? "";
  return port !== undefined && isIP(address) !== 0 ? [address, port] : [from, undefined];
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

/** Whether it looks like an address and is none, so that nothing would ever match it. */
const isNoAddress = (name: string): boolean => /^[\d.*]*\d[\d.*]*$/.test(name) && isIP(name) === 0;

/** Whether it is an address or a name. Digits and dots alone are never a name. */
const isHost = (host: string): boolean =>
  isIP(host) !== 0 || (!/[\s:/*=@[\]\p{Cc}]/u.test(host) && !/^[\d.]*$/.test(host));

const isPort = (port: string): boolean => /^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65535;

function refuse(text: string, why: string): never {
  throw new UserError(
    `--map ${JSON.stringify(text)}: ${why}; write NAME=HOST or NAME=HOST:PORT, for instance *.aliyuncs.com=127.0.0.1:1883 or 192.0.2.7:5683=127.0.0.1:5683`,
    2,
  );
}
