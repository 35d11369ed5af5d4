import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const here = fileURLToPath(new URL(".", import.meta.url));
const node = (...args: string[]) => spawnSync(process.execPath, args, { cwd: here, encoding: "utf8" });

test("the benchmark gives figures as JSON, and ends", () => {
  const compiled = node("../../node_modules/typescript/bin/tsc", "-p", ".");
  expect(compiled.stdout).toBe("");
  const { stdout, status } = node(
    "dist/test/bench/main.js",
    "--quick",
    "--json",
    "--only",
    "start",
    "--only",
    "start-modem",
  );
  expect(status).toBe(0);
  const { figures } = JSON.parse(stdout);
  const startUps = ["start to ready", "start to banner, --stdio", "start to attached, --stdio"];
  const names = [...startUps, "startModem() of the kit, p50"];
  expect(figures).toMatchObject(names.map((name) => ({ name, unit: "ms", ours: expect.any(Number) })));
}, 60_000);
