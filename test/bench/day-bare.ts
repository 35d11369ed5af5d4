// A client without AT, timers and clock: sends packets to the embedded broker in this process, each when the last one is answered.
import { once } from "node:events";
import type { Duplex } from "node:stream";
import { generate, type Packet } from "mqtt-packet";
import { startBroker } from "../../net/broker/broker.js";
import { connectInProcess } from "../../net/link/dialer.js";
import { payload, topic } from "./messages.js";
import { answer } from "./processes.js";

const packets: Readonly<Record<string, Packet>> = {
  c: { cmd: "connect", clientId: "meter", clean: true, keepalive: 60, protocolId: "MQTT", protocolVersion: 4 },
  p: { cmd: "publish", topic, payload, qos: 1, messageId: 1, dup: false, retain: false },
  i: { cmd: "pingreq" },
};

async function exchange(stream: Duplex, packet: Packet): Promise<void> {
  const answered = once(stream, "data");
  stream.write(generate(packet));
  await answered;
}

const broker = await startBroker({ port: 0 });

answer(async (question) => {
  const from = performance.now();
  let stream: Duplex | undefined;
  for (const letter of question) {
    if (letter === "c") {
      stream?.destroy();
      stream = connectInProcess(broker, () => {});
      await once(stream, "connect");
    }
    const packet = packets[letter];
    if (stream && packet) await exchange(stream, packet);
  }
  stream?.destroy();
  return performance.now() - from;
});
