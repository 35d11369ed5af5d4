import type { Random } from "../random.js";
import type { DeliveryCheck } from "./delivery-check.js";
import type { ModuleDriver } from "./module-driver.js";

/** Configures the module, once. */
export async function configure(driver: ModuleDriver, version: 3 | 4): Promise<void> {
  for (const line of [
    "AT",
    "ATE0",
    "AT+CMEE=1",
    `AT+QMTCFG="version",0,${version}`,
    'AT+QMTCFG="session",0,0',
    'AT+QMTCFG="keepalive",0,180',
    'AT+QMTCFG="timeout",0,10,3,1',
  ]) {
    await driver.commandOk(line);
  }
}

/** Opens and connects; resolves with whether the module is connected. If not, it can open again. */
export async function goOnline(driver: ModuleDriver, check: DeliveryCheck): Promise<boolean> {
  const opened = await driver.request('AT+QMTOPEN=0,"broker.test",1883', { for: "+QMTOPEN: ", within: 76_000 });
  if (opened.line === undefined) check.fail(`no +QMTOPEN after ${opened.answer}`);
  if (opened.line !== "+QMTOPEN: 0,0") return false;
  // Without a CONNACK in ten seconds the link ends, and the line comes after that.
  const waiting = { for: "+QMTCONN: ", within: 10_500, evenIfLinkEnds: true };
  const { answer, line } = await driver.request('AT+QMTCONN=0,"meter-1"', waiting);
  if (answer === "OK" && line === undefined) check.fail("no +QMTCONN in time");
  if (answer !== "OK" && !isLinkLost(driver, answer)) check.fail(`AT+QMTCONN: ${answer}`);
  return driver.isConnected;
}

/** Subscribes to the commands; resolves with false when the link ended, or there was no answer. */
export async function subscribe(driver: ModuleDriver, check: DeliveryCheck, id: number): Promise<boolean> {
  const command = `AT+QMTSUB=0,${id},"soak/down/1",1,"soak/down/2",2`;
  const within = 41_000; // four transmissions, ten seconds each
  const { answer, line } = await driver.request(command, { for: `+QMTSUB: 0,${id},0,`, within });
  if (answer !== "OK" && !isLinkLost(driver, answer)) check.fail(`AT+QMTSUB: ${answer}`);
  if (line !== undefined && line !== `+QMTSUB: 0,${id},0,1,2`) check.fail(line);
  return line !== undefined;
}

const isLinkLost = (driver: ModuleDriver, answer: string): boolean => answer === "+CME ERROR: 3" && !driver.hasLink;

/** Goes offline as hosts do: by AT+QMTDISC, by AT+QMTCLOSE, or by both. */
export async function goOffline(driver: ModuleDriver, check: DeliveryCheck, random: Random): Promise<void> {
  for (const command of random.pick([["DISC"], ["CLOSE"], ["DISC", "CLOSE"]])) {
    const start = `+QMT${command}: 0,`;
    const { answer, line } = await driver.request(`AT+QMT${command}=0`, {
      for: start,
      within: 300,
      evenIfLinkEnds: true,
    });
    if (line !== `${start}0`) check.fail(`AT+QMT${command}: ${answer}, ${line}`);
  }
}
