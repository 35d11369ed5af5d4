import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { startModem, type TestOptions, UserError } from "../../testing.js";
import { connect, start } from "./start.js";

test("a wait that times out tells what came instead", async () => {
  const { host, broker } = await start();
  await host.urc(/Neul/);
  await expect(host.urc(/^\+QMTRECV/, { within: 10 })).rejects.toThrow(
    "no URC /^\\+QMTRECV/, but nothing was received (within 10 ms)",
  );
  host.send("AT+CSQ\r");
  await expect(host.urc(/^\+QMTRECV/, { within: 10 })).rejects.toThrow('but there came "+CSQ:25,99", "OK"');
  await expect(broker.message("a/#", { within: 10 })).rejects.toThrow(
    "no message to a/#, but no client has published anything",
  );
  await expect(host.command("ATQ1", { within: 10 })).rejects.toThrow(/^ATQ1 was not answered/);
});

test("a wait while time stands still tells that", async () => {
  const { host, clock } = await start({ clock: "manual", profile: { base: "bc28", timing: "realistic" } });
  await clock.advance(1000);
  await expect(host.urc(/Neul/, { within: 10 })).rejects.toThrow(
    "(within 10 ms; its clock stands at 1000 ms until clock.advance)",
  );
});

test("the stack of an error begins at the call in the test", async () => {
  const modem = await start();
  await connect(modem);
  const { host, broker } = modem;
  const stackOf = (call: Promise<unknown>): Promise<readonly string[]> =>
    call.then(
      () => [],
      (error: Error) => error.stack?.split("\n") ?? [],
    );
  const calls = [
    host.command("AT+NONE"),
    host.command('AT+QMTPUB=0,0,0,0,"t"'),
    host.urc(/never/, { within: 1 }),
    broker.message("never", { within: 1 }),
  ];
  for (const [what, where] of await Promise.all(calls.map(stackOf))) {
    expect(what).toMatch(/^(AtError|Error): /);
    expect(where).toContain("failures.test.ts");
  }
});

test.each([
  [{ timing: "realistic" }, "startModem: there is no option timing; there are: baud, broker, clock,"],
  [{ clok: "manual" }, "startModem: there is no option clok; did you mean clock?"],
  [{ clock: "manuel" }, 'clock: "manuel" is not a clock; give "system", "manual", { scale: 60 } or a clock'],
  [{ clock: { scale: 0 } }, "clock: { scale: 0 } is not a speed; give a number above 0"],
  [{ profile: "bc28" }, /^profile: .*"bc28"/],
  [{ profile: { timing: "realistic" } }, "profile: base: it is missing; there are: bc28, bc35-g"],
  [{ profile: { base: "bc28", identity: { imei: "1" } } }, /^profile: identity\.imei: "1"/],
])("a start with %j is refused", async (options, why) => {
  const failure = await startModem(options as TestOptions).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(UserError);
  expect(failure).toMatchObject({ code: 2, message: typeof why === "string" ? expect.stringContaining(why) : why });
});

test("a string instead of a pattern is refused", async () => {
  const { host } = await start();
  expect(() => host.urc("Neul" as never)).toThrow("host.urc: give a regular expression, such as /QMTSTAT/");
});

/** The exit code and stderr of a user's script. */
function outcomeOf(script: string): { readonly status: number | null; readonly stderr: string } {
  const kit = fileURLToPath(new URL("../../dist/testing.js", import.meta.url));
  const text = `import { startModem } from ${JSON.stringify(kit)};\n${script}`;
  const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", text], { timeout: 10_000 });
  return { status, stderr: String(stderr) };
}

test("an error that is not awaited is an unhandled rejection, unless closing the modem has caused it", () => {
  const notAwaited = (what: string): string => `const modem = await startModem(); modem.host.${what}`;
  const end = "await new Promise(setImmediate); await modem.close();";
  const failed = outcomeOf(`${notAwaited('command("AT+NONE");')} ${end}`);
  expect(failed.stderr).toContain("AtError: AT+NONE was answered ERROR");
  expect(failed.status).toBe(1);
  const slow = 'const modem = await startModem({ profile: { base: "bc28", quirks: { answerDelay: 60_000 } } });';
  const waits = "modem.host.command('AT'); modem.host.command('AT'); modem.host.urc(/never/); modem.broker.message();";
  expect(outcomeOf(`${slow} ${waits} await modem.close();`)).toEqual({ status: 0, stderr: "" });
});
