import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AxeResults } from "axe-core";
import { type BrowserContext, chromium, type Page, type ViewportSize } from "playwright-core";
import { expect, onTestFinished } from "vitest";
import { Log, type StartOptions, startModem, systemClock } from "../../../index.js";
import { Control } from "../../../net/control/control.js";
import { startControlServer } from "../../../net/control/http-server.js";

const project = join(import.meta.dirname, "../../..");
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Chromium stays on this machine, and starts without a first run. */
const options =
  "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";

let context: BrowserContext | undefined;
let folder = "";

/** Starts one browser for the tests of a file. Throws where the page is older than its sources. */
export async function startBrowser(): Promise<void> {
  assertBuilt();
  folder = mkdtempSync(join(tmpdir(), "bc28-emu-window-"));
  context = await chromium.launchPersistentContext(folder, {
    executablePath: "/usr/bin/chromium",
    headless: true,
    args: options.split(" "),
  });
}

export async function stopBrowser(): Promise<void> {
  await context?.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

function assertBuilt(): void {
  const built = statSync(join(project, "dist/window/index.html"), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = ["page", "page/style", "model"].flatMap((place) =>
    readdirSync(join(project, "net/window", place)).map((name) => join(project, "net/window", place, name)),
  );
  if (sources.some((path) => statSync(path).mtimeMs > built))
    throw new Error("dist/ is older than the sources: npm run build");
}

/** How a page is looked at. */
interface Look {
  readonly viewport?: ViewportSize;
  readonly colorScheme?: "light" | "dark";
}

/** Opens an address. At the test's end no error, no broken policy and no request to elsewhere may have been seen. */
export async function openPage(url: string, { viewport, colorScheme = "light" }: Look = {}): Promise<Page> {
  if (context === undefined) throw new Error("the browser has not been started");
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const wrong: string[] = [];
  page.on("pageerror", ({ message }) => wrong.push(message));
  page.on("dialog", (dialog) => wrong.push(`a dialog: ${dialog.message()}`));
  page.on("console", (message) => {
    const isOurs = /Failed to load resource|net::ERR_/.test(message.text()); // a refusal that a test asks for
    if (message.type() === "error" && !isOurs) wrong.push(message.text());
  });
  page.on("request", (request) => {
    const to = request.url();
    if (!to.startsWith(new URL(url).origin) && !to.startsWith("data:") && to !== url) wrong.push(`a request to ${to}`);
  });
  await page.setViewportSize(viewport ?? { width: 1280, height: 800 });
  await page.emulateMedia({ colorScheme });
  await page.goto(url);
  onTestFinished(async () => {
    await page.close();
    expect(wrong).toEqual([]);
  });
  return page;
}

/** A module in this process, and its control port. */
export async function startWindow({
  token,
  port = 0,
  ...more
}: StartOptions & { readonly token?: string; readonly port?: number } = {}) {
  const clock = more.clock ?? systemClock();
  const log = new Log("silent", () => {});
  const modem = await startModem({ clock, record: true, broker: { port: 0 }, log, ...more });
  const control = new Control({ modem, clock, version: "1.2.3", stop: undefined });
  const listen = (at: number) => startControlServer(control, { host: "127.0.0.1", port: at, token, log });
  let server = await listen(port);
  const { url } = server;
  onTestFinished(async () => {
    await server.close();
    await modem.close();
  });
  return {
    modem,
    url: `${url}/`,
    say: (text: string) => modem.type(Buffer.from(text)),
    /** The control port is away while something happens. */
    async away(happens: () => Promise<void>): Promise<void> {
      await server.close();
      await happens();
      server = await listen(Number(new URL(url).port));
    },
  };
}

/** The rules of axe that a page breaks, of those that matter. */
export async function brokenRules(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe);
  const { violations } = await page.evaluate<AxeResults>(`axe.run({ resultTypes: ["violations"], elementRef: false })`);
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  return serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`);
}

/** Whether nothing stands outside the page. */
export const fits = (page: Page): Promise<boolean> =>
  page.evaluate(`(() => {
    const { scrollWidth, clientWidth, scrollHeight, clientHeight } = document.documentElement;
    return scrollWidth <= clientWidth && scrollHeight <= clientHeight;
  })()`);

/** How long a frame takes while the time-line is scrolled, in ms: the middle one of thirty. */
export const frameMs = (page: Page): Promise<number> =>
  page.evaluate(`(async () => {
    const list = document.querySelector(".scroll");
    const frames = [];
    for (let at = 0; at < 30; at += 1) {
      const start = performance.now();
      list.scrollTop += 700;
      await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
      frames.push((performance.now() - start) / 2);
    }
    return frames.sort((one, other) => one - other)[15];
  })()`);
