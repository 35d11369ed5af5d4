import { spawnSync } from "node:child_process";
import { expect, onTestFinished, test } from "vitest";
import { until } from "../net/port-recorder.js";
import { FarEnd } from "../net/ports/device/far-end.js";
import { Program, runToEnd } from "./program.js";

const settings = (path: string): string => spawnSync("stty", ["-F", path, "-g"]).stdout.toString();

test("--device: a module on an existing port, whose settings are restored", async () => {
  const far = new FarEnd();
  onTestFinished(() => far.leave());
  far.read();
  const before = settings(far.path);
  const program = new Program(["--device", far.path, "--json"]);
  onTestFinished(() => void program.child.kill("SIGKILL"));
  await program.ready();
  expect(program.out).toBe(`{"event":"ready","device":"${far.path}"}\n`);
  await until("the banner", () => far.received.toString().endsWith("Neul \r\nOK\r\n")); // the port was open before the module started
  await far.write(Buffer.from("AT+CSQ\r"));
  await until("the answer", () => far.received.toString().endsWith("\r\nOK\r\n\r\n+CSQ:25,99\r\n\r\nOK\r\n"));
  expect(await program.end()).toMatchObject({ code: 0, err: "" });
  expect(settings(far.path)).toBe(before);
});

test("--baud: the end of the input comes after the bytes on the line", async () => {
  const { out, code } = await runToEnd(["--stdio", "--baud", "9600"], "AT\r".repeat(100));
  expect(code).toBe(0);
  expect(out.match(/OK/g)?.length).toBe(101);
});
