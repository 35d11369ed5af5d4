import { expect, onTestFinished, test } from "vitest";
import { loadScenario, startModem, type TestOptions, UserError } from "../../testing.js";

async function start(options: TestOptions<"manual"> = {}) {
  const modem = await startModem({ clock: "manual", ...options });
  onTestFinished(modem.close);
  return modem;
}

test("a fault is given, told, used up and gone", async () => {
  const { faults, host, trace } = await start();
  expect(faults.add("error 2 AT+CSQ")).toEqual([
    { id: 1, fault: "error 2 AT+CSQ", state: "in force", left: 2, hits: 0 },
  ]);
  await expect(host.command("AT+CSQ")).rejects.toThrow("ERROR");
  expect(faults.list()).toEqual([{ id: 1, fault: "error 2 AT+CSQ", state: "in force", left: 1, hits: 1 }]);
  await expect(host.command("AT+CSQ")).rejects.toThrow("ERROR");
  expect(faults.list()).toEqual([]);
  expect(await host.command("AT+CSQ")).toEqual(["+CSQ:25,99"]);
  const acted = trace.events.flatMap(({ event }) => (event.kind === "fault" ? [event.id] : []));
  expect(acted).toEqual([1, 1]);
});

test("what acts at once has nothing left; what waits or lasts is listed", async () => {
  const { faults, clock, host } = await start();
  expect(faults.add("rssi 9", "rssi 3 for 10s", "when connected: drop link", "lose every PUBACK")).toEqual([
    { id: 1, fault: "rssi 9", state: "over", left: 0, hits: 1 },
    { id: 2, fault: "rssi 3 for 10s", state: "in force", left: 1, hits: 1 },
    { id: 3, fault: "when connected: drop link", state: "waiting", left: 1, hits: 0 },
    { id: 4, fault: "lose every PUBACK", state: "in force", left: "every", hits: 0 },
  ]);
  expect(faults.list().map(({ id }) => id)).toEqual([2, 3, 4]);
  expect(await host.command("AT+CSQ")).toEqual(["+CSQ:3,99"]);
  await clock.advance(10_000);
  expect(await host.command("AT+CSQ")).toEqual(["+CSQ:9,99"]);
  expect([faults.remove(3), faults.remove(3)]).toEqual([true, false]);
  faults.clear();
  expect(faults.list()).toEqual([]);
});

test("all or none: a sentence that is wrong gives none of them", async () => {
  const { faults } = await start();
  expect(() => faults.add("lose PUBACK", "lose PUBCK")).toThrow(UserError);
  expect(() => faults.add("lose PUBACK", "lose PUBCK")).toThrow(
    'fault "lose PUBCK": "PUBCK" cannot stand behind "lose"; did you mean PUBACK?',
  );
  expect(faults.list()).toEqual([]);
  await expect(startModem({ faults: ["lose PUBCK"] })).rejects.toMatchObject({ code: 2 });
});

test("from the start, and a scenario later", async () => {
  const { faults, host, clock } = await start({ faults: ["sim out"] });
  await expect(host.command("AT+CIMI")).rejects.toThrow("ERROR");
  faults.play(await loadScenario("reboot-loop"));
  await clock.advance(3000);
  await host.urc(/REBOOT_CAUSE_APPLICATION_WATCHDOG/);
  expect(faults.list().map(({ state }) => state)).toEqual(["waiting", "waiting", "waiting"]);
  faults.clear();
  faults.add("sim in");
  await clock.advance(60_000);
  expect(await host.command("AT+CGATT?")).toEqual(["+CGATT:1"]);
});

test("the supply, and the link, from the kit", async () => {
  const modem = await start({ seed: 4 });
  const { host, clock, broker } = modem;
  await host.command('AT+QMTCFG="will",0,1,0,0,"will","gone"');
  await host.command('AT+QMTOPEN=0,"mqtt.example.com",1883');
  await host.urc(/\+QMTOPEN: 0,0/);
  await host.command('AT+QMTCONN=0,"meter"');
  await host.urc(/\+QMTCONN: 0,0,0/);
  modem.faults.add("power off for 5s");
  await clock.advance(0);
  expect((await broker.message("will")).text).toBe("gone");
  await clock.advance(5000);
  await host.urc(/REBOOT_CAUSE_SECURITY_PMU_POWER_ON_RESET/);
  modem.cut();
  expect(await host.command("AT+CGATT?")).toEqual(["+CGATT:1"]);
});
