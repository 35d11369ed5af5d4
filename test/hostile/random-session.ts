import { expect } from "vitest";
import type { Random } from "../random.js";
import type { Bench, Stage } from "./bench.js";
import { unexpectedAnswers, validPackets, violations } from "./broker-input.js";
import { hex, type ModuleLink } from "./hostile-broker.js";

/** What the actions of a session need. */
interface Context {
  readonly bench: Bench;
  readonly caller: ModuleLink;
  readonly random: Random;
}

type Action = (context: Context) => void;

const packets = [...validPackets, ...unexpectedAnswers, ...validPackets, ...violations].map(({ bytes }) => hex(bytes));

function anyPacket(random: Random): Buffer {
  return packets[random.below(packets.length)] ?? Buffer.of(0xd0, 0);
}

/** A valid answer, often with the id of a request that is in flight. */
function matchingAnswer(random: Random): Buffer {
  const id = random.below(6);
  const type = random.pick([0x40, 0x50, 0x62, 0x70, 0x90, 0xb0]);
  return type === 0x90 ? Buffer.of(type, 3, 0, id, random.below(3)) : Buffer.of(type, 2, 0, id);
}

function damagedPacket(random: Random): Buffer {
  const packet = Buffer.from(anyPacket(random));
  packet[random.below(packet.length)] = random.below(256);
  return packet;
}

const brokerActions: readonly [Action, ...Action[]] = [
  ({ caller: link, random }) => link.send(matchingAnswer(random)),
  ({ caller: link, random }) => link.send(matchingAnswer(random), matchingAnswer(random), matchingAnswer(random)),
  ({ caller: link, random }) => link.send(anyPacket(random)),
  ({ caller: link, random }) =>
    link.send(...Array.from({ length: random.below(50) }, () => hex("32 06 0001 74 0009 61"))),
  ({ caller: link, random }) => link.send(damagedPacket(random)),
  ({ caller: link, random }) => link.send(random.bytes(1 + random.below(300))),
  ({ caller: link, random }) => link.send(anyPacket(random).subarray(0, 1 + random.below(5))),
  ({ caller: link, random }) => link.send(hex("30 f0ea03 0001 74"), Buffer.alloc(random.below(70_000), "x")),
  ({ caller: link }) => link.socket.pause(),
  ({ caller: link }) => link.socket.resume(),
  ({ caller: link, random }) => random.below(4) === 0 && link.socket.end(),
  // Node does not close a socket that is reset after its FIN.
  ({ caller: link, random }) => random.below(4) === 0 && !link.socket.writableEnded && link.socket.resetAndDestroy(),
];

const commands: readonly [(random: Random) => string, ...((random: Random) => string)[]] = [
  (random) => `AT+QMTPUB=0,${1 + random.below(5)},${1 + random.below(2)},0,"t",3\rabc`,
  (random) => `AT+QMTPUB=0,${1 + random.below(5)},0,0,"t",${1 + random.below(1500)}\r`, // the payload is not sent
  (random) => `AT+QMTSUB=0,${1 + random.below(5)},"s",${random.below(3)}\r`,
  (random) => `AT+QMTUNS=0,${1 + random.below(5)},"s"\r`,
  () => 'AT+QMTCONN=0,"again"\r',
  () => "AT+QMTCONN?\r",
  () => "AT+CSQ;+CEREG?\r",
  (random) => (random.below(6) === 0 ? "AT+QMTDISC=0\r" : "AT\r"),
];

const answered = /^\r\n(?:OK|ERROR|\+CME ERROR: \d+|>|\+[A-Z]+\??: ?[^\r]*)/;

const actions: readonly [Action, ...Action[]] = [
  ...brokerActions,
  ({ bench, random }) => {
    const before = bench.host.take();
    bench.host.send(random.pick(commands)(random));
    const output = bench.host.text;
    bench.host.putBack(before);
    if (before.endsWith("\r\n>")) return; // the command may have been a payload
    expect(output === "" || answered.test(output), JSON.stringify(output.slice(0, 100))).toBe(true);
  },
  ({ bench, random }) => bench.clock.pass(random.below(20_000)),
];

const stages: readonly [Stage, ...Stage[]] = ["open", "connecting", "connected", "connected", "connected"];
const timeouts = ['"timeout",0,1,0,0', '"timeout",0,5,2,1', '"timeout",0,60,10,0'] as const;
const sessionSettings = ['"keepalive",0,0', '"keepalive",0,7', '"session",0,0', '"session",0,1'] as const;

/** Plays one link to the hostile broker: brings it to a random stage, does random actions of host and broker, and closes it. */
export async function play(bench: Bench, random: Random): Promise<void> {
  const { host } = bench;
  const settings = [random.pick(timeouts), random.pick(sessionSettings)];
  const link = await bench.reach(random.pick(stages), random.pick([3, 4] as const), settings);
  for (let rounds = 1 + random.below(12); rounds > 0; rounds -= 1) {
    random.pick(actions)({ bench, caller: link, random });
    for (let turns = random.below(4); turns > 0; turns -= 1) await new Promise((resolve) => setImmediate(resolve));
  }
  leaveEntry(bench);
  // Closed, so that everything that still comes belongs to a link that is over.
  host.send("AT+QMTCLOSE=0\r");
  const output = host.take();
  expect(output).toMatch(/\r\n(?:OK\r\n(?:[\s\S]*)\r\n\+QMTCLOSE: 0,(?:0|-1)|\+CME ERROR: 3)\r\n/);
  expect(output.match(/\r\n\+QMTSTAT: 0,\d\r\n/g)?.length ?? 0).toBeLessThanOrEqual(1);
  host.send("AT+QMTCLOSE=0\rAT+QMTOPEN?\r"); // after AT+QMTDISC a second one is answered, too
  expect(host.take()).toMatch(/^(?:\r\n\+CME ERROR: 3|\r\nOK\r\n\r\n\+QMTCLOSE: 0,0)\r\n\r\nOK\r\n$/);
  link.socket.destroy();
}

/** Ends any payload entry, whatever its length, as a host does that does not know the module's state. field */
function leaveEntry({ host }: Bench): void {
  host.send("\x1b".repeat(1500));
  host.send("\r");
}
