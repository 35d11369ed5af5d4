import type { ListenOptions, Server } from "node:net";

/** Settles when the server listens; fails with the system's error when it cannot. Later errors, of single clients, are none of the server's. */
export const listening = (server: Server, where: ListenOptions): Promise<void> =>
  new Promise((resolve, reject) => {
    server.on("error", reject).listen(where, resolve);
  });

/** Settles when nobody can come any more, and all who came are gone. */
export const stopped = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()));
