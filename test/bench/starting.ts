// Starts something in this process again and again; answers how long that took in the middle, in ms.
import { once } from "node:events";
import { createServer } from "node:net";
import { Aedes } from "aedes";
import { startModem } from "../../net/testing/start.js";
import { median } from "./figure.js";
import { answer } from "./processes.js";

/** Starts it, and gives back how it is closed. */
type Start = () => Promise<() => Promise<unknown>>;

const starts: Readonly<Record<string, Start>> = {
  async modem() {
    const modem = await startModem();
    return () => modem.close();
  },
  async broker() {
    const broker = await Aedes.createBroker();
    const server = createServer(broker.handle).listen(0, "127.0.0.1");
    await once(server, "listening");
    return async () => {
      const closed = once(server.close(), "close");
      broker.close();
      await closed;
    };
  },
};

answer(async (question) => {
  const [what = "", count] = question.split(" ");
  const spans: number[] = [];
  for (let time = 0; time < Number(count); time++) {
    const from = performance.now();
    const close = await starts[what]?.();
    spans.push(performance.now() - from);
    await close?.();
  }
  return median(spans);
});
