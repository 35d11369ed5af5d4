import type { Bench, Figure } from "./figure.js";
import { Worker } from "./processes.js";

/** What a crowd answers: how much memory it took, and how much processor time. */
export interface CrowdCost {
  /** In KB for each. */
  readonly memory: number;
  /** In ms of processor time. */
  readonly processor: number;
}

/** So many modems in one process, at one embedded broker in another one, over TCP: beside as many MQTT.js clients. */
export const crowd: Bench = {
  name: "crowd",
  async run({ quick }) {
    const size = quick ? 100 : 1000;
    const seconds = quick ? 1 : 3;
    const ours = await liveOf("crowd-modem.js", size, seconds);
    const theirs = await liveOf("crowd-mqttjs.js", size, seconds);
    const row = (name: string, unit: string, of: (life: Life) => number): Figure => ({
      name: `${size} modems: ${name}`,
      unit,
      ours: of(ours),
      theirs: of(theirs),
      than: "MQTT.js clients",
    });
    return [
      row("RSS of each", "KB", ({ connected }) => connected.memory),
      row("CPU, connect and subscribe, each", "ms", ({ connected }) => connected.processor / size),
      row("CPU, all idle", "%", ({ idle }) => idle.processor / seconds / 10),
      row("CPU, publish and receive, each", "ms", ({ published }) => published.processor / size),
    ];
  },
};

type Life = { readonly [phase in "connected" | "idle" | "published"]: CrowdCost };

/** One after the other, each with a broker and a process of its own, so that neither meets what the other one left behind. */
async function liveOf(file: string, size: number, seconds: number): Promise<Life> {
  const broker = new Worker("crowd-broker.js");
  const members = new Worker<CrowdCost>(file, ["--expose-gc"]);
  const connected = await members.ask(`connect ${await broker.ask("port")} ${size}`);
  const idle = await members.ask(`idle ${seconds}`);
  const published = await members.ask("publish");
  await Promise.all([members.end(), broker.end()]);
  return { connected, idle, published };
}
