import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { Program } from "../bin/program.js";
import { run } from "../net/ports/pty/pty-hosts.js";
import { connect, startModule, subscribe } from "./module.js";
import { needs } from "./needs.js";

const host = (name: string): string => fileURLToPath(new URL(`hosts/${name}`, import.meta.url));

/** Starts the command on a pseudo-terminal, with its broker. */
async function start(): Promise<{ readonly pty: string; readonly port: number }> {
  const program = new Program(["--json", "--broker", "0"]);
  onTestFinished(() => void program.child.kill("SIGKILL"));
  const { pty, broker } = await program.ready();
  if (pty === undefined || broker === undefined) throw new Error(program.out);
  return { pty, port: Number(broker.split(":")[1]) };
}

async function expectSuccess(command: string, args: readonly string[]): Promise<void> {
  const program = run(command, args);
  expect({ code: await program.ended, complained: program.stderr }).toEqual({ code: 0, complained: "" });
}

test.skipIf(!needs("gcc"))("a C host that counts lines, twice", async () => {
  const folder = mkdtempSync(join(tmpdir(), "bc28-emu-host-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const counting = join(folder, "counting");
  expect(spawnSync("gcc", ["-w", "-o", counting, host("counting.c")]).status).toBe(0);
  const { pty } = await start();
  await expectSuccess(counting, [pty]);
  await expectSuccess(counting, [pty]);
});

test.skipIf(!needs("python3-serial"))("a Python host that waits without reading, twice", async () => {
  const { pty, port } = await start();
  const { host: witness } = await startModule({ port });
  await connect(witness, "witness");
  await subscribe(witness, "blindly", 1);
  for (let round = 1; round <= 2; round += 1) {
    await expectSuccess("/usr/bin/python3", [host("blind.py"), pty]);
    await witness.urc(/\+QMTRECV: 0,\d+,"blindly",is anybody there\?/);
  }
});

test.skipIf(!needs("python3-serial"))("a Python host that reads", async () => {
  const { pty } = await start();
  await expectSuccess("/usr/bin/python3", [host("reading.py"), pty]);
});

test.skipIf(!needs("python3-serial"))(
  "a Python host with a buffer of 256 bytes that resets the module, twice",
  async () => {
    const { pty, port } = await start();
    const { host: witness } = await startModule({ port });
    await connect(witness, "witness");
    await subscribe(witness, "careful/will", 1);
    for (let round = 1; round <= 2; round += 1) {
      await expectSuccess("/usr/bin/python3", [host("careful.py"), pty]);
      for (let reset = 1; reset <= 2; reset += 1) await witness.urc(/\+QMTRECV: 0,\d+,"careful\/will",gone/);
    }
  },
);
