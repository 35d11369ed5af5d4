// MQTT.js, counting messages.
import { connectAsync } from "mqtt";
import { topic } from "./messages.js";
import { answer } from "./processes.js";

answer(async (question) => {
  const [port = 0, qos = 0, seconds = 0] = question.split(" ").map(Number);
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`);
  let count = 0;
  client.on("message", () => {
    count += 1;
  });
  await client.subscribeAsync(topic, { qos: qos as 0 | 1 });
  const [before, from] = [count, performance.now()];
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const rate = (count - before) / ((performance.now() - from) / 1000);
  await client.endAsync(true);
  return rate;
});
