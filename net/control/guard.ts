import { randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { hostname } from "node:os";
import { ControlError } from "./control-error.js";

/** Who may use the control port. */
export interface GuardOptions {
  /** The address that it listens on. */
  readonly host: string;
  /** What a request must have as `Authorization: Bearer TOKEN`; undefined: nothing. */
  readonly token: string | undefined;
}

/** The token that requests need: the one that is given, or, beyond this machine, one that is made and told. */
export function tokenFor(host: string, given: string | undefined, tell: (token: string) => void): string | undefined {
  if (given !== undefined || isLoopbackName(host)) return given;
  const made = randomBytes(18).toString("base64url");
  tell(made);
  return made;
}

/** The names of this machine for itself, as a Host header or --control has them. */
const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\]|::1)$/i;
const wildcards = ["0.0.0.0", "::"];

/** Whether only this machine reaches a name. */
const isLoopbackName = (host: string): boolean => loopback.test(host);

/**
 * Refuses a request that a web page of somebody else may have caused: one under a foreign name (DNS rebinding) or from a
 * foreign origin (CSRF), and one without the token. Throws a ControlError (401, 403).
 */
export function guard({ headers }: Pick<IncomingMessage, "headers">, { host, token }: GuardOptions): void {
  guardPage({ headers }, { host });
  const { origin, "sec-fetch-site": site } = headers;
  const isForeign = origin !== undefined && origin.toLowerCase() !== `http://${(headers.host ?? "").toLowerCase()}`;
  if (isForeign || site === "cross-site")
    throw new ControlError(
      403,
      `Origin: ${JSON.stringify(origin ?? site)}: a page of another origin may not use this port`,
    );
  if (token !== undefined && !isSame(headers.authorization ?? "", `Bearer ${token}`))
    throw new ControlError(
      401,
      "Authorization: give Bearer and the token that bc28-emu has printed, or was given as --control-token",
    );
}

/**
 * Refuses a request for the window under a foreign name. The page holds nothing of the run, and nobody may put it into a
 * frame; so a link of another page may lead there, and it needs no token: it asks for that itself.
 */
export function guardPage({ headers }: Pick<IncomingMessage, "headers">, { host }: Pick<GuardOptions, "host">): void {
  const name = nameIn(headers.host ?? "");
  if (!isOurs(name, host)) throw new ControlError(403, `Host: ${JSON.stringify(name)} is not a name of this server`);
}

/** The host in `host:port`. */
const nameIn = (authority: string): string => authority.replace(/:\d*$/, "");

function isOurs(name: string, host: string): boolean {
  const bare = name.replace(/^\[|\]$/g, "").toLowerCase();
  if (isLoopbackName(name) || bare === host.toLowerCase()) return true;
  return wildcards.includes(host) && (isIP(bare) !== 0 || bare === hostname().toLowerCase());
}

/** Compares in constant time. */
function isSame(given: string, wanted: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(wanted)];
  return one.length === other.length && timingSafeEqual(one, other);
}
