import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { startModem } from "../../testing.js";
import { Program } from "../bin/program.js";
import { needs } from "../interop/needs.js";
import { run } from "../net/ports/pty/pty-hosts.js";
import { Bc28 } from "./bc28.js";

const host = fileURLToPath(new URL("publish.py", import.meta.url));

describe.skipIf(!needs("python3-serial"))("one Python host, by any front end", () => {
  let paths: { readonly pty: string; readonly tcp: string; readonly rfc2217: string };
  beforeAll(async () => {
    const program = new Program(["--json", "--pty", "--tcp", "0", "--rfc2217", "0", "--broker", "0"]);
    const [line] = await program.prints(/^\{.*\}\n/);
    paths = JSON.parse(line);
    return () => void program.child.kill("SIGKILL");
  });

  test.each([
    ["a pseudo-terminal", () => paths.pty],
    ["socket://", () => `socket://${paths.tcp}`],
    ["rfc2217://", () => `rfc2217://${paths.rfc2217}`],
  ])("%s", async (_, url) => {
    const program = run("/usr/bin/python3", ["-B", host, url()]);
    expect({ code: await program.ended, complained: program.stderr }).toEqual({ code: 0, complained: "" });
  });
});

/** A module as in the field, thirty times as fast. */
const seeds = [1, 2, 3];
const scale = 30;

describe.skipIf(!needs("python3-serial"))("a Python host with realistic timing", () => {
  test.each(seeds)("seed %i", { timeout: 60_000 }, async (seed) => {
    const fast = ["--timing", "realistic", "--seed", `${seed}`, "--time-scale", `${scale}`];
    const emulator = new Program(["--json", "--tcp", "0", "--broker", "0", ...fast]);
    onTestFinished(() => void emulator.child.kill("SIGKILL"));
    const [line] = await emulator.prints(/^\{.*\}\n/);
    await new Promise((resolve) => setTimeout(resolve, 4000 / scale)); // the module boots, and hears nothing meanwhile
    const program = run("/usr/bin/python3", ["-B", host, `socket://${JSON.parse(line).tcp}`]);
    expect({ code: await program.ended, complained: program.stderr }).toEqual({ code: 0, complained: "" });
  });
});

describe("a driver in JavaScript with realistic timing", () => {
  test.each(seeds)("seed %i", { timeout: 60_000 }, async (seed) => {
    const profile = { base: "bc28", timing: "realistic" } as const;
    const modem = await startModem({ clock: { scale }, seed, profile });
    const driver = new Bc28(modem);
    onTestFinished(async () => {
      await driver.close().catch(() => {});
      await modem.close();
    });
    await modem.host.urc(/REBOOT_CAUSE/);
    await driver.start();
    await driver.connect({ host: "mqtt.example.com", port: 1883, clientId: "driver" });
    await driver.subscribe("driver/valve");
    const came = once(driver, "message");
    await driver.publish("driver/valve", "open");
    expect(await came).toEqual(["driver/valve", "open"]);
  });
});
