// What a channel can do at best in node: every CR is a line, and every line is fine. Says where it is, where it says so.
import { closeSync, constants, openSync, writeSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { ReadStream } from "node:tty";
import { openpty } from "../../net/ports/pty/pty-native.js";
import { makeRaw } from "../../net/ports/termios.js";

const ok = "\r\nOK\r\n";

const answerWith =
  (say: (words: string) => unknown) =>
  (bytes: Uint8Array): void => {
    for (const byte of bytes) if (byte === 0x0d) say(ok);
  };

function onTerminal(descriptor: number): void {
  new ReadStream(descriptor)
    .on(
      "data",
      answerWith((words) => writeSync(descriptor, words)),
    )
    .on("error", () => {});
}

function serve(socket: Socket): void {
  socket
    .setNoDelay()
    .on(
      "data",
      answerWith((words) => socket.write(words)),
    )
    .on("error", () => {});
}

const channels: Readonly<Record<string, (path: string) => void>> = {
  pty() {
    const { master, path } = openpty();
    makeRaw(master, 9600);
    onTerminal(master);
    console.log(path);
  },
  tcp() {
    const server = createServer(serve).listen(0, "127.0.0.1", () => {
      const bound = server.address();
      console.log(typeof bound === "object" && bound !== null ? bound.port : 0);
    });
  },
  unix(path) {
    createServer(serve).listen(path, () => console.log(path));
  },
  stdio() {
    const say = answerWith((words) => process.stdout.write(words));
    process.stdin.on("data", say);
    process.stdout.write(ok);
  },
  device(path) {
    const descriptor = openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
    process.once("exit", () => closeSync(descriptor));
    onTerminal(descriptor);
    writeSync(descriptor, ok);
  },
};

const [channel = "", path = ""] = process.argv.slice(2);
channels[channel]?.(path);
