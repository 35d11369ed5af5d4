import { mkdtempSync, rmSync } from "node:fs";
import { appendFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay, setImmediate as turn } from "node:timers/promises";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { type ManualClock, manualClock, type TestModem } from "../../testing.js";
import { bySerialport, bySystem, type Line, type LineOptions, type Way } from "./lines.js";

/** A host: what it says to a line that it hears, and what it does before it says so. */
interface Host {
  answer(line: string): string | undefined;
  think(): Promise<unknown>;
}

/** Puts a host at a modem of its own. */
async function seat({ answer, think }: Host, way: Way, options: LineOptions): Promise<Line> {
  let rest = "";
  const line = await way.attach(async (bytes) => {
    const heard = (rest + Buffer.from(bytes).toString("latin1")).split("\r\n");
    rest = heard.pop() ?? "";
    for (const said of heard.map(answer).filter((each) => each !== undefined)) {
      await think();
      line.say(said);
    }
  }, options);
  return line;
}

const open = 'AT+QMTOPEN=0,"b.example",1883\r';
/** Logs in, and again whenever the session is lost. */
function stayOnline(line: string): string | undefined {
  if (line.startsWith("+QMTSTAT")) return open;
  return line === "+QMTOPEN: 0,0" ? 'AT+QMTCONN=0,"m"\r' : undefined;
}

/** When something happened, by the modem's clock. */
const momentsOf = ({ trace }: TestModem, kind: "urc" | "line", start: string): readonly number[] =>
  trace.events
    .filter(({ event }) => event.kind === kind && "line" in event && event.line.startsWith(start))
    .map(({ at }) => at);

let clock: ManualClock;
beforeEach(() => {
  clock = manualClock();
});

/** The host is online again before any time has passed. */
async function isNotOutrun(way: Way, think: Host["think"]): Promise<void> {
  const { modem, say } = await seat({ answer: stayOnline, think }, way, { clock });
  say(open);
  await clock.advance(1000);
  modem.cut();
  await clock.advance(60_000);
  expect(momentsOf(modem, "urc", "+QMTCONN: 0,0,0")).toEqual([0, 1000]);
}

const times = (count: number, hop: () => Promise<unknown>) => async (): Promise<void> => {
  for (let done = 0; done < count; done += 1) await hop();
};

async function writesFile(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "bc28-emu-think-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  await appendFile(join(folder, "log"), "offline");
}

test.each<readonly [what: string, think: Host["think"]]>([
  ["awaits fifty promises", times(50, async () => {})],
  ["lets thirty turns of the event loop pass", times(30, () => turn())],
  ["sets a timer of 0 ms", () => delay(0)],
])("time waits for a host in this process that %s", (_, think) => isNotOutrun(bySerialport, think));

test.each(bySystem)("time waits for a host at $name, which may be in another process", async (way) => {
  clock = manualClock({ settleMs: 2 });
  await isNotOutrun(way, () => delay(10));
});

test.each<readonly [what: string, think: Host["think"]]>([
  ["a file that is written", writesFile],
  ["a pause of 20 ms", () => delay(20)],
])("time waits longer where that is asked for: %s", async (_, think) => {
  clock = manualClock({ settleMs: 60 });
  await isNotOutrun(bySerialport, think);
});

test("at 9600 baud the next command comes as soon as the answer has arrived", async () => {
  const answer = (line: string): string | undefined => (line === "OK" ? "AT\r" : undefined);
  const { modem } = await seat({ answer, think: () => delay(0) }, bySerialport, { clock, baud: 9600 });
  await clock.advance(200); // the OK of the banner begins it
  const lines = momentsOf(modem, "line", "AT");
  const spans = lines.slice(1).map((at, index) => at - (lines[index] ?? 0));
  expect(spans.length).toBeGreaterThan(10);
  for (const span of spans) expect(span).toBeCloseTo(((6 + 3) * 10) / 9.6, 6); // <CR><LF>OK<CR><LF> and AT<CR>
});
