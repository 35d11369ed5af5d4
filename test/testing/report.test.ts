import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { reportFiles } from "../../net/report/report-folder.js";
import { connect, start } from "./start.js";

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "bc28-emu-kit-report-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

test("a report of a test, and its coverage in a file at the end", async () => {
  const folder = newFolder();
  const [out, sum] = [join(folder, "out"), join(folder, "sum.json")];
  for (const runs of [1, 2]) {
    const modem = await start({ coverage: sum, seed: 3, faults: ["lose 2 PUBACK"] });
    await connect(modem);
    await modem.report(out);
    await modem.close();
    expect(JSON.parse(readFileSync(sum, "utf8"))).toMatchObject({ runs });
  }
  expect(readdirSync(out).sort()).toEqual([...reportFiles].sort());
  const [header = "", ...lines] = readFileSync(join(out, "trace.jsonl"), "utf8").trimEnd().split("\n");
  expect(JSON.parse(header)).toMatchObject({ profile: "bc28", seed: 3, faults: ["lose 2 PUBACK"] });
  expect(lines.join("\n")).toContain("+QMTCONN: 0,0,0");
  expect(readFileSync(join(out, "summary.md"), "utf8")).toContain("### bc28-emu: 0 errors");
});

test("what cannot be written is told", async () => {
  const folder = newFolder();
  writeFileSync(join(folder, "mine"), "mine");
  await expect(start({ coverage: join(folder, "mine") })).rejects.toThrow("it is not JSON");
  const modem = await start();
  await expect(modem.report(join(folder, "mine"))).rejects.toThrow("it is not a folder");
});
