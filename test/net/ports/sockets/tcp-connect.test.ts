import { createServer, type Server, type Socket } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openTcpConnect } from "../../../../net/ports/sockets/tcp.js";
import { sleep, until, Witness } from "../../witness.js";
import { owesWhatSerialPortsOwe } from "../front-ends.js";
import { hostAt } from "./sockets.js";

/** A host that listens, as a simulator's serial port does. */
class ListeningHost {
  readonly server: Server = createServer({ noDelay: true }, (socket) => this.#came.push(socket.on("error", () => {})));
  readonly #came: Socket[] = [];

  async listen(port = 0): Promise<number> {
    await new Promise<void>((resolve) => this.server.listen(port, "127.0.0.1", resolve));
    const bound = this.server.address();
    return typeof bound === "object" && bound ? bound.port : 0;
  }

  async next(): Promise<Socket> {
    await until("a call", () => this.#came.length > 0);
    return this.#came.shift() as Socket;
  }

  forget(): void {
    this.#came.length = 0;
  }
}

describe("a call is a front end", () => {
  const listener = new ListeningHost();
  let at = 0;
  beforeAll(async () => {
    at = await listener.listen();
  });
  beforeEach(() => listener.forget());
  afterAll(() => void listener.server.close());

  owesWhatSerialPortsOwe({
    open: (events) => openTcpConnect({ host: "127.0.0.1", port: at }, events),
    attach: async (_port, how) => hostAt(await listener.next(), how),
    reattaches: true,
  });
});

describe("whom it calls", () => {
  test("need not be there yet, and may go; each change is told once", async () => {
    const listener = new ListeningHost();
    const at = await listener.listen();
    await new Promise((resolve) => listener.server.close(resolve));
    const heard = new Witness();
    const port = openTcpConnect({ host: "localhost", port: at }, heard);
    expect(port.path).toBe(`localhost:${at}`);
    await until("word that nobody is there", () => heard.changes.length > 0);
    await sleep(350); // it calls twice more, and says nothing
    expect(heard.changes.length).toBe(1);
    const again = new ListeningHost();
    await again.listen(at);
    const host = hostAt(await again.next());
    await until("the attach", () => heard.count("attach") === 1);
    again.server.close();
    await host.leave();
    await until("word that nobody is there any more", () => heard.count("unreachable") === 2);
    expect(heard.changes.map(({ kind }) => kind)).toEqual(["unreachable", "attach", "detach", "unreachable"]);
    expect(heard.changes[0]).toEqual({ kind: "unreachable", why: `localhost:${at}: nobody listens there` });
    await port.close();
  });

  test("is never ourselves: an attempt may hit upon its own end", async () => {
    const listener = new ListeningHost();
    const port = await listener.listen();
    await new Promise((resolve) => listener.server.close(resolve));
    const heard = new Witness();
    const to = { host: "127.0.0.1", port, localPort: port }; // what the system does by chance
    const call = openTcpConnect(to, heard);
    await until("word of it", () => heard.changes.length > 0);
    await call.close();
    expect(heard.changes).toEqual([{ kind: "unreachable", why: `127.0.0.1:${port}: nobody listens there` }]);
  });

  test("is not called any more once it is closed", async () => {
    const listener = new ListeningHost();
    const port = openTcpConnect({ host: "127.0.0.1", port: await listener.listen() }, new Witness());
    const socket = await listener.next();
    const hungUp = new Promise((resolve) => socket.once("end", resolve).resume());
    await port.close();
    await hungUp;
    await new Promise((resolve) => listener.server.close(resolve)); // settles only where nobody is connected
  });
});
