import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { Log, startModem, systemClock } from "../../../index.js";
import { Control } from "../../../net/control/control.js";
import { startControlServer } from "../../../net/control/http-server.js";
import { needs } from "../../interop/needs.js";

/** A page of another origin that tries to read the control port, and to change something there. */
const page = (control: string): string => `<pre id="told"></pre><script>
  const tell = (text) => document.getElementById("told").append(text + "\\n");
  const send = (path, body) => fetch("${control}" + path, { method: "POST", mode: "no-cors", body });
  (async () => {
    await fetch("${control}/api/state").then(() => tell("it can read"), () => tell("it cannot read"));
    await send("/api/faults", '{"fault":"sim out"}').catch(() => {});
    await send("/api/new").catch(() => {});
    await send("/api/stop").catch(() => {});
    tell("it has tried");
  })();
</script>`;

const options =
  "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync --virtual-time-budget=3000 --dump-dom";

/** The document of a page after its scripts have run. */
function dom(url: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "bc28-emu-browser-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return new Promise((resolve) => {
    const args = [...options.split(" "), `--user-data-dir=${folder}`, url];
    execFile("chromium", args, { timeout: 30_000 }, (_, stdout) => resolve(stdout));
  });
}

test.skipIf(!needs("chromium"))(
  "a page of another origin cannot drive it: a real browser",
  { timeout: 60_000 },
  async () => {
    const clock = systemClock();
    const modem = await startModem({ clock, record: true });
    let stopped = false;
    const stop = (): void => {
      stopped = true;
    };
    const control = new Control({ modem, clock, version: "1", stop });
    const log = new Log("silent", () => {});
    const server = await startControlServer(control, { host: "127.0.0.1", port: 0, token: undefined, log });
    const pages = createServer((_, response) => response.setHeader("content-type", "text/html").end(page(server.url)));
    await new Promise<void>((resolve) => pages.listen(0, "127.0.0.1", resolve));
    onTestFinished(async () => {
      pages.close();
      await server.close();
      await modem.close();
    });
    const shown = await dom(`http://127.0.0.1:${(pages.address() as AddressInfo).port}/`);
    expect(shown).toContain("it cannot read\nit has tried\n");
    expect(modem.state().radio.sim).toBe(true);
    expect(modem.events.read(0).some(({ kind }) => kind === "renewed")).toBe(false);
    expect(stopped).toBe(false);
  },
);
