// The same messages by Node's own sockets, with the same hexadecimal text made and read.
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect } from "node:net";
import { echo } from "./echo.js";
import { answer } from "./processes.js";

type Send = (bytes: Buffer) => void;

/** Opens a socket to an echo; `heard` gets what comes back. */
async function opened(kind: string, heard: (bytes: Buffer) => void): Promise<Send> {
  if (kind === "tcp") {
    const socket = connect(await echo("tcp"), "127.0.0.1").setNoDelay();
    await once(socket, "connect");
    socket.on("data", heard);
    return (bytes) => void socket.write(bytes);
  }
  const port = await echo("udp");
  const socket = createSocket("udp4").on("message", heard);
  return (bytes) => socket.send(bytes, port, "127.0.0.1");
}

answer(async (question) => {
  const [kind = "udp", count] = question.split(" ");
  let heard = (_: string): void => {};
  const send = await opened(kind, (bytes) => heard(bytes.toString("hex")));
  const start = performance.now();
  for (let number = 1; number <= Number(count); number++) {
    const data = `${number}`.padStart(40, "0");
    await new Promise<void>((resolve) => {
      heard = (text) => {
        if (text === data) resolve();
      };
      send(Buffer.from(data, "hex"));
    });
  }
  return { seconds: (performance.now() - start) / 1000, lost: 0, heap: 0, rss: 0 };
});
