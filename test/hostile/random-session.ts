import { expect } from "vitest";
import { good, strays, violations } from "./attacks.js";
import type { Bench, Stage } from "./bench.js";
import type { Dice } from "./dice.js";
import { type Caller, hex } from "./hostile-broker.js";

/** What a random session goes on with. */
interface Scene {
  readonly bench: Bench;
  readonly caller: Caller;
  readonly dice: Dice;
}

type Act = (scene: Scene) => void;

const packets = [...good, ...strays, ...good, ...violations].map(({ bytes }) => hex(bytes));

function anyPacket(dice: Dice): Buffer {
  return packets[dice.roll(packets.length)] ?? Buffer.of(0xd0, 0);
}

/** A good packet with the id of something that is in flight. */
function lucky(dice: Dice): Buffer {
  const id = dice.roll(6);
  const type = dice.pick([0x40, 0x50, 0x62, 0x70, 0x90, 0xb0]);
  return type === 0x90 ? Buffer.of(type, 3, 0, id, dice.roll(3)) : Buffer.of(type, 2, 0, id);
}

function spoiled(dice: Dice): Buffer {
  const packet = Buffer.from(anyPacket(dice));
  packet[dice.roll(packet.length)] = dice.roll(256);
  return packet;
}

const brokerActs: readonly [Act, ...Act[]] = [
  ({ caller, dice }) => caller.say(lucky(dice)),
  ({ caller, dice }) => caller.say(lucky(dice), lucky(dice), lucky(dice)),
  ({ caller, dice }) => caller.say(anyPacket(dice)),
  ({ caller, dice }) => caller.say(...Array.from({ length: dice.roll(50) }, () => hex("32 06 0001 74 0009 61"))),
  ({ caller, dice }) => caller.say(spoiled(dice)),
  ({ caller, dice }) => caller.say(dice.bytes(1 + dice.roll(300))),
  ({ caller, dice }) => caller.say(anyPacket(dice).subarray(0, 1 + dice.roll(5))),
  ({ caller, dice }) => caller.say(hex("30 f0ea03 0001 74"), Buffer.alloc(dice.roll(70_000), "x")),
  ({ caller }) => caller.socket.pause(),
  ({ caller }) => caller.socket.resume(),
  ({ caller, dice }) => dice.roll(4) === 0 && caller.socket.end(),
  // node does not let go of a socket that is reset after its FIN.
  ({ caller, dice }) => dice.roll(4) === 0 && !caller.socket.writableEnded && caller.socket.resetAndDestroy(),
];

const commands: readonly [(dice: Dice) => string, ...((dice: Dice) => string)[]] = [
  (dice) => `AT+QMTPUB=0,${1 + dice.roll(5)},${1 + dice.roll(2)},0,"t",3\rabc`,
  (dice) => `AT+QMTPUB=0,${1 + dice.roll(5)},0,0,"t",${1 + dice.roll(1500)}\r`, // the payload is never typed
  (dice) => `AT+QMTSUB=0,${1 + dice.roll(5)},"s",${dice.roll(3)}\r`,
  (dice) => `AT+QMTUNS=0,${1 + dice.roll(5)},"s"\r`,
  () => 'AT+QMTCONN=0,"again"\r',
  () => "AT+QMTCONN?\r",
  () => "AT+CSQ;+CEREG?\r",
  (dice) => (dice.roll(6) === 0 ? "AT+QMTDISC=0\r" : "AT\r"),
];

const answered = /^\r\n(?:OK|ERROR|\+CME ERROR: \d+|>|\+[A-Z]+\??: ?[^\r]*)/;

const acts: readonly [Act, ...Act[]] = [
  ...brokerActs,
  ({ bench, dice }) => {
    const before = bench.desk.take();
    bench.desk.say(dice.pick(commands)(dice));
    const said = bench.desk.text;
    bench.desk.unread(before);
    if (before.endsWith("\r\n>")) return; // it may have been payload
    expect(said === "" || answered.test(said), JSON.stringify(said.slice(0, 100))).toBe(true);
  },
  ({ bench, dice }) => bench.clock.pass(dice.roll(20_000)),
];

const stages: readonly [Stage, ...Stage[]] = ["open", "connecting", "connected", "connected", "connected"];
const timeouts = ['"timeout",0,1,0,0', '"timeout",0,5,2,1', '"timeout",0,60,10,0'] as const;
const lives = ['"keepalive",0,0', '"keepalive",0,7', '"session",0,0', '"session",0,1'] as const;

/** One link to the hostile broker, from its beginning to an end, with whatever a host and a broker may do in between. */
export async function play(bench: Bench, dice: Dice): Promise<void> {
  const { desk } = bench;
  const settings = [dice.pick(timeouts), dice.pick(lives)];
  const caller = await bench.reach(dice.pick(stages), dice.pick([3, 4] as const), settings);
  for (let rounds = 1 + dice.roll(12); rounds > 0; rounds -= 1) {
    dice.pick(acts)({ bench, caller, dice });
    for (let turns = dice.roll(4); turns > 0; turns -= 1) await new Promise((resolve) => setImmediate(resolve));
  }
  leaveEntry(bench);
  // One more command, so that all of what is still to come belongs to a link that is over.
  desk.say("AT+QMTCLOSE=0\r");
  const heard = desk.take();
  expect(heard).toMatch(/\r\n(?:OK\r\n(?:[\s\S]*)\r\n\+QMTCLOSE: 0,(?:0|-1)|\+CME ERROR: 3)\r\n/);
  expect(heard.match(/\r\n\+QMTSTAT: 0,\d\r\n/g)?.length ?? 0).toBeLessThanOrEqual(1);
  desk.say("AT+QMTCLOSE=0\rAT+QMTOPEN?\r"); // one more is answered after a QMTDISC
  expect(desk.take()).toMatch(/^(?:\r\n\+CME ERROR: 3|\r\nOK\r\n\r\n\+QMTCLOSE: 0,0)\r\n\r\nOK\r\n$/);
  caller.socket.destroy();
}

/** As a host does that does not know where it is: it ends any entry, whatever its length. field */
function leaveEntry({ desk }: Bench): void {
  desk.say("\x1b".repeat(1500));
  desk.say("\r");
}
