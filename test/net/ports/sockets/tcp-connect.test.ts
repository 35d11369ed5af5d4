import { createServer, type Server, type Socket } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openTcpConnect } from "../../../../net/ports/sockets/tcp.js";
import { PortRecorder, sleep, until } from "../../port-recorder.js";
import { testSerialPort } from "../serial-port-contract.js";
import { hostAt } from "./sockets.js";

/** A host that listens, as a simulator's serial port does. */
class ListeningHost {
  readonly server: Server = createServer({ noDelay: true }, (socket) =>
    this.#sockets.push(socket.on("error", () => {})),
  );
  readonly #sockets: Socket[] = [];

  async listen(port = 0): Promise<number> {
    await new Promise<void>((resolve) => this.server.listen(port, "127.0.0.1", resolve));
    const bound = this.server.address();
    return typeof bound === "object" && bound ? bound.port : 0;
  }

  async next(): Promise<Socket> {
    await until("a connection", () => this.#sockets.length > 0);
    return this.#sockets.shift() as Socket;
  }

  clear(): void {
    this.#sockets.length = 0;
  }
}

describe("an outgoing connection is a front end", () => {
  const listener = new ListeningHost();
  let at = 0;
  beforeAll(async () => {
    at = await listener.listen();
  });
  beforeEach(() => listener.clear());
  afterAll(() => void listener.server.close());

  testSerialPort({
    open: (events) => openTcpConnect({ host: "127.0.0.1", port: at }, events),
    attach: async (_port, how) => hostAt(await listener.next(), how),
    reattaches: true,
  });
});

describe("the host", () => {
  test("may come later and leave again; each change is reported once", async () => {
    const listener = new ListeningHost();
    const at = await listener.listen();
    await new Promise((resolve) => listener.server.close(resolve));
    const recorder = new PortRecorder();
    const port = openTcpConnect({ host: "localhost", port: at }, recorder);
    expect(port.path).toBe(`localhost:${at}`);
    await until("the report that nothing listens", () => recorder.changes.length > 0);
    await sleep(350); // two more attempts, without a report
    expect(recorder.changes.length).toBe(1);
    const again = new ListeningHost();
    await again.listen(at);
    const host = hostAt(await again.next());
    await until("the attach", () => recorder.count("attach") === 1);
    again.server.close();
    await host.leave();
    await until("the second report that nothing listens", () => recorder.count("unreachable") === 2);
    expect(recorder.changes.map(({ kind }) => kind)).toEqual(["unreachable", "attach", "detach", "unreachable"]);
    expect(recorder.changes[0]).toEqual({ kind: "unreachable", why: `localhost:${at}: nobody listens there` });
    await port.close();
  });

  test("is never the client itself: a TCP self-connection counts as a failure", async () => {
    const listener = new ListeningHost();
    const port = await listener.listen();
    await new Promise((resolve) => listener.server.close(resolve));
    const recorder = new PortRecorder();
    const to = { host: "127.0.0.1", port, localPort: port }; // the system may choose it by chance
    const connected = openTcpConnect(to, recorder);
    await until("the report", () => recorder.changes.length > 0);
    await connected.close();
    expect(recorder.changes).toEqual([{ kind: "unreachable", why: `127.0.0.1:${port}: nobody listens there` }]);
  });

  test("is not connected to any more after close", async () => {
    const listener = new ListeningHost();
    const port = openTcpConnect({ host: "127.0.0.1", port: await listener.listen() }, new PortRecorder());
    const socket = await listener.next();
    const ended = new Promise((resolve) => socket.once("end", resolve).resume());
    await port.close();
    await ended;
    await new Promise((resolve) => listener.server.close(resolve)); // resolves only when nothing is connected
  });
});
