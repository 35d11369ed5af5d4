import { fileURLToPath } from "node:url";
import type { Bench, Figure } from "./figure.js";
import { sideBySide } from "./figure.js";
import { bareLine, type Line, modemOnPty } from "./lines.js";
import { end, start, Worker } from "./processes.js";
import { onProcessor } from "./processor.js";
import { serialHost } from "./serial-host.js";

const target = { of: "ratio", bound: "at least", value: 0.8 } as const;

async function startFeed(qos: 0 | 1) {
  const { child, line } = await start(process.execPath, [fileURLToPath(new URL("feed.js", import.meta.url)), `${qos}`]);
  return { port: line, close: () => end(child) };
}

/** Messages received in process, from a broker that is never the limit: beside MQTT.js. */
export const receive: Bench = {
  name: "receive",
  async run({ rounds, seconds }) {
    const figures: Figure[] = [];
    for (const qos of [0, 1] as const) {
      const feed = await onProcessor(0, () => startFeed(qos));
      const modem = await onProcessor(1, async () => new Worker("receiver-modem.js"));
      const mqttJs = await onProcessor(1, async () => new Worker("receiver-mqttjs.js"));
      const ask = (worker: Worker, span = seconds) => worker.ask(`${feed.port} ${qos} ${span}`);
      for (const worker of [modem, mqttJs]) await ask(worker, 0.5); // until the code is compiled
      const found = await sideBySide(
        rounds,
        () => ask(modem),
        () => ask(mqttJs),
      );
      figures.push({ name: `receive QoS ${qos}, in process`, unit: "/s", ...found, than: "MQTT.js", target });
      await Promise.all([modem.end(), mqttJs.end(), feed.close()]);
    }
    return figures;
  },
};

/** The same over the pseudo-terminal: beside a program that writes the same lines without end. */
export const receiveOverPty: Bench = {
  name: "receive-pty",
  async run({ rounds, seconds }) {
    const host = serialHost();
    const feed = await onProcessor(0, () => startFeed(1));
    // Both are started anew each round: their floods would disturb each other.
    const play = (open: () => Promise<Line>) => async () => {
      const { path, child } = await onProcessor(1, open);
      const rate = await onProcessor(0, () => host.play(path, "receive", seconds, feed.port));
      await end(child);
      return rate;
    };
    const found = await sideBySide(
      rounds,
      play(modemOnPty),
      play(() => bareLine("receive")),
    );
    await feed.close();
    const note = "its broker waits for PUBACKs, 20 at a time; the bare program waits for nobody";
    return [{ name: "receive QoS 1, PTY", unit: "/s", ...found, than: "bare PTY", target, note }];
  },
};
