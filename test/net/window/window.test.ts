import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { manualClock } from "../../../index.js";
import { reportPage } from "../../../net/window/report-page.js";
import { needs } from "../../interop/needs.js";
import { brokenRules, fits, frameMs, openPage, startBrowser, startWindow, stopBrowser } from "./browser.js";
import { eventsOf, publish } from "./events.js";

const row = (page: Page, name: RegExp) => page.getByRole("option", { name }).first();
const tab = (page: Page, name: string) => page.getByRole("tab", { name }).click();
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

/** Types a line as a second host, and waits for what it hears. */
async function ask(page: Page, line: string, answer: string, end = "Send"): Promise<void> {
  await page.getByLabel("Type as a second host").fill(line);
  await button(page, end).click();
  await row(page, new RegExp(answer.replace(/[+]/g, "\\+"))).waitFor();
}

async function online(page: Page): Promise<void> {
  await ask(page, 'AT+QMTCFG="timeout",0,1,3,1', "answer: OK");
  await ask(page, 'AT+QMTOPEN=0,"mqtt.example.com",1883', "+QMTOPEN: 0,0");
  await ask(page, 'AT+QMTCONN=0,"meter-7"', "+QMTCONN: 0,0,0");
}

/** Opens a file that a report stands in. */
async function openReport(html: string, look = {}): Promise<Page> {
  const folder = mkdtempSync(join(tmpdir(), "bc28-emu-report-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "report.html"), html);
  return openPage(pathToFileURL(join(folder, "report.html")).href, look);
}

describe.skipIf(!needs("chromium"))("in a browser", { timeout: 60_000 }, () => {
  beforeAll(startBrowser, 30_000);
  afterAll(stopBrowser);

  test("a session by clicks: attach, publish, lose an acknowledgement, look at its chain", async () => {
    const { url, modem } = await startWindow();
    const page = await openPage(url);
    await tab(page, "terminal");
    await online(page);
    await tab(page, "controls");
    await page.getByLabel("A fault").fill("lose 1 PUBACK");
    await page.getByText("The next PUBACK from the broker is lost").waitFor();
    await button(page, "Give").click();
    await page.locator(".faults").getByText("1 left").waitFor();
    await tab(page, "terminal");
    await ask(page, 'AT+QMTPUB=0,5,1,0,"meter-7/flow"', "answer: >");
    await ask(page, "22.5", "22.5 \\(4 bytes\\)", "Ctrl+Z");
    const slot = page.locator(".slot").first();
    await expect.poll(() => slot.textContent()).toMatch(/^5 PUBACK/);
    await row(page, /packet: PUBLISH again 5/).waitFor();
    await row(page, /URC: \+QMTPUB: 0,5,0/).click();
    const chain = page.locator(".chain button");
    await expect.poll(() => chain.allTextContents()).toHaveLength(6);
    expect((await chain.allTextContents()).join("\n")).toMatch(
      /AT\+QMTPUB.*\n.*22\.5.*\n.*PUBLISH 5.*\n.*again 5.*\n.*PUBACK 5\n.*\+QMTPUB: 0,5,0/,
    );
    await chain.first().click();
    expect(await page.locator(".hex").textContent()).toContain("41 54 2b 51");
    await tab(page, "controls");
    await button(page, "Coverage").click();
    await row(page, /\+QMTSTAT: 0,7/).waitFor();
    expect(modem.state().radio.coverage).toBe(false);
    await expect.poll(() => page.locator(".state").textContent()).toContain("out of reach");
    await button(page, "Reset").click();
    await row(page, /booted/).waitFor();
    await page.getByLabel("Topic").fill("a");
    await button(page, "Publish").click();
    await expect.poll(() => page.locator(".curl").textContent()).toContain("done");
  });

  test("each control shows a line of curl that does the same", async () => {
    const { url, modem } = await startWindow();
    const page = await openPage(url);
    await button(page, "lose every PUBACK").hover();
    const line = await page.locator(".curl code").textContent();
    expect(line).toMatch(/^curl .*\/api\/faults$/);
    const run = promisify(execFile); // not the synchronous one: the port is in this process
    if (needs("curl")) await run("sh", ["-c", `${line} -s > /dev/null`]);
    await expect.poll(() => modem.faults.list().map(({ fault }) => fault)).toEqual(["lose every PUBACK"]);
    await button(page, "Take back").click({ timeout: 5000 });
    await expect.poll(() => modem.faults.list()).toEqual([]);
    await page.getByLabel("A fault").fill("lose 2 PUBCK");
    await page.getByText("did you mean PUBACK?").waitFor();
    expect(await button(page, "Give").isDisabled()).toBe(true);
    await page.getByLabel("A fault").fill("los");
    await page.getByRole("option", { name: "lose", exact: true }).waitFor();
    await page.keyboard.press("Tab");
    expect(await page.getByLabel("A fault").inputValue()).toBe("lose ");
  });

  test("a session by keys", async () => {
    const { url, say } = await startWindow();
    const page = await openPage(url);
    await row(page, /attached/).waitFor();
    await page.keyboard.press("3");
    await expect.poll(() => page.evaluate("document.activeElement?.id")).toBe("say");
    await page.keyboard.type("AT+CSQ");
    await page.keyboard.press("Enter");
    await row(page, /\+CSQ:25,99/).waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("/");
    await page.keyboard.type("csq");
    await expect.poll(() => page.getByLabel("Events shown").textContent()).toBe("2");
    await page.keyboard.press("Escape");
    await page.keyboard.press("k");
    const chosen = page.locator('.row[aria-selected="true"]');
    expect(await chosen.textContent()).toContain("+CSQ:25,99");
    await page.keyboard.press("k");
    expect(await chosen.textContent()).toContain("command: AT+CSQ");
    await page.keyboard.press("j");
    expect(await chosen.textContent()).toContain("answer: +CSQ");
    await page.keyboard.press(" ");
    say("AT+CSQ\r");
    await expect.poll(() => page.locator(".pause").textContent()).toMatch(/[1-9]\d* wait/);
    expect(await page.getByLabel("Events shown").textContent()).toBe("2");
    await page.keyboard.press(" ");
    await expect.poll(() => page.getByLabel("Events shown").textContent()).toBe("4");
    await page.keyboard.press("+");
    expect(await page.getByLabel("Scale").textContent()).toBe("1 d / row");
    await page.keyboard.press("?");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("4");
    await expect.poll(() => page.getByRole("tab", { name: "verdict" }).getAttribute("aria-selected")).toBe("true");
  });

  test("a stream that was lost is read on behind the last event, and none comes twice", async () => {
    const { url, say, away } = await startWindow();
    const page = await openPage(url);
    await row(page, /attached/).waitFor();
    await away(async () => {
      await page.getByText("no connection").waitFor();
      say("AT+CGATT?\r");
    });
    await row(page, /\+CGATT:1/).waitFor();
    await page.getByText("live", { exact: true }).waitFor();
    expect(await page.getByRole("option", { name: /command: AT\+CGATT/ }).count()).toBe(1);
    expect(await page.getByRole("option", { name: /attached/ }).count()).toBe(1);
  });

  test("time by hand: it stands still, and goes on by a click", async () => {
    const { url, modem, say } = await startWindow({ clock: manualClock() });
    const page = await openPage(url);
    await page.getByText("by hand").waitFor();
    const before = modem.state().module.clock;
    await page.getByLabel("Let pass").fill("2.5");
    await button(page, "Advance").click();
    await expect.poll(() => modem.state().module.clock).toBe(before + 2500);
    say("AT+CSCON=1\r");
    await button(page, "To the next deadline").click();
    await row(page, /\+CSCON:0/).waitFor();
  });

  test("a port that wants a token asks for it", async () => {
    const { url } = await startWindow({ token: "s3cret" });
    const page = await openPage(url);
    await page.getByLabel("Token").fill("s3cret");
    await button(page, "Use it").click();
    await row(page, /attached/).waitFor();
    await button(page, "Freeze").hover();
    expect(await page.locator(".curl code").textContent()).toContain('"Authorization: Bearer $BC28_TOKEN"');
    const saved = page.waitForEvent("download");
    await page.getByText("Save as report").click();
    expect(await readFile(await (await saved).path(), "utf8")).toContain("connect-src 'none'");
  });

  const looks = [
    { viewport: { width: 1024, height: 700 }, colorScheme: "light", tabs: ["details", "controls"] },
    { viewport: { width: 2560, height: 1300 }, colorScheme: "dark", tabs: ["terminal", "verdict"] },
  ] as const;
  test.each(looks)("nothing serious for axe, nothing outside the page: $colorScheme, $viewport.width", async (look) => {
    const { url, say, modem } = await startWindow();
    const page = await openPage(url, look);
    await row(page, /attached/).waitFor();
    const lanes = () => page.locator(".lanes").boundingBox();
    const before = await lanes();
    say('AT+QMTOPEN=0,"a-host-with-a-name-that-is-much-longer-than-its-place.example.com",1883\r');
    await row(page, /\+QMTOPEN: 0,0/).waitFor();
    modem.faults.add("lose every PUBACK", "delay SUBACK 12s", "rssi 3", "reset watchdog");
    await row(page, /booted/).click();
    for (const name of look.tabs) {
      await tab(page, name);
      expect(await brokenRules(page), name).toEqual([]);
      expect(await fits(page), name).toBe(true);
    }
    expect(await lanes()).toEqual(before);
  });

  const html = '<img src=x onerror="document.title=1"><script>document.title=1</script>';
  const hostile = [
    `${html}\u202eevil\u0000\u001b[31m`,
    "\u05d0\u05d1\u05d2 \u0627\u0644",
    "x".repeat(65_536),
    `</script>${html}<!--`,
  ];

  test("what is hostile neither runs nor breaks the layout", async () => {
    const { url, modem, say } = await startWindow();
    const page = await openPage(url);
    await row(page, /attached/).waitFor();
    say('AT+QMTOPEN=0,"h",1883\r');
    await row(page, /\+QMTOPEN: 0,0/).waitFor();
    say('AT+QMTCONN=0,"c"\r');
    await row(page, /\+QMTCONN: 0,0,0/).waitFor();
    say('AT+QMTSUB=0,1,"#",0\r');
    await row(page, /\+QMTSUB: 0,1,0,0/).waitFor();
    const topic = `h/${html}`;
    for (const text of hostile) await modem.broker?.publish(topic, Buffer.from(text.slice(0, 1500)), {});
    say(`AT${html}\r`);
    await expect.poll(() => page.getByRole("option", { name: /URC: \+QMTRECV/ }).count()).toBe(4);
    for (const line of await page.getByRole("option", { name: /QMTRECV|PUBLISH|img/ }).all()) {
      await line.click();
      await page.locator(".details").waitFor();
      expect((await line.boundingBox())?.height).toBe(24);
    }
    await tab(page, "terminal");
    expect(await fits(page)).toBe(true);
    expect(await page.title()).toBe("bc28-emu");
    expect(await page.locator(".talk").textContent()).toContain("<img");
  });

  const findings = [
    {
      rule: "msgid-reused",
      severity: "error",
      at: 7,
      text: `id 1 is in flight ${html}`,
      advice: "take another",
      count: 3,
    },
  ] as const;
  const coverage = [
    { group: "+QMTPUB", item: "+QMTPUB: …,0", met: 4 },
    { group: "+QMTPUB", item: "+QMTPUB: …,2", met: 0, recipe: "lose every PUBACK" },
  ];

  test("a report opens from the disk, with its findings and what was never met", async () => {
    const told = hostile.flatMap((text) => [
      { kind: "urc", line: text },
      { kind: "finding", severity: "note", text, at: 1 },
    ]);
    const events = eventsOf([...publish, ...told]);
    const header = { program: "1.2.3", profile: html, started: "2026-01-02T03:04:05.000Z", faults: ["lose PUBACK"] };
    const page = await openReport(reportPage({ header, events, findings, coverage, leftOut: 5 }), {
      colorScheme: "dark",
    });
    await page.getByText("17, and 5 older ones left out").waitFor();
    await page.keyboard.press("n");
    expect(await page.locator('.row[aria-selected="true"]').textContent()).toContain("PUBLISH again 1");
    await tab(page, "verdict");
    await page.getByText("3 times").waitFor();
    await button(page, "Only what was never met").click();
    expect(await page.locator(".coverage tbody").textContent()).toBe("+QMTPUB+QMTPUB: …,2neverlose every PUBACK");
    expect(await brokenRules(page)).toEqual([]);
    expect(await fits(page)).toBe(true);
    expect(await page.title()).toBe("bc28-emu");
  });

  test("100 000 events: only what is seen is drawn, and a day without any is folded", async () => {
    const events = Array.from({ length: 100_000 }, (_, at) => ({
      ...{ seq: at + 1, t: at * 7 + (at > 60_000 ? 86_400_000 : 0), wall: "2026-01-01T00:00:00.000Z" },
      ...(at % 2 === 0
        ? { kind: "line", line: `AT+CSQ ${at}`, terminator: "<0D>" }
        : { kind: "answer", line: "OK", cause: at }),
    }));
    const page = await openReport(reportPage({ events }));
    await row(page, /AT\+CSQ 0$/).waitFor();
    expect(await page.locator(".row").count()).toBeLessThan(120);
    await page.getByLabel("Filter the events by text").fill("AT+CSQ 60002");
    await row(page, /AT\+CSQ 60002/).click();
    await page.getByLabel("Filter the events by text").fill("");
    await page.getByText("1 d", { exact: true }).waitFor();
    expect(await page.locator('.row[aria-selected="true"]').isVisible()).toBe(true);
    expect(await frameMs(page)).toBeLessThan(40);
    await page.keyboard.press("Escape");
    await page.keyboard.press("End");
    await row(page, /AT\+CSQ 99998/).waitFor();
  });
});

test("the page is small, and safe from what would end its data", async () => {
  const { gzipSync } = await import("node:zlib");
  const page = reportPage({ events: eventsOf([{ kind: "urc", line: "</script><script>alert(1)</script>" }]) });
  expect(gzipSync(reportPage({ events: [] })).length).toBeLessThan(60_000);
  expect(page.match(/<\/script>/g)).toHaveLength(2);
  expect(page).not.toContain("alert(1)");
  expect(page).toContain("connect-src 'none'");
});
