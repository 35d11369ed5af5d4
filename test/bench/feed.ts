// A broker that is never the limit: lets everybody in, and then sends the same message without end.
import { createServer, type Socket } from "node:net";
import { generate } from "mqtt-packet";
import { payload, topic } from "./messages.js";

const qos = Number(process.argv[2]) as 0 | 1;
/** As mosquitto does with QoS 1: so many without PUBACK. */
const window = 20;
const message = generate({ cmd: "publish", topic, payload, qos, messageId: 12345, dup: false, retain: false });
const batch = Buffer.concat(Array.from({ length: 500 }, () => message));
const ackLength = 4;

const types = { connect: 1, subscribe: 8 } as const;

function serve(socket: Socket): void {
  let feeds = false;
  let acked = 0;
  socket.setNoDelay().on("error", () => {});
  socket.on("drain", () => qos === 0 && flood(socket));
  socket.on("data", (bytes) => {
    const type = (bytes[0] ?? 0) >> 4;
    if (feeds) {
      acked += bytes.length;
      const count = Math.floor(acked / ackLength);
      acked -= count * ackLength;
      if (qos === 1 && count > 0) socket.write(batch.subarray(0, count * message.length));
    } else if (type === types.connect) {
      socket.write(generate({ cmd: "connack", returnCode: 0, sessionPresent: false }));
    } else if (type === types.subscribe) {
      feeds = true;
      socket.write(generate({ cmd: "suback", messageId: bytes.readUInt16BE(2), granted: [1] }));
      if (qos === 0) flood(socket);
      else socket.write(batch.subarray(0, window * message.length));
    }
  });
}

function flood(socket: Socket): void {
  while (!socket.destroyed && socket.write(batch));
}

const server = createServer(serve).listen(0, "127.0.0.1", () => {
  const bound = server.address();
  process.stdout.write(`${typeof bound === "object" && bound !== null ? bound.port : 0}\n`);
});
