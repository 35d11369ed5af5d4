import { mkdtempSync, rmSync } from "node:fs";
import { appendFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay, setImmediate as turn } from "node:timers/promises";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { type ManualClock, manualClock, type TestModem } from "../../testing.js";
import { type Attachment, bySerialport, bySystem, type HostLine, type LineOptions } from "./host-lines.js";

/** A host: how it answers a line, and what it does before that. */
interface Host {
  answer(line: string): string | undefined;
  think(): Promise<unknown>;
}

/** Attaches a host to a modem of its own. */
async function attachHost({ answer, think }: Host, attachment: Attachment, options: LineOptions): Promise<HostLine> {
  let rest = "";
  const line = await attachment.attach(async (bytes) => {
    const lines = (rest + Buffer.from(bytes).toString("latin1")).split("\r\n");
    rest = lines.pop() ?? "";
    for (const text of lines.map(answer).filter((each) => each !== undefined)) {
      await think();
      line.send(text);
    }
  }, options);
  return line;
}

const open = 'AT+QMTOPEN=0,"b.example",1883\r';
/** Logs in, and again when the session is lost. */
function stayOnline(line: string): string | undefined {
  if (line.startsWith("+QMTSTAT")) return open;
  return line === "+QMTOPEN: 0,0" ? 'AT+QMTCONN=0,"m"\r' : undefined;
}

/** The times of lines with this beginning, by the modem's clock. */
const timesOf = ({ trace }: TestModem, kind: "urc" | "line", start: string): readonly number[] =>
  trace.events
    .filter(({ event }) => event.kind === kind && "line" in event && event.line.startsWith(start))
    .map(({ at }) => at);

let clock: ManualClock;
beforeEach(() => {
  clock = manualClock();
});

/** Checks that the host is online again before any time has passed. */
async function expectNoTimeout(attachment: Attachment, think: Host["think"]): Promise<void> {
  const { modem, send: say } = await attachHost({ answer: stayOnline, think }, attachment, { clock });
  say(open);
  await clock.advance(1000);
  modem.cut();
  await clock.advance(60_000);
  expect(timesOf(modem, "urc", "+QMTCONN: 0,0,0")).toEqual([0, 1000]);
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
])("time waits for a host in this process that %s", (_, think) => expectNoTimeout(bySerialport, think));

test.each(bySystem)("time waits for a host on $name, which may be in another process", async (attachment) => {
  clock = manualClock({ settleMs: 2 });
  await expectNoTimeout(attachment, () => delay(10));
});

test.each<readonly [what: string, think: Host["think"]]>([
  ["a file that is written", writesFile],
  ["a pause of 20 ms", () => delay(20)],
])("time waits longer with a longer settleMs: %s", async (_, think) => {
  clock = manualClock({ settleMs: 60 });
  await expectNoTimeout(bySerialport, think);
});

test("at 9600 baud the next command is sent as soon as the answer has arrived", async () => {
  const answer = (line: string): string | undefined => (line === "OK" ? "AT\r" : undefined);
  const { modem } = await attachHost({ answer, think: () => delay(0) }, bySerialport, { clock, baud: 9600 });
  await clock.advance(200); // the OK of the banner begins it
  const lines = timesOf(modem, "line", "AT");
  const spans = lines.slice(1).map((at, index) => at - (lines[index] ?? 0));
  expect(spans.length).toBeGreaterThan(10);
  for (const span of spans) expect(span).toBeCloseTo(((6 + 3) * 10) / 9.6, 6); // <CR><LF>OK<CR><LF> and AT<CR>
});
