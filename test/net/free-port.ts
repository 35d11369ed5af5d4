import { once } from "node:events";
import { createServer } from "node:net";

/**
 * A free TCP port, for a test that needs the same one again after a pause. It is below 32768: the system gives ports above
 * that to others, as ephemeral ports.
 */
export async function freePort(): Promise<number> {
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
