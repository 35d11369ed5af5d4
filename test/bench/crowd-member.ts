import { setTimeout as sleep } from "node:timers/promises";
import type { CrowdCost } from "./crowd.js";
import { answer } from "./processes.js";

/** One of many at the same broker. */
export interface Member {
  /** Publishes a message of QoS 1, and waits for the answer and for the message itself. */
  publish(): Promise<void>;
}

/** Lets a member in, with a keep-alive of two minutes; it hears what it publishes itself. */
export type Join = (port: number, id: number) => Promise<Member>;

/** So many join at a time. */
const abreast = 50;

/** Plays a crowd of such members, phase by phase, and answers what each phase cost. Wants --expose-gc. */
export function answerAsCrowd(join: Join): void {
  const members: Member[] = [];
  const phases: Readonly<Record<string, (...amounts: number[]) => Promise<unknown>>> = {
    async connect(port = 0, size = 0) {
      while (members.length < size) {
        const ids = Array.from({ length: Math.min(abreast, size - members.length) }, (_, at) => members.length + at);
        members.push(...(await Promise.all(ids.map((id) => join(port, id)))));
      }
    },
    idle: (seconds = 0) => sleep(seconds * 1000),
    publish: () => Promise.all(members.map((member) => member.publish())),
  };
  answer(async (question) => {
    const [phase = "", ...amounts] = question.split(" ");
    return costOf(
      async () => phases[phase]?.(...amounts.map(Number)),
      () => members.length,
    );
  });
}

async function costOf(work: () => Promise<unknown>, size: () => number): Promise<CrowdCost> {
  const [resident, used] = [await settledKilobytes(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(used);
  return { memory: ((await settledKilobytes()) - resident) / size(), processor: (user + system) / 1000 };
}

/** What is left when the garbage is gone. */
async function settledKilobytes(): Promise<number> {
  for (let time = 0; time < 3; time++) {
    globalThis.gc?.();
    await sleep(20);
  }
  return process.memoryUsage().rss / 1024;
}
