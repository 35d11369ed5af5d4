import type { Octets } from "../at/octets.js";
import { type Param, text } from "../at/params.js";

const octet = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const address = new RegExp(`^${octet}(?:\\.${octet}){3}$`);

/** Whether a text is an IPv4 address: four numbers up to 255 without leading zeros. */
export const isIpv4 = (value: string): boolean => address.test(value);

/** A parameter that is an IPv4 address, with or without quotes. */
export const ipAddress = (name: string): Param<Octets> => ({
  ...text(name, 15, { check: isIpv4 }),
  probes: {
    good: ["0.0.0.0", "255.255.255.255", '"10.0.0.1"'],
    bad: ["256.0.0.1", "10.0.0", "10.0.0.1.1", "10.0.0.", "example", '""', "", "10.0. 0.1", '"10.0.0.1'],
  },
});

const label = /^(?!-)(?=.*[a-z0-9])[a-z0-9_-]{1,63}(?<!-)$/i; // RFC 1035 2.3.1, and the underscore (field)
/** A number up to 255, with or without leading zeros. */
const looseOctet = /^(?:25[0-5]|2[0-4]\d|1?\d?\d)$/;

/** Whether a text is an IPv4 or IPv6 address, or a legal domain name. If not, AT+QMTOPEN has result 1 (note 3.2.3). */
export function isHostName(host: string): boolean {
  if (host.includes(":")) return /^[0-9a-f:.]+$/i.test(host) && URL.canParse(`http://[${host}]/`);
  const labels = (host.endsWith(".") ? host.slice(0, -1) : host).split(".");
  if (!labels.every((it) => label.test(it))) return false;
  const looksLikeAddress = /^\d+$/.test(labels.at(-1) ?? "");
  return !looksLikeAddress || (labels.length === 4 && labels.every((it) => looseOctet.test(it)));
}

/** The parts of an HTTP URL. */
export interface HttpUrl {
  readonly scheme: "http" | "https";
  /** A name or an address. An IPv6 address has no brackets. */
  readonly host: string;
  readonly port: number;
  /** The path with the query. */
  readonly path: string;
}

const url = /^(https?):\/\/(?:\[([0-9a-f:.]+)\]|([^/?#@:[\]]+))(?::(\d{1,5}))?([/?][!-~]*)?$/i;

/** Parses `http://host[:port][/path]`; undefined where it is no such URL, or has a user or a fragment. RFC 3986 3 */
export function readHttpUrl(octets: Octets): HttpUrl | undefined {
  const [found, scheme = "", address, name = "", digits, path = ""] = url.exec(octets) ?? [];
  const host = address ?? name;
  const port = Number(digits ?? (/s$/i.test(scheme) ? 443 : 80));
  const isIpv6 = host.includes(":");
  if (found === undefined || path.includes("#") || !isHostName(host) || isIpv6 !== (address !== undefined))
    return undefined;
  if (port < 1 || port > 65_535) return undefined;
  return { scheme: /s$/i.test(scheme) ? "https" : "http", host, port, path: path.startsWith("/") ? path : `/${path}` };
}
