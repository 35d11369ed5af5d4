// The module in this process, with a host that publishes as fast as the window lets it.
import { Host } from "./host.js";
import { answer } from "./processes.js";
import { publishAll } from "./publisher.js";

const host = new Host();
await host.start();

answer(async (question) => {
  const [port = 0, qos = 0, seconds = 0] = question.split(" ").map(Number);
  await host.open(port);
  const from = performance.now();
  const count = await publishAll(host, qos, { seconds });
  const rate = count / ((performance.now() - from) / 1000);
  await host.leave();
  return rate;
});
