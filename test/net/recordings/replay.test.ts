import { expect, test } from "vitest";
import { bc28 } from "../../../emulator/profile/bc28.js";
import { Replay, type ReplayEnd } from "../../../net/recordings/replay.js";
import { manualClock } from "../../../net/time/manual-clock.js";
import { recordedWith, sessionOf } from "./sessions.js";

const session = sessionOf(`
0 > AT+CSQ
1000 > AT+QMTOPEN=0,"b",1883
4000 < +QMTOPEN: 0,0
5000 > AT+QMTCONN=0,"c","u","***"
6000 < +QMTCONN: 0,0,0`);
const recording = {
  ...recordedWith(bc28, session),
  inputs: session.inputs.filter(({ t }) => [0, 1000, 5000].includes(t)),
};

function replayed(isFast: boolean) {
  const clock = manualClock();
  const state = { heard: "", ends: [] as ReplayEnd[] };
  const replay = new Replay(recording, {
    clock,
    isFast,
    write(bytes) {
      state.heard += Buffer.from(bytes).toString("latin1");
    },
    ended: (end) => state.ends.push(end),
  });
  replay.start();
  return { clock, replay, state, say: (text: string) => replay.take(Buffer.from(text, "latin1")) };
}

const whole = "\r\n+CSQ:25,99\r\n\r\nOK\r\n\r\nOK\r\n\r\n+QMTOPEN: 0,0\r\n\r\nOK\r\n\r\n+QMTCONN: 0,0,0\r\n";

test("a host that says the same hears the same, at the times of the recording", async () => {
  const { clock, state, say } = replayed(false);
  await clock.advance(500);
  say("AT+CS");
  say("Q\r");
  expect(state.heard).toBe("\r\n+CSQ:25,99\r\n\r\nOK\r\n");
  say('AT+QMTOPEN=0,"b",1883\r');
  expect(state.heard).not.toContain("+QMTOPEN");
  await clock.advance(2999);
  expect(state.heard).not.toContain("+QMTOPEN");
  await clock.advance(1);
  expect(state.heard).toContain("+QMTOPEN: 0,0");
  say('AT+QMTCONN=0,"c","u","any password"\r');
  await clock.advance(1000);
  expect(state.heard).toBe(whole);
  expect(state.ends).toEqual([{ kind: "whole", inputs: 3 }]);
});

test("fast, all comes at once", () => {
  const { state, say } = replayed(true);
  for (const line of ["AT+CSQ", 'AT+QMTOPEN=0,"b",1883', 'AT+QMTCONN=0,"c","u","p"']) say(`${line}\r`);
  expect(state.heard).toBe(whole);
});

test("a CONNECT in several lines of a socket is compared without its password", () => {
  const lines = ["AT+NSOSD=0,23,101700044D51545404C2003C00026964000175000450", "AT+NSOSD=0,3,717273"];
  const session = sessionOf("0 > AT+NSOSD=0,23,101700044D51545404C2003C0002696400017500042A\n9 > AT+NSOSD=0,3,2A2A2A");
  const ends: ReplayEnd[] = [];
  const options = { clock: manualClock(), isFast: true, write: () => {}, ended: (end: ReplayEnd) => ends.push(end) };
  const replay = new Replay(session, options);
  for (const line of lines) replay.take(Buffer.from(`${line}\r`));
  expect(ends).toEqual([{ kind: "whole", inputs: 2 }]);
});

test("the first thing that differs is told with both lines, and nothing is said after it", async () => {
  const { clock, replay, state, say } = replayed(false);
  say('AT+CSQ\rAT+QMTOPEN=0,"c",1883\r');
  expect(state.ends).toEqual([
    { kind: "different", recorded: 'AT+QMTOPEN=0,"b",1883<0D>', said: 'AT+QMTOPEN=0,"c",1883<0D>' },
  ]);
  const { heard } = state;
  say("AT\r");
  await clock.advance(60_000);
  expect(state.heard).toBe(heard);
  expect(replay.missing).toBe('AT+QMTOPEN=0,"b",1883<0D>');
});

test("a password that differs is no difference, and is not told; more than the recording has is one", async () => {
  const { clock, state, say } = replayed(true);
  say('AT+CSQ\rAT+QMTOPEN=0,"b",1883\rAT+QMTCONN=0,"c","u","p"\r');
  await clock.advance(0);
  say('AT+QMTCONN=0,"x","u","hunter2"\r');
  expect(state.ends.at(-1)).toEqual({ kind: "different", recorded: undefined, said: 'AT+QMTCONN=0,"x","u","***"<0D>' });
});
