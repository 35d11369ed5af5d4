import { expect, onTestFinished, test } from "vitest";
import { startModem, type TestOptions } from "../../testing.js";

async function start(options: TestOptions<"manual"> = {}) {
  const modem = await startModem({ clock: "manual", ...options });
  onTestFinished(modem.close);
  return modem;
}

test("nothing of the last test is left, and hosts stay attached", async () => {
  const modem = await start({ faults: ["rssi 9"] });
  const { host, broker, faults } = modem;
  await host.command("AT+CMEE=1");
  await host.command("AT+NCONFIG=AUTOCONNECT,FALSE");
  await host.command('AT+QMTOPEN=0,"mqtt.example.com",1883');
  await host.urc(/\+QMTOPEN: 0,0/);
  await host.command('AT+QMTCONN=0,"meter"');
  await host.urc(/\+QMTCONN: 0,0,0/);
  await host.command('AT+QMTPUB=0,0,0,1,"kept"', { payload: "x" });
  await broker.message("kept");
  faults.add("lose every PUBACK", "rssi 3");
  const before = modem.events.at(-1)?.seq ?? 0;

  await modem.renew();

  await host.urc(/REBOOT_CAUSE_SECURITY_PMU_POWER_ON_RESET/);
  expect([broker.messages, broker.clients, faults.list(), host.unread]).toEqual([[], [], [], []]);
  expect(await host.command("AT+CSQ;+CMEE?")).toEqual(["+CSQ:9,99", "+CMEE:0"]);
  expect(await host.command("AT+NCONFIG?")).toContain("+NCONFIG:AUTOCONNECT,TRUE");
  expect(modem.events.find(({ kind }) => kind === "renewed")?.seq).toBeGreaterThan(before);
  await host.command('AT+QMTOPEN=0,"mqtt.example.com",1883');
  await host.urc(/\+QMTOPEN: 0,0/);
  await host.command('AT+QMTCONN=0,"meter"');
  await host.urc(/\+QMTCONN: 0,0,0/);
  await host.command('AT+QMTSUB=0,1,"kept",1');
  await host.urc(/\+QMTSUB: 0,1,0,1/);
  await modem.clock.advance(1000);
  expect(host.unread).not.toContainEqual(expect.stringContaining("QMTRECV"));
});

test("a hundred times, each in little time", async () => {
  const modem = await start();
  const from = process.cpuUsage();
  for (let times = 0; times < 100; times += 1) await modem.renew();
  const { user, system } = process.cpuUsage(from);
  expect((user + system) / 100_000).toBeLessThan(20); // ms for each; the aim is 10
  expect(await modem.host.command("AT")).toEqual([]);
});

test("events are numbered, and can be waited for", async () => {
  const modem = await start();
  const { host } = modem;
  const coming = modem.wait({ says: "+CSQ*" });
  await host.command("AT+CSQ");
  const said = await coming;
  expect(said).toMatchObject({ kind: "answer", line: "+CSQ:25,99" });
  expect(await modem.wait({ hears: "AT+CSQ*" }, { after: 0 })).toMatchObject({ kind: "line", line: "AT+CSQ" });
  expect(modem.events.map(({ seq }) => seq)).toEqual(modem.events.map((_, at) => at + 1));
  await expect(modem.wait({ says: "+QMTPUB*" }, { within: 20 })).rejects.toThrow(
    "no event with says +QMTPUB*; there came nothing (within 20 ms)",
  );
  expect(modem.findings).toEqual([]);
});
