import { once } from "node:events";
import { createServer } from "node:net";

/**
 * A port for who has to name one, or wants the same again after a pause: nobody listens there, and the system does not
 * give it to those who leave the choice to it, as it does from 32768 up.
 */
export async function quietPort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port, "127.0.0.1"), "listening");
  } catch {
    return false;
  }
  server.close();
  await once(server, "close");
  return true;
}
