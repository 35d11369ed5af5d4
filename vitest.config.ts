import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    reporters: ["default", "./test/reporter.ts"],
    testTimeout: 20_000,
    maxWorkers: 1, // pseudo-terminals are numbered for the whole machine: tests at once would take each other's
  },
});
