import { isIPv6 } from "node:net";

/** One end of a TCP connection. */
export interface TcpAddress {
  /** A name, or an address without brackets. */
  readonly host: string;
  readonly port: number;
}

/** As the user would type it: `127.0.0.1:7000`, `[::1]:7000`. */
export const addressText = ({ host, port }: TcpAddress): string => `${isIPv6(host) ? `[${host}]` : host}:${port}`;

/** Whether only this machine reaches an address. */
export const isLoopback = (host: string): boolean => /^(127\.|::1$|::ffff:127\.)/i.test(host);

/** Where this machine reaches what listens there: what listens everywhere listens here, too. */
export const reachable = (address: string): string =>
  address.replace(/^0\.0\.0\.0:/, "127.0.0.1:").replace(/^\[::\]:/, "[::1]:");

/** What the user can do where listening fails. */
const remedies: { readonly [code: string]: string } = {
  EADDRINUSE: "something listens there already: stop it, or give another port (0 picks a free one)",
  EACCES: "that needs more rights: give a port above 1023 (0 picks a free one)",
  EADDRNOTAVAIL: "this machine does not have that address: give one that it has",
  ENOTFOUND: "there is no such name: give an address of this machine",
  EAI_AGAIN: "there is no such name: give an address of this machine",
};

/** Why listening there failed, in a line for people. */
export const cannotListen = (address: TcpAddress, { code, message }: NodeJS.ErrnoException): string =>
  `the module cannot listen on ${addressText(address)}: ${remedies[code ?? ""] ?? message}`;
