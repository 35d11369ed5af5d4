import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { refereeOf, rules } from "../../index.js";
import { type Finding, manualClock, startModem } from "../../testing.js";
import { Program } from "../bin/program.js";
import { needs } from "../interop/needs.js";
import { run } from "../net/ports/pty/pty-hosts.js";
import { BadHost } from "./bad-host.js";
import { Bc28 } from "./bc28.js";

/** Findings as lines, for people. */
const linesOf = (findings: readonly Finding[]): readonly string[] =>
  findings.map(({ severity, rule, text, count }) => `${severity} ${rule} x${count}: ${text}`);

test("a bad host: every rule finds what it does", async () => {
  const clock = manualClock();
  const host = new BadHost(clock);
  const profile = { base: "bc28", quirks: { bootTime: 3000, nsocoOk: "accepted" } } as const;
  const modem = await startModem({ clock, ports: [host.open], profile, faults: ["latency 1s"] });
  modem.network.tcp("192.0.2.1", 80, () => {});
  await clock.advance(5000);
  await host.begin();
  await host.publish();
  await host.openAgain();
  modem.cut();
  await host.ignoreCut();
  await host.keepAlive();
  await host.openAgain();
  modem.faults.add("silence link");
  await host.ignoreSilence();
  await host.storm();
  await host.useSockets();
  await host.leave();
  const { findings, events } = modem;
  if (process.env.FINDINGS_LOG === "1") console.log(linesOf(findings).join("\n"));
  expect(findings.map(({ rule }) => rule).toSorted()).toEqual(rules.map(({ id }) => id).toSorted());
  expect(refereeOf(events)).toEqual(findings);
  await modem.close();
});

test.skipIf(!needs("python3-serial"))("the Python host", async () => {
  const program = new Program(["--json", "--tcp", "0", "--broker", "0", "--control", "0"]);
  onTestFinished(() => void program.child.kill("SIGKILL"));
  const [line] = await program.prints(/^\{.*\}\n/);
  const { tcp, control } = JSON.parse(line);
  const host = run("/usr/bin/python3", [
    "-B",
    fileURLToPath(new URL("publish.py", import.meta.url)),
    `socket://${tcp}`,
  ]);
  expect(await host.ended).toBe(0);
  const { findings } = (await (await fetch(`${control}/api/findings`)).json()) as { readonly findings: Finding[] };
  expect(linesOf(findings)).toEqual([]);
});

test("the driver in JavaScript, through a lost link, a reset and an unplugged adapter", async () => {
  const modem = await startModem();
  const driver = new Bc28(modem);
  onTestFinished(async () => {
    await driver.close().catch(() => {});
    await modem.close();
  });
  await modem.host.urc(/REBOOT_CAUSE/);
  await driver.start();
  await driver.connect({ host: "mqtt.example.com", port: 1883, clientId: "driver" });
  await driver.subscribe("driver/valve");
  await driver.publish("driver/valve", "open");
  const again = once(driver, "online");
  modem.cut();
  await again;
  await driver.publish("driver/valve", "shut");
  await driver.close();
  expect(linesOf(modem.findings)).toEqual([]);
});
