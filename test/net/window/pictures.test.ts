import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type ManualClock, manualClock } from "../../../index.js";
import { coverageOf, itemsOf } from "../../../net/coverage/coverage.js";
import { reportPage } from "../../../net/window/report-page.js";
import { openPage, startBrowser, startWindow, stopBrowser } from "./browser.js";

const images = join(import.meta.dirname, "../../../docs/images");
const viewport = { width: 1140, height: 640 };

/** A host at work: it loses coverage once, and acknowledgements; its bugs are in the findings. */
async function session({ say, modem, clock }: Awaited<ReturnType<typeof start>>): Promise<void> {
  const ask = async (line: string, ms = 40): Promise<void> => {
    say(line);
    await clock.advance(ms);
  };
  await ask('AT+QMTCFG="timeout",0,2,3,1\r');
  await ask('AT+QMTOPEN=0,"mqtt.example.com",1883\r');
  await ask('AT+QMTCONN=0,"meter-7"\r', 80);
  modem.faults.add("delay SUBACK 700ms");
  await ask('AT+QMTSUB=0,1,"meter-7/valve",1\r', 900);
  await ask('AT+QMTPUB=0,2,1,0,"meter-7/flow"\r');
  await ask("22.5\x1a", 5000);
  modem.faults.add("lose PUBACK");
  await ask('AT+QMTPUB=0,3,1,0,"meter-7/flow"\r');
  await ask("22.6\x1a", 2400);
}

async function start() {
  const clock: ManualClock = manualClock();
  return { clock, ...(await startWindow({ clock })) };
}

describe.runIf(process.env.PICTURES_UPDATE === "1")(
  "PICTURES_UPDATE=1 makes the pictures of the docs",
  { timeout: 60_000 },
  () => {
    beforeAll(startBrowser, 30_000);
    afterAll(stopBrowser);

    test("the window", async () => {
      const run = await start();
      const page = await openPage(run.url, { viewport });
      await session(run);
      await page.getByRole("option", { name: /URC: \+QMTPUB: 0,3,0/ }).click();
      await page.locator(".chain").waitFor();
      await run.clock.advance(500);
      await new Promise((resolve) => setTimeout(resolve, 1500)); // until nothing is marked as changed
      await page.screenshot({ path: join(images, "window.png") });
    });

    test("a report", async () => {
      const run = await start();
      run.say('AT+QMTCONN=0,"meter-7"\r'); // without a link
      await run.clock.advance(100);
      await session(run);
      run.say('AT+QMTOPEN=0,"mqtt.example.com",1883\rAT+CSQ\r'); // the second one does not wait for the first
      run.modem.faults.add("coverage off for 20s");
      await run.clock.advance(60_000);
      const { events, findings } = run.modem;
      const coverage = itemsOf(coverageOf(events)().counts);
      const header = { program: "0.1.0", profile: "bc28", timing: "instant", seed: 0 };
      const folder = mkdtempSync(join(tmpdir(), "bc28-emu-pictures-"));
      onTestFinished(() => rmSync(folder, { recursive: true }));
      writeFileSync(join(folder, "report.html"), reportPage({ header, events: events.read(0), findings, coverage }));
      const page = await openPage(pathToFileURL(join(folder, "report.html")).href, { viewport, colorScheme: "dark" });
      await page.keyboard.press("n");
      await page.keyboard.press("4");
      await page.screenshot({ path: join(images, "report.png") });
    });
  },
);

test.each(["window.png", "report.png"])("docs/images/%s is there, and small", (name) => {
  expect(statSync(join(images, name)).size).toBeLessThan(150_000);
});
