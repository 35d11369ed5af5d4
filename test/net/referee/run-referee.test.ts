import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { refereeOf } from "../../../index.js";
import type { RecordedEvent } from "../../../net/trace/recorded-event.js";
import { startModem, type TestModem } from "../../../testing.js";
import { Program } from "../../bin/program.js";

const start = async (): Promise<TestModem> => {
  const modem = await startModem();
  onTestFinished(() => modem.close());
  await modem.host.urc(/REBOOT_CAUSE/);
  return modem;
};

/** A refusal that has no number. */
const sin = (modem: TestModem): Promise<unknown> => modem.host.command("AT+CFUN=7").catch(() => {});

test("findings are counted, and the first becomes an event", async () => {
  const modem = await start();
  expect(modem.findings).toEqual([]);
  const found = modem.wait({ kind: "finding" });
  await sin(modem);
  await sin(modem);
  const { at, ...event } = await found;
  const [finding] = modem.findings;
  expect(event).toMatchObject({
    rule: "errors-unnumbered",
    severity: "note",
    text: finding?.text,
    advice: finding?.advice,
  });
  const line = modem.events.find(({ seq }) => seq === at)?.line;
  expect({ line, count: finding?.count, at: finding?.at }).toEqual({ line: "AT+CFUN=7", count: 2, at });
  expect(modem.events.filter(({ kind }) => kind === "finding")).toHaveLength(1);
  expect(refereeOf(modem.events)).toEqual(modem.findings);
});

test("a new run begins without findings", async () => {
  const modem = await start();
  await sin(modem);
  await modem.renew();
  expect(modem.findings).toEqual([]);
  await sin(modem);
  expect(modem.findings).toMatchObject([{ rule: "errors-unnumbered", count: 1 }]);
});

test("what happened before the oldest event that is kept is judged, too", async () => {
  const modem = await start();
  await sin(modem);
  const [first] = modem.events;
  const sent = Array.from({ length: 6000 }, () => modem.host.command("AT"));
  await Promise.all(sent);
  expect(modem.events[0]?.seq).toBeGreaterThan(first?.seq ?? 0);
  expect(modem.findings).toMatchObject([{ rule: "errors-unnumbered", count: 1 }]);
});

test("the log tells them at once; the trace has them, also what shows at the end of the run", async () => {
  const folder = mkdtempSync(join(tmpdir(), "bc28-emu-judge-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "run.jsonl");
  const args = [
    "--stdio",
    "--control",
    "0",
    "--json",
    "--broker",
    "0",
    "--log-level",
    "info",
    "--clock",
    "manual",
    "--trace",
    path,
  ];
  const program = new Program(args);
  onTestFinished(() => void program.child.kill("SIGKILL"));
  const [ready] = await program.prints(/^\{.*\}\n/m, "err");
  program.type("AT+CFUN=7\n");
  await program.prints(/host! warning lf-only: AT\+CFUN=7 ends with LF, and has no CR\n/, "err");
  program.type('AT+QMTOPEN=0,"h",1883\r');
  await program.prints(/\+QMTOPEN: 0,0\r\n/);
  program.type('AT+QMTCONN=0,"c"\r');
  await program.prints(/\+QMTCONN: 0,0,0\r\n/);
  program.type('AT+QMTPUB=0,1,1,0,"t"\r');
  await program.prints(/>/);
  const headers = { "content-type": "application/json" };
  const asked = { method: "POST", headers, body: '{"ms":31000}' };
  expect((await fetch(`${JSON.parse(ready).control}/api/clock/advance`, asked)).status).toBe(200);
  await program.end();
  const [, ...events] = readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line): RecordedEvent => JSON.parse(line));
  const found = events.filter(({ kind }) => kind === "finding").map(({ rule }) => rule);
  expect(found).toEqual(expect.arrayContaining(["lf-only", "errors-unnumbered", "prompt-left-open"]));
});
