import { spawnSync } from "node:child_process";
import { cpus } from "node:os";

const pid = `${process.pid}`;
const taskset = (...args: readonly string[]): string | undefined => {
  const { status, stdout } = spawnSync("taskset", args, { encoding: "utf8" });
  return status === 0 ? stdout : undefined;
};

/** The processors that this process may use, as taskset lists them; undefined where it cannot be pinned. */
const all = cpus().length < 2 ? undefined : taskset("-c", "-p", pid)?.split(": ").at(-1)?.trim();
if (all === undefined) process.stderr.write("no taskset, or one processor: where programs run is left to the system\n");

/** The first processors of the list, by number. */
const numbers = (all ?? "").split(",").flatMap((part) => {
  const [first = 0, last = first] = part.split("-").map(Number);
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
});

/**
 * Starts programs that stay on one processor: 0 or 1. A program that wakes another one up on a processor that sleeps takes
 * 50 us longer than on its own, and where the system puts two programs differs from run to run.
 */
export async function onProcessor<T>(which: 0 | 1, start: () => Promise<T>): Promise<T> {
  if (all === undefined) return start();
  taskset("-a", "-c", "-p", `${numbers[which]}`, pid);
  try {
    return await start();
  } finally {
    taskset("-a", "-c", "-p", all, pid);
  }
}
