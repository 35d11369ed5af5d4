import { isIPv6, type ListenOptions, type Server } from "node:net";
import { UserError } from "./user-error.js";

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

/** Settles when the server listens; fails with the system's error when it cannot. Later errors, of single clients, are none of the server's. */
export const listening = (server: Server, where: ListenOptions): Promise<void> =>
  new Promise((resolve, reject) => {
    server.on("error", reject).listen(where, resolve);
  });

/** Where `who` listens by TCP, once it does; throws a UserError that says what to do when it cannot. */
export async function listeningAt(server: Server, address: TcpAddress, who: string): Promise<TcpAddress> {
  await listening(server, address).catch(({ code, message }: NodeJS.ErrnoException) => {
    throw new UserError(`${who} cannot listen on ${addressText(address)}: ${remedies[code ?? ""] ?? message}`);
  });
  const bound = server.address();
  return typeof bound === "object" && bound ? { host: bound.address, port: bound.port } : address;
}

/** What the user can do where listening fails. */
const remedies: { readonly [code: string]: string } = {
  EADDRINUSE: "something listens there already: stop it, or give another port (0 picks a free one)",
  EACCES: "that needs more rights: give a port above 1023 (0 picks a free one)",
  EADDRNOTAVAIL: "this machine does not have that address: give one that it has",
  ENOTFOUND: "there is no such name: give an address of this machine",
  EAI_AGAIN: "there is no such name: give an address of this machine",
};

/** Settles when nobody can come any more, and all who came are gone. */
export const stopped = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()));
