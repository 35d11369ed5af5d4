// MQTT.js with the module's window.
import { connectAsync } from "mqtt";
import { payload, topic, window } from "./messages.js";
import { answer } from "./processes.js";

answer(async (question) => {
  const [port = 0, level = 0, seconds = 0] = question.split(" ").map(Number);
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`);
  const qos = level as 0 | 1 | 2;
  let [done, open] = [0, true];
  const publish = (): void => {
    client.publish(topic, payload, { qos }, () => {
      done += 1;
      if (open) publish();
    });
  };
  const from = performance.now();
  for (let count = 0; count < window; count++) publish();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const rate = done / ((performance.now() - from) / 1000);
  open = false;
  await client.endAsync();
  return rate;
});
