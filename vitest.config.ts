import { defineConfig } from "vitest/config";

/** Files that open nothing and keep nothing: a worker runs one after the other without a new start. */
const pure = ["test/{at,emulator,mqtt}/**/*.test.ts", "test/*.test.ts"];

/** Files that run alone: they need the number of a closed pseudo-terminal again, or measure time. */
const alone = [
  "test/bin/process.test.ts",
  "test/bin/timing.test.ts",
  "test/hostile/host.test.ts",
  "test/interop/drivers.test.ts",
  "test/net/ports/pty/pty.test.ts",
];

const all = ["test/**/*.test.ts"];

/** A group of files; one group runs after the other. */
const group = (name: string, groupOrder: number, test: object) => ({
  extends: true as const,
  test: { name, maxWorkers: 2, sequence: { groupOrder }, ...test },
});

export default defineConfig({
  test: {
    reporters: ["default", "./test/reporter.ts"],
    testTimeout: 20_000,
    projects: [
      group("pure", 1, { include: pure, isolate: false }),
      group("together", 2, { include: all, exclude: [...pure, ...alone] }),
      group("alone", 3, { include: alone, maxWorkers: 1 }),
    ],
  },
});
