import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, run } from "./processes.js";

/** How long something took that was done often, in microseconds. */
export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** A host program that plays one part on a serial line; which lines there are is told in serial-line.h. */
export interface SerialHost {
  /** From AT to OK, so many times. */
  latency(line: string, count: number): Promise<Percentiles>;
  /** The other parts give one number. */
  play(line: string, part: "publish" | "receive" | "connect", amount: number, ...more: string[]): Promise<number>;
}

let program: readonly string[] | undefined;

/** The host in C; in Python where there is no compiler. */
export function serialHost(): SerialHost {
  program ??= build();
  const [name = "", ...before] = program;
  const figures = async (...args: readonly string[]): Promise<readonly number[]> =>
    (await run(name, [...before, ...args])).split(" ").map(Number);
  return {
    async latency(line, count) {
      const [p50 = Number.NaN, p95 = Number.NaN, p99 = Number.NaN] = await figures(line, "latency", `${count}`);
      return { p50, p95, p99 };
    },
    async play(line, part, amount, ...more) {
      const [figure = Number.NaN] = await figures(line, part, `${amount}`, ...more);
      return figure;
    },
  };
}

function build(): readonly string[] {
  const directory = mkdtempSync(join(tmpdir(), "bc28-bench-"));
  process.once("exit", () => rmSync(directory, { recursive: true, force: true }));
  const binary = join(directory, "serial-host");
  const sources = ["serial-host.c", "serial-line.c"].map((name) => `${root}test/bench/${name}`);
  const { status } = spawnSync("cc", ["-O2", "-o", binary, ...sources], { stdio: "ignore" });
  if (status === 0) return [binary];
  process.stderr.write("no C compiler: the host is slower, in Python\n");
  return ["python3", `${root}test/bench/serial-host.py`];
}
