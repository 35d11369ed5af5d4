// The module in this process, with a host that counts messages.
import { Host } from "./host.js";
import { topic } from "./messages.js";
import { answer } from "./processes.js";
import { countOf } from "./publisher.js";

const host = new Host();
await host.start();

answer(async (question) => {
  const [port = 0, qos = 0, seconds = 0] = question.split(" ").map(Number);
  await host.open(port);
  await host.tell(`AT+QMTSUB=0,1,"${topic}",${qos}`, "+QMTSUB: 0,1,0,1");
  let count = 0;
  host.onText = (text) => {
    count += countOf(text, "\r\n+QMTRECV: ");
  };
  const from = performance.now();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const rate = count / ((performance.now() - from) / 1000);
  await host.leave();
  return rate;
});
