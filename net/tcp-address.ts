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
