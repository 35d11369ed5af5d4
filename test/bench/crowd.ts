import { type Bench, type Figure, inTurn, median, type Target } from "./figure.js";
import { Worker } from "./processes.js";
import { onProcessor } from "./processor.js";

/** What a phase of a crowd costs: memory that stays, and processor time. */
export interface CrowdCost {
  /** In KB for each member. */
  readonly memory: number;
  /** In ms for all. */
  readonly processor: number;
}

const wanted = 10_000;
/** Descriptors that a process has open apart from its connections, at most. */
const otherFiles = 500;
/** How long a phase may take, in ms; the slowest takes 20 s. */
const phaseTimeoutMs = 180_000;

const notMore: Target = { of: "ratio", bound: "at most", value: 1 };
const halfMore: Target = { of: "ratio", bound: "at most", value: 1.5 };

/** Ten thousand modems in one process, at one broker in another process, over TCP: beside as many MQTT.js clients. */
export const crowd: Bench = {
  name: "crowd",
  async run({ quick }) {
    const size = quick ? 100 : Math.min(wanted, openFiles() - otherFiles);
    const seconds = quick ? 1 : 3;
    const lives = await inTurn(
      quick ? 1 : 3,
      () => liveOf("crowd-modem.js", size, seconds),
      () => liveOf("crowd-mqttjs.js", size, seconds),
    );
    const row = (name: string, unit: string, of: (life: Life) => number, target?: Target): Figure => ({
      name: `${size} modems: ${name}`,
      unit,
      ours: median(lives.ours.map(of)),
      theirs: median(lives.theirs.map(of)),
      than: "MQTT.js clients",
      ...(target && { target }),
    });
    return [
      row("RSS of each", "KB", ({ connected }) => connected.memory, notMore),
      row("CPU, connect and subscribe, each", "ms", ({ connected }) => connected.processor / size, halfMore),
      row("CPU, all idle", "%", ({ idle }) => idle.processor / seconds / 10),
      row("CPU, publish and receive, each", "ms", ({ published }) => published.processor / size, halfMore),
    ];
  },
};

type Life = { readonly [phase in "connected" | "idle" | "published"]: CrowdCost };

/** How many files a process may have open: node has raised its limit as far as it may. */
function openFiles(): number {
  const report: unknown = process.report.getReport();
  const { userLimits } = report as { readonly userLimits: { readonly open_files: { readonly soft: number | string } } };
  return Number(userLimits.open_files.soft) || Number.POSITIVE_INFINITY; // "unlimited"
}

/** A broker and a crowd of their own, so that no side finds what the other one has left behind. */
async function liveOf(file: string, size: number, seconds: number): Promise<Life> {
  const broker = await onProcessor(0, async () => new Worker("crowd-broker.js"));
  const members = await onProcessor(1, async () => new Worker<CrowdCost>(file, ["--expose-gc"]));
  const phase = (question: string): Promise<CrowdCost> => inTime(members.ask(question), question);
  const connected = await phase(`connect ${await broker.ask("port")} ${size}`);
  const idle = await phase(`idle ${seconds}`);
  const published = await phase("publish");
  await Promise.all([members.end(), broker.end()]);
  return { connected, idle, published };
}

async function inTime<T>(phase: Promise<T>, name: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`crowd: "${name}" takes too long`)), phaseTimeoutMs);
  });
  return Promise.race([phase, late]).finally(() => clearTimeout(timer));
}
