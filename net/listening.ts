import { isIP, isIPv6, type ListenOptions, type Server } from "node:net";
import { UserError } from "./user-error.js";

/** One end of a TCP connection. */
export interface TcpAddress {
  /** A name, or an address without brackets. */
  readonly host: string;
  /** 0 to 65535. */
  readonly port: number;
}

/** An address as the user would type it: `127.0.0.1:7000`, `[::1]:7000`. */
export const addressText = ({ host, port }: TcpAddress): string => `${isIPv6(host) ? `[${host}]` : host}:${port}`;

/** Whether an IP address is one of the loopback addresses, which only this machine reaches. */
export const isLoopback = (address: string): boolean =>
  isIP(address) !== 0 && /^(127\.|::1$|::ffff:127\.)/i.test(address);

/** The address at which this machine reaches a server: 0.0.0.0 and [::] become the loopback address. */
export const reachable = (address: string): string =>
  address.replace(/^0\.0\.0\.0:/, "127.0.0.1:").replace(/^\[::\]:/, "[::1]:");

/** Resolves when the server listens; rejects with the system's error when it cannot. Later errors are ignored. */
export const listen = (server: Server, where: ListenOptions): Promise<void> =>
  new Promise((resolve, reject) => {
    server.on("error", reject).listen(where, resolve);
  });

/**
 * Listens by TCP; resolves with the address, where port 0 has become the one that was picked. Throws a UserError that
 * says what to do when it cannot; `who` names the server in it.
 */
export async function listenAt(server: Server, address: TcpAddress, who: string): Promise<TcpAddress> {
  await listen(server, address).catch(({ code, message }: NodeJS.ErrnoException) => {
    throw new UserError(`${who} cannot listen on ${addressText(address)}: ${remedies[code ?? ""] ?? message}`);
  });
  const bound = server.address();
  return typeof bound === "object" && bound ? { host: bound.address, port: bound.port } : address;
}

/** What is wrong where listening fails, and what the user can do. */
const remedies: { readonly [code: string]: string } = {
  EADDRINUSE: "something listens there already: stop it, or give another port (0 picks a free one)",
  EACCES: "that needs more rights: give a port above 1023 (0 picks a free one)",
  EADDRNOTAVAIL: "this machine does not have that address: give one that it has",
  ENOTFOUND: "there is no such name: give an address of this machine",
  EAI_AGAIN: "there is no such name: give an address of this machine",
};

/** Stops listening; resolves when all connections of the server are closed, too. */
export const closeServer = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()));
