import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, run } from "./processes.js";

/** A host program that plays one part on a serial line and prints one number. */
export interface SerialHost {
  play(
    path: string,
    part: "latency" | "publish" | "receive" | "connect",
    amount: number,
    ...more: string[]
  ): Promise<number>;
}

let program: readonly string[] | undefined;

/** The host in C; in Python where there is no compiler. */
export function serialHost(): SerialHost {
  program ??= build();
  const [name = "", ...before] = program;
  return {
    async play(path, part, amount, ...more) {
      return Number(await run(name, [...before, path, part, String(amount), ...more]));
    },
  };
}

function build(): readonly string[] {
  const directory = mkdtempSync(join(tmpdir(), "bc28-bench-"));
  process.once("exit", () => rmSync(directory, { recursive: true, force: true }));
  const binary = join(directory, "serial-host");
  const { status } = spawnSync("cc", ["-O2", "-o", binary, `${root}test/bench/serial-host.c`], { stdio: "ignore" });
  if (status === 0) return [binary];
  process.stderr.write("no C compiler: the host is slower, in Python\n");
  return ["python3", `${root}test/bench/serial-host.py`];
}
