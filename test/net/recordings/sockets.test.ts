import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromBytes } from "../../../at/octets.js";
import type { Effect, SocketEvent, Stimulus } from "../../../emulator/io.js";
import { Modem } from "../../../emulator/modem.js";
import { bc28 } from "../../../emulator/profile/bc28.js";
import type { Profile } from "../../../emulator/profile/profile.js";
import { changed } from "../../../emulator/profile/profile-schema.js";
import { Comparison } from "../../../net/recordings/comparison.js";
import { differencesText } from "../../../net/recordings/comparison-text.js";
import type { Recording, Said } from "../../../net/recordings/recording.js";
import { sessionOf } from "./sessions.js";

const compared = { profile: bc28, seed: 0, within: 5 };

/** In what a session, with what the module says in it, differs from the emulator. */
function differences(session: string): readonly string[] {
  const recording = sessionOf(session);
  return differencesText(recording, new Comparison(recording).differences(compared));
}

const udp = `
0 > AT+NSOCR=DGRAM,17,0,1
1 < 0
1 < OK
100 > AT+NSOST=0,192.0.2.1,5683,2,AB30
101 < 0,2
101 < OK`;

const tcp = `
0 > AT+NSOCR=STREAM,6,0,1
1 < 0
1 < OK
100 > AT+NSOCO=0,192.0.2.1,1883
900 < OK`;

const agreeing: Readonly<Record<string, string>> = {
  "a datagram in pieces, and one that the module did not tell of": `${udp}
300 < +NSONMI:0,5
400 > AT+NSORF=0,2
401 < 0,192.0.2.1,5683,2,6865,3
401 < OK
500 > AT+NSORF=0,1358
501 < 0,192.0.2.1,5683,3,6C6C6F,4
501 < OK
600 > AT+NSORF=0,3
601 < 0,198.51.100.7,5684,3,616263,1
601 < OK
700 > AT+NSORF=0,3
701 < 0,192.0.2.9,5,1,64,0
701 < OK
800 > AT+NSORF=0,3
801 < OK
900 < +NSONMI:0,1`,
  "data that nobody reads have any bytes": `${udp}
300 < +NSONMI:0,700
400 > AT+NSOCL=0
401 < OK
500 > AT+NSOCR=DGRAM,17,0,1
501 < 0
501 < OK
600 > AT+NSOST=0,192.0.2.1,5683,1,31
601 < 0,1
601 < OK
700 < +NSONMI:0,2
800 > AT+NSORF=0,9
801 < 0,192.0.2.1,5683,2,3232,0
801 < OK`,
  "a report mode that the module had before": `${udp}
300 < +NSONMI:0,192.0.2.1,5683,2,6869
400 > AT+NSONMI?
401 < +NSONMI:2
401 < OK
500 > AT+NSONMI=3
501 < OK
600 < +NSONMI:0,3,616263`,
  "no reports": `0 > AT+NSONMI=0
0 < OK
${udp.trim().replaceAll(/^(?=\d)/gm, "1")}
1400 > AT+NSORF=0,1
1401 < 0,192.0.2.1,5683,1,68,5
1401 < OK`,
  "data that are shown in another mode than they were told in": `${tcp}
1000 < +NSONMI:0,5
1100 > AT+NSONMI=2
1101 < OK
1200 < +NSONMI:0,192.0.2.1,1883,5,6669727374
1200 < +NSONMI:0,192.0.2.1,1883,6,7365636F6E64`,
  "sequence numbers: handed over, not handed over, and never told": `${udp}
200 > AT+NSOST=0,192.0.2.1,5683,1,31,7
201 < 0,1
201 < OK
210 > AT+NSOST=0,192.0.2.1,5683,1,31,8
211 < 0,1
211 < OK
220 > AT+NSOST=0,192.0.2.1,5683,1,31,9
221 < 0,1
221 < OK
300 > AT+NQSOS=0
301 < +NQSOS:0,7<CR><LF>+NQSOS:0,8<CR><LF>+NQSOS:0,9
301 < OK
2000 < +NSOSTR:0,8,0
2500 < +NSOSTR:0,7,1
3000 > AT+NQSOS=0
3001 < +NQSOS:0,9
3001 < OK`,
  "a connection, data, an end with something left to be read": `${tcp}
1000 > AT+NSOSD=0,4,47455420,0x100,101
1001 < 0,4
1001 < OK
1400 < +NSOSTR:0,101,1
1500 < +NSONMI:0,8
1600 > AT+NSORF=0,10
1601 < 0,192.0.2.1,1883,10,485454502F312E312032,2
1601 < OK
1700 < +NSOCLI: 0
1800 > AT+NSORF=0,10
1801 < 0,192.0.2.1,1883,2,3030,0
1801 < OK
1900 > AT+NSORF=0,10
1901 < ERROR`,
  "data that were not taken before the end": `${tcp}
1000 > AT+NSOSD=0,1,31,0,7
1001 < 0,1
1001 < OK
1100 > AT+NSOSD=0,1,31
1101 < 0,1
1101 < OK
9000 < +NSOSTR:0,7,0
9000 < +NSOCLI: 0`,
  "connections that are refused": `
0 > AT+NSOCR=STREAM,6,0
1 < 0
1 < OK
100 > AT+NSOCO=0,192.0.2.1,1883
3000 < ERROR
4000 > AT+CMEE=1;+NSOCO=0,192.0.2.1,1883
74000 < +CME ERROR: 3
80000 > AT+NSOCO=0,192.0.2.1,1883
80500 < OK`,
  "nobody answers for 75 s": `
0 > AT+NSOCR=STREAM,6,0
1 < 0
1 < OK
100 > AT+NSOCO=0,192.0.2.1,1883
60000 > AT+CSQ
75100 < ERROR
75100 < +CSQ:25,99
75100 < OK`,
  "a message of MQTT beside a socket": `
0 > AT+QMTOPEN=0,"broker.example",1883
1 < OK
20 < +QMTOPEN: 0,0
30 > AT+QMTCONN=0,"meter"
31 < OK
40 < +QMTCONN: 0,0,0
50 > AT+NSOCR=DGRAM,17,0
51 < 1
51 < OK
60 > AT+NSOST=1,192.0.2.1,5683,1,31
61 < 1,1
61 < OK
70 < +NSONMI:1,3
70 < +QMTRECV: 0,0,"t",hello
80 > AT+NSORF=1,10
81 < 1,192.0.2.1,5683,3,303132,0
81 < OK
90 < +QMTSTAT: 0,1`,
};

test.each(Object.entries(agreeing))("%s", (_, session) => {
  expect(differences(session)).toEqual([]);
});

test("with nsocoOk=accepted, +NSOCO and +NSOCLI tell of connections, and OK does not", () => {
  const profile = changed(bc28, { quirks: { nsocoOk: "accepted" } });
  const recording = sessionOf(`
0 > AT+NSOCR=STREAM,6,0
1 < 0
1 < OK
100 > AT+NSOCO=0,192.0.2.1,80
101 < OK
200 > AT+NSOCL=0
201 < OK
300 > AT+NSOCR=STREAM,6,0
301 < 0
301 < OK
400 > AT+NSOCO=0,192.0.2.1,80
401 < OK
500 > AT+NSOCO=0,192.0.2.1,80
501 < ERROR
3000 < +NSOCO: 0
4000 < +NSOCLI: 0
5000 > AT+NSOCR=STREAM,6,0
5001 < 0
5001 < OK
6000 > AT+NSOCO=0,192.0.2.1,80
6001 < OK
9000 < +NSOCLI: 0`);
  expect(new Comparison(recording).differences({ ...compared, profile })).toEqual([]);
});

test("a line without an answer does not take that of the next one", () => {
  const later = tcp.replaceAll(/^(?=\d)/gm, "1000");
  expect(differences(`0 > AT\n${later.trim()}`)).toEqual([
    "     0.000  host      AT",
    "     0.000  emulated  OK",
    "            the recorded module did not say it",
  ]);
});

describe("a datagram that no far end can have sent is a difference, with its place", () => {
  const rows: readonly (readonly [what: string, session: string, found: readonly string[]])[] = [
    [
      "its length is not that of its data",
      `${udp}\n300 < +NSONMI:0,6\n400 > AT+NSORF=0,9\n401 < 0,192.0.2.1,5683,5,68656C6C6F,0\n401 < OK\n500 < +NSONMI:0,3`,
      [
        "     0.100  host      AT+NSOST=0,192.0.2.1,5683,2,AB30",
        "     0.300  recorded  +NSONMI:0,6",
        "     0.300  emulated  +NSONMI:0,5",
        "            different by value",
      ],
    ],
    [
      "its length is not that of its data, and another one waits",
      `${udp}\n300 < +NSONMI:0,6\n400 > AT+NSORF=0,9\n401 < 0,192.0.2.1,5683,5,68656C6C6F,2\n401 < OK\n500 > AT+NSORF=0,9\n501 < 0,192.0.2.1,5683,2,6869,0\n501 < OK`,
      [
        "     0.100  host      AT+NSOST=0,192.0.2.1,5683,2,AB30",
        "     0.300  recorded  +NSONMI:0,6",
        "     0.300  emulated  +NSONMI:0,5",
        "            different by value",
      ],
    ],
    [
      "small digits",
      `${udp}\n300 < +NSONMI:0,1\n400 > AT+NSORF=0,9\n401 < 0,192.0.2.1,5683,1,6c,0\n401 < OK`,
      [
        "     0.400  host      AT+NSORF=0,9",
        "     0.401  recorded  0,192.0.2.1,5683,1,6c,0",
        "     0.400  emulated  0,192.0.2.1,5683,1,6C,0",
        "            different by value",
      ],
    ],
    [
      "a stream that comes from somewhere else",
      `0 > AT+NSONMI=2\n1 < OK\n${tcp.trim().replaceAll(/^(?=\d)/gm, "1")}\n1950 < +NSONMI:0,192.0.2.7,1883,2,6869`,
      [
        "     1.100  host      AT+NSOCO=0,192.0.2.1,1883",
        "     1.950  recorded  +NSONMI:0,192.0.2.7,1883,2,6869",
        "     1.950  emulated  +NSONMI:0,192.0.2.1,1883,2,6869",
        "            different by value",
      ],
    ],
    [
      "a socket that has not sent",
      "0 > AT+NSOCR=DGRAM,17,0,1\n1 < 0\n1 < OK\n300 < +NSONMI:0,6",
      [
        "     0.000  host      AT+NSOCR=DGRAM,17,0,1",
        "     0.300  recorded  +NSONMI:0,6",
        "            the emulator does not say it",
      ],
    ],
    [
      "other numbers of sockets",
      "0 > AT+NSOCR=DGRAM,17,0,1\n1 < 1\n1 < OK",
      [
        "     0.000  host      AT+NSOCR=DGRAM,17,0,1",
        "     0.001  recorded  1",
        "     0.000  emulated  0",
        "            different by value",
      ],
    ],
  ];
  test.each(rows)("%s", (_, session, found) => {
    expect(differences(session)).toEqual(found);
  });
});

/** What happens in a session: the host says something, or the network does something to a socket. */
type Step =
  | { readonly kind: "say"; readonly line: string }
  | { readonly kind: "arrive"; readonly socket: number; readonly size: number; readonly port: number }
  | { readonly kind: "up" | "down" | "hand" | "fail"; readonly socket: number };

/** A module whose network does what the steps say, and the recording of its serial line. */
class Recorded {
  readonly said: Said[] = [];
  readonly #modem: Modem;
  #now = 1000;
  #random = 1;
  /** What TCP has got on each handle, and the numbers of datagrams that wait. */
  readonly #got = new Map<number, { bytes: number; numbers: number[]; isPaused: boolean }>();

  constructor(profile: Profile) {
    this.#modem = new Modem({ profile, isTraced: false });
    this.#modem.powerUp(0);
  }

  step(step: Step): void {
    this.#now += 500;
    if (step.kind === "say") {
      if (this.#isWaiting) return; // URCs wait, too, and would come behind what tells the same
      this.said.push({ by: "host", t: this.#now, octets: `${step.line}\r` });
      this.#tell({ from: "host", bytes: Buffer.from(`${step.line}\r`) });
      return;
    }
    const { handle, protocol, phase } = this.#modem.view().sockets?.sockets.find(({ id }) => id === step.socket) ?? {};
    const got = handle === undefined ? undefined : this.#got.get(handle);
    if (handle === undefined || got === undefined) return;
    const send = (event: SocketEvent): void => this.#tell({ from: "socket", handle, event });
    if (step.kind === "arrive" && (protocol === "UDP" || phase === "connected") && !got.isPaused) {
      const bytes = Buffer.from(Array.from({ length: step.size }, () => this.#byte()));
      if (protocol === "TCP") send({ kind: "bytes", bytes });
      else send({ kind: "datagram", address: "192.0.2.1", port: step.port, bytes });
    } else if (step.kind === "up" && phase === "connecting") send({ kind: "up" });
    else if (step.kind === "down" && protocol === "TCP") send({ kind: "down", reason: "closed" });
    else if (step.kind === "hand" && phase === "connected") send({ kind: "sent", total: got.bytes });
    else if ((step.kind === "hand" || step.kind === "fail") && protocol === "UDP") {
      const number = got.numbers.shift();
      if (number !== undefined) send({ kind: step.kind === "hand" ? "handed" : "notHanded", number });
    }
  }

  recording(): Recording {
    return { said: this.said, inputs: [], end: this.#now + 100, epochAtStart: 0, lost: 0 };
  }

  get #isWaiting(): boolean {
    if (this.#modem.view().profile.quirks.nsocoOk === "accepted") return false;
    return this.#modem.view().sockets?.sockets.some(({ phase }) => phase === "connecting") ?? false;
  }

  /** Never 0, which stands for a byte that is not known. */
  #byte(): number {
    this.#random = (this.#random * 16_807) % 2_147_483_647;
    return 1 + (this.#random % 255);
  }

  #tell(stimulus: Stimulus): void {
    for (const effect of this.#modem.tell(stimulus, this.#now)) this.#take(effect);
  }

  #take(effect: Effect): void {
    if (effect.to === "host") this.said.push({ by: "module", t: this.#now + 1, octets: fromBytes(effect.bytes) });
    if (effect.to !== "socket") return;
    const got = this.#got.get(effect.handle) ?? { bytes: 0, numbers: [], isPaused: false };
    this.#got.set(effect.handle, got);
    if (effect.act.kind === "bytes") got.bytes += effect.act.bytes.length;
    else if (effect.act.kind === "datagram" && effect.act.number !== undefined) got.numbers.push(effect.act.number);
    else if (effect.act.kind === "pause" || effect.act.kind === "resume") got.isPaused = effect.act.kind === "pause";
  }
}

const nsocoOk = fc.constantFrom<"connected" | "accepted">("connected", "accepted");
const socket = fc.nat(2);
const line = fc.oneof(
  fc.constantFrom("AT+NSOCR=DGRAM,17,0,1", "AT+NSOCR=STREAM,6,0,1", "AT", "AT+NSOSTATUS", "AT+NQSOS?", "AT+NRB"),
  socket.map((id) => `AT+NSOCO=${id},192.0.2.1,80`),
  socket.map((id) => `AT+NSOST=${id},192.0.2.1,5683,2,AB30`),
  fc.tuple(socket, fc.integer({ min: 1, max: 3 })).map(([id, seq]) => `AT+NSOST=${id},192.0.2.1,5683,1,31,${seq}`),
  socket.map((id) => `AT+NSOSD=${id},2,AB30`),
  fc.tuple(socket, fc.integer({ min: 1, max: 3 })).map(([id, seq]) => `AT+NSOSD=${id},1,31,0,${seq}`),
  fc.tuple(socket, fc.constantFrom(1, 2, 5, 100, 1358)).map(([id, length]) => `AT+NSORF=${id},${length}`),
  fc.tuple(socket, fc.constantFrom(1, 3, 100, 1358)).map(([id, length]) => `AT+NSORF=${id},${length}`),
  socket.map((id) => `AT+NSOCL=${id}`),
);
const size = fc.oneof({ weight: 8, arbitrary: fc.integer({ min: 1, max: 8 }) }, fc.constantFrom(1359, 3000));
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: line.map((said): Step => ({ kind: "say", line: said })) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("arrive" as const), socket, size, port: fc.constantFrom(5683, 5684) }),
  },
  fc.record({ kind: fc.constantFrom("up", "up", "hand", "fail", "down"), socket }),
);

test("whatever the network does to sockets of the emulator, a recording of it agrees", () => {
  fc.assert(
    fc.property(fc.nat(3), nsocoOk, fc.array(step, { maxLength: 60 }), (mode, quirk, steps) => {
      const profile = changed(bc28, { quirks: { nsocoOk: quirk } });
      const recorded = new Recorded(profile);
      const say = (said: string): void => recorded.step({ kind: "say", line: said });
      for (const said of [`AT+NSONMI=${mode}`, "AT+NSOCR=DGRAM,17,0,1", "AT+NSOCR=STREAM,6,0,1"]) say(said);
      say("AT+NSOCO=1,192.0.2.1,80"); // a connection shows whether OK means that it is there
      recorded.step({ kind: "up", socket: 1 });
      // With AT+NSONMI=0, nothing tells of data that nobody reads, by which a closed socket stays.
      for (const each of steps) if (mode !== 0 || each.kind !== "down") recorded.step(each);
      const recording = recorded.recording();
      const comparison = new Comparison(recording);
      expect(differencesText(recording, comparison.differences({ ...compared, profile }))).toEqual([]);
    }),
    { numRuns: 300 },
  );
});
