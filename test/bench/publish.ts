import { startBenchBroker } from "./broker.js";
import type { Bench, Effort, Figure } from "./figure.js";
import { sideBySide } from "./figure.js";
import { bareLine, type Line, modemOnPty } from "./lines.js";
import { end, Worker } from "./processes.js";
import { onProcessor } from "./processor.js";
import { serialHost } from "./serial-host.js";

const levels = ({ quick }: Effort): readonly number[] => (quick ? [1] : [0, 1, 2]);
const warmUp = 3; // seconds
const target = { of: "ratio", bound: "at least", value: 0.8 } as const;

/** Publishes with the module's window full, in process: beside MQTT.js with the same window. */
export const publish: Bench = {
  name: "publish",
  async run(effort) {
    const { rounds, seconds } = effort;
    const broker = await onProcessor(0, startBenchBroker);
    const modem = await onProcessor(1, async () => new Worker("publisher-modem.js"));
    const mqttJs = await onProcessor(1, async () => new Worker("publisher-mqttjs.js"));
    const figures: Figure[] = [];
    for (const qos of levels(effort)) {
      const ask = (worker: Worker, span = seconds) => worker.ask(`${broker.port} ${qos} ${span}`);
      for (const worker of [modem, mqttJs]) await ask(worker, warmUp); // until the code is compiled
      const found = await sideBySide(
        rounds,
        () => ask(modem),
        () => ask(mqttJs),
      );
      const row = { name: `publish QoS ${qos}, in process`, unit: "/s", ...found, than: "MQTT.js" };
      figures.push(qos === 0 ? row : { ...row, target });
    }
    await Promise.all([modem.end(), mqttJs.end(), broker.close()]);
    return figures;
  },
};

/** The same over the pseudo-terminal: beside a program that answers without any MQTT. */
export const publishOverPty: Bench = {
  name: "publish-pty",
  async run(effort) {
    const { rounds, seconds } = effort;
    const host = serialHost();
    const broker = await onProcessor(0, startBenchBroker);
    const modem = await onProcessor(1, () => modemOnPty());
    const bare = await onProcessor(1, () => bareLine("publish"));
    const bareMqtt = await onProcessor(1, () => bareLine("publish-mqtt"));
    const figures: Figure[] = [];
    const play =
      ({ path }: Line, qos: number, span = seconds) =>
      () =>
        onProcessor(0, () => host.play(path, "publish", span, `${broker.port}`, `${qos}`));
    for (const line of [modem, bare, bareMqtt]) await play(line, 1)(); // until the code is compiled
    for (const qos of levels(effort)) {
      const found = await sideBySide(rounds, play(modem, qos), play(bare, qos));
      const note = "beside it is neither a socket nor a broker that wants the same processors";
      const row = { name: `publish QoS ${qos}, PTY`, unit: "/s", ...found, than: "bare PTY", note };
      figures.push(qos === 0 ? row : { ...row, target });
    }
    // What a socket and a broker cost cannot be kept out of the rows above: hence this one.
    const found = await sideBySide(rounds, play(modem, 1), play(bareMqtt, 1));
    figures.push({ name: "publish QoS 1, PTY", unit: "/s", ...found, than: "bare PTY and MQTT", target });
    await Promise.all([...[modem, bare, bareMqtt].map(({ child }) => end(child)), broker.close()]);
    return figures;
  },
};
