import type { Octets } from "../at/octets.js";
import { isHostName } from "./host-name.js";

/** Where a URL leads. */
export interface HttpUrl {
  readonly scheme: "http" | "https";
  /** A name or an address; of IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** The path, with what is asked behind it. */
  readonly path: string;
}

const url = /^(https?):\/\/(?:\[([0-9a-f:.]+)\]|([^/?#@:[\]]+))(?::(\d{1,5}))?([/?][!-~]*)?$/i;

/** Reads `http://host[:port][/path]`; undefined where it is no such URL, or names a user or a fragment. RFC 3986 3 */
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
