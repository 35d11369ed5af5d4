// Many MQTT.js clients in this process.
import { connectAsync } from "mqtt";
import { answerAsCrowd } from "./crowd-member.js";
import { payload } from "./messages.js";

answerAsCrowd(async (port, id) => {
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`, { clientId: `member-${id}`, keepalive: 120 });
  const topic = `crowd/${id}`;
  await client.subscribeAsync(topic, { qos: 1 });
  return {
    async publish() {
      const came = new Promise((resolve) => client.once("message", resolve));
      await Promise.all([came, client.publishAsync(topic, payload, { qos: 1 })]);
    },
  };
});
