import type { Auditor } from "./auditor.js";
import type { Dialogue } from "./dialogue.js";
import type { Random } from "./random.js";

/** How the meter sets its module up, once. */
export async function configure(dialogue: Dialogue, version: 3 | 4): Promise<void> {
  for (const line of [
    "AT",
    "ATE0",
    "AT+CMEE=1",
    `AT+QMTCFG="version",0,${version}`,
    'AT+QMTCFG="session",0,0',
    'AT+QMTCFG="keepalive",0,180',
    'AT+QMTCFG="timeout",0,10,3,1',
  ]) {
    await dialogue.must(line);
  }
}

/** Opens and connects; false when that came to nothing, and the module can open again. */
export async function goOnline(dialogue: Dialogue, auditor: Auditor): Promise<boolean> {
  const opened = await dialogue.request('AT+QMTOPEN=0,"broker.test",1883', { for: "+QMTOPEN: ", within: 76_000 });
  if (opened.line === undefined) auditor.complain(`no +QMTOPEN after ${opened.answer}`);
  if (opened.line !== "+QMTOPEN: 0,0") return false;
  // Without CONNACK in ten seconds the link ends, and the line comes behind that.
  const waiting = { for: "+QMTCONN: ", within: 10_500, despiteLoss: true };
  const { answer, line } = await dialogue.request('AT+QMTCONN=0,"meter-1"', waiting);
  if (answer === "OK" && line === undefined) auditor.complain("no +QMTCONN in time");
  if (answer !== "OK" && !lostMeanwhile(dialogue, answer)) auditor.complain(`AT+QMTCONN: ${answer}`);
  return dialogue.isConnected;
}

/** Subscribes to the commands; false when the link went, or nobody answered. */
export async function subscribe(dialogue: Dialogue, auditor: Auditor, id: number): Promise<boolean> {
  const command = `AT+QMTSUB=0,${id},"soak/down/1",1,"soak/down/2",2`;
  const within = 41_000; // four transmissions, ten seconds each
  const { answer, line } = await dialogue.request(command, { for: `+QMTSUB: 0,${id},0,`, within });
  if (answer !== "OK" && !lostMeanwhile(dialogue, answer)) auditor.complain(`AT+QMTSUB: ${answer}`);
  if (line !== undefined && line !== `+QMTSUB: 0,${id},0,1,2`) auditor.complain(line);
  return line !== undefined;
}

const lostMeanwhile = (dialogue: Dialogue, answer: string): boolean => answer === "+CME ERROR: 3" && !dialogue.hasLink;

/** Goes offline as hosts do: by QMTDISC, by QMTCLOSE, or by both to be sure. */
export async function goOffline(dialogue: Dialogue, auditor: Auditor, random: Random): Promise<void> {
  for (const command of random.pick([["DISC"], ["CLOSE"], ["DISC", "CLOSE"]])) {
    const start = `+QMT${command}: 0,`;
    const { answer, line } = await dialogue.request(`AT+QMT${command}=0`, {
      for: start,
      within: 300,
      despiteLoss: true,
    });
    if (line !== `${start}0`) auditor.complain(`AT+QMT${command}: ${answer}, ${line}`);
  }
}
