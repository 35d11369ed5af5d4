import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Effect, LinkEvent, SocketEvent } from "../../emulator/io.js";
import { factoryNvm, type Nvm } from "../../emulator/memory/nvm.js";
import { nvmFrom, nvmImage } from "../../emulator/memory/nvm-image.js";
import { Modem } from "../../emulator/modem.js";
import { profileWith } from "../../emulator/profile/profiles.js";
import type { RadioChange } from "../../emulator/radio/radio.js";
import { rebootCauses } from "../../emulator/reboot.js";
import { serverPacket } from "../conversation/server-packet.js";
import { Bench, type BenchOptions, heardIn, linkEffects, octetsOf } from "./bench.js";

type Quirks = Readonly<Record<string, string>>;

const never = Number.POSITIVE_INFINITY;

// Random input from all sides

/** Quirks of modules that wait in different ways. */
const variants: readonly Quirks[] = [
  {},
  { echo: "on", edition: "guide", receivedPayload: "quoted", maxInbound: "128" },
  { answerDelay: "50" },
  { answerDelay: "50", whileBusy: "refuse", echo: "on" },
  { bootTime: "700", urcHold: "0", lfGrace: "0", lineEnd: "cr" },
  { entryTimeout: "500", urcHold: "3000", afterDisconnect: "wait", cfgWhileOpen: "accept" },
  { entryTimeout: "30", answerDelay: "50", afterRefusal: "silent", topicsPerRequest: "0", cmeeModes: "0,1,2" },
];

const made = fc.record({
  quirks: fc.constantFrom(...variants),
  options: fc.record({ timing: fc.constantFrom("instant", "realistic"), seed: fc.nat() }),
});

const typedLines = [
  'AT+QMTOPEN=0,"h",1',
  "AT+QMTCLOSE=0",
  'AT+QMTCONN=0,"me"',
  'AT+QMTCONN=0,"me","user","pw"',
  "AT+QMTDISC=0",
  'AT+QMTSUB=0,1,"a",0,"b",2',
  'AT+QMTUNS=0,2,"a"',
  'AT+QMTPUB=0,3,1,0,"t"',
  'AT+QMTPUB=0,6,2,0,"t"',
  'AT+QMTPUB=0,0,0,0,"t"',
  'AT+QMTPUB=0,0,0,1,"t",3',
  'AT+QMTSUB=0,4,"c",1;+QMTPUB=0,5,2,0,"t"',
  'AT+QMTDISC=0;+QMTOPEN=0,"h",2',
  'AT+QMTCFG="timeout",0,1,1,1',
  'AT+QMTCFG="keepalive",0,2',
  'AT+QMTCFG="session",0,0',
  "AT+QMTCFG=?;+QMTOPEN?;+QMTCONN?",
  "AT+CGATT=0",
  "AT+CGATT=1;+CFUN=1",
  "AT+CFUN=0",
  "AT+NRB",
  "ATE1",
  "ATQ1",
  "ATV0+CMEE=1",
  "ATS5=84",
  "ATZ",
  "A/",
  "ATI+CGMR;+CGSN=1;+CIMI;+NCCID",
  "AT+CMEE=1;+CPIN?;+QCHIPINFO=ALL",
  "AT+CEREG=5;+CSCON=1;+NPSMR=1",
  "AT+CEREG?;+CSCON?;+NPSMR?;+COPS?;+CGATT?",
  "AT+CSQ;+NUESTATS=CELL;+CCLK?",
  "AT+COPS=2",
  'AT+COPS=1,2,"46000"',
  'AT+CGDCONT=1,"IP","one"',
  "AT+CGDCONT=0",
  "AT+CGDCONT?;+CGPADDR;+CGPADDR=0",
  "AT+NCSEARFCN;+NEARFCN=0,1",
  "AT+NPING=192.0.2.7",
  "AT+NPING=192.0.2.7,12,10",
  'AT+QDNS=0,"h"',
  'AT+QDNS=0,"h";+QDNS=1,"i"',
  'AT+NRB;+QDNS=0,"h"',
  'AT+QMTENAUTH="p","d","p@d","s"',
  'AT+QMTTENAUTH="p","d","p@d","s",60,"http://h";+QDNS=0,"h"',
  'AT+QMTENAUTH="p","d","p@d","s";+CFUN=0;+CFUN=1',
  "AT+QMTENAUTH?",
  'AT+QIDNSCFG="192.0.2.53"',
  "AT+CPSMS=1,,,01100001,00000001",
  "AT+CPSMS=1,,,01100000,00000000",
  "AT+CPSMS=0",
  "AT+CEDRXS=2,5,0010",
  "AT+CEDRXS=3",
  "AT+NNMI=2",
  "AT+NIPINFO=1;+NGACTR=1",
  "AT+CGACT=1,1;+CGACT?",
  "AT+CGACT=0,1",
  "AT+CGACT=0,0",
  "AT+CGCONTRDP;+CGAPNRC;+NCIDSTATUS;+CEDRXRDP;+CEER",
  'AT+CGAUTH=0,1,"me","pw";+CGAUTH?',
  'AT+CCLK="30/01/01,00:00:00-20"',
  "AT+CPINR;+CPIN?",
  'AT+CLCK="SC",2',
  "AT+NSOCR=DGRAM,17,0",
  "AT+NSOCR=STREAM,6,0;+NSOCR=DGRAM,17,5683,0",
  "AT+NSOST=0,192.0.2.1,5683,2,3132",
  "AT+NSOSTF=0,192.0.2.1,5683,0x200,1,31,7;+NSOST=1,192.0.2.1,5683,1,31,8",
  "AT+NSOCO=0,192.0.2.1,80",
  "AT+CSQ;+NSOCO=1,192.0.2.1,80",
  "AT+NSOSD=0,3,313233,0x400,9",
  "AT+NSOSD=1,3,313233;+NSOCL=1",
  "AT+NSORF=0,4;+NSORF=1,1358",
  "AT+NQSOS?;+NSOSTATUS;+NQSOS=0,1",
  "AT+NSOCL=0",
  "AT+NSOCL=0;+NSOCL=1",
];

/** Lines that change the NVM. */
const keptLines = [
  "AT+NCONFIG=AUTOCONNECT,FALSE",
  "AT+NCONFIG=autoconnect,TRUE;+NRB",
  "AT+NATSPEED=9600,1,1,3",
  "AT+NATSPEED=115200,0,0,2,2,1,1;+NATSPEED?",
  "AT+NATSPEED=921600,30,1,1;+NRB",
  "AT+NATSPEED=57600,1,1,3",
  "AT+NBAND=8,5",
  "AT+CFUN=0;+NBAND=3,28;+CFUN=1",
  "AT+QREGSWT=2",
  "AT+QLEDMODE=1;+NSONMI=3",
  "AT+NSONMI=2",
  "AT+NCDP=192.0.2.7,0",
  "AT+NLOGLEVEL=SECURITY,NONE",
  "AT+CTZR=3;+NITZ=0;+CIPCA=3,1",
  'AT+CLCK="SC",1,"1234"',
  'AT+CLCK="SC",0,"1234"',
  'AT+CPWD="SC","1234","4321"',
  'AT+CPIN="1234"',
  'AT+CPIN="12345678","1234"',
  'AT+NPIN=2,"9999"',
  "AT+NRB;+CPIN?",
];
const packets = [
  "CONNACK 0",
  "CONNACK 0 present",
  "CONNACK 5",
  'PUBLISH qos 0 "t" "news"',
  'PUBLISH 7 qos 1 "t" "news"',
  'PUBLISH 8 qos 2 dup "t" "news"',
  "PUBREL 8",
  "PUBACK 3",
  "PUBREC 5",
  "PUBCOMP 5",
  "SUBACK 1 0 2",
  "SUBACK 4 128",
  "UNSUBACK 2",
  "PINGRESP",
].map((notation) => octetsOf(serverPacket(notation)));

const noise = fc.uint8Array({ maxLength: 12 }).map(octetsOf);
const typing = (lines: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...lines).map((line) => `${line}\r`) },
    { weight: 2, arbitrary: fc.constantFrom("\x1a", "\x1b", "\r\n", "abc", "AT", '"') },
    { weight: 1, arbitrary: noise },
  );
const typedByHost = typing([...typedLines, ...keptLines]);
const sentByBroker = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...packets) }, { weight: 1, arbitrary: noise });

type Happening =
  | { readonly what: "host" | "broker"; readonly octets: string }
  | { readonly what: "link"; readonly event: LinkEvent; readonly old: boolean }
  | { readonly what: "wait"; readonly span: number | "alarm" }
  | { readonly what: "radio"; readonly change: RadioChange }
  /** Something comes for a socket: the last one that was used, or an earlier one. */
  | { readonly what: "socket"; readonly back: number; readonly event: SocketEvent }
  /** A request is answered: the last, an earlier one, or one that is answered already. */
  | { readonly what: "call"; readonly back: number; readonly good: boolean }
  | { readonly what: "reset" };

const linkEvent = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ kind: "up" } as const) },
  fc.constantFrom<LinkEvent>({ kind: "sendFailed" }, { kind: "sent", total: 0 }, { kind: "sent", total: 1_000_000 }),
  fc
    .constantFrom("closed", "reset", "refused", "unresolved", "unreachable", "timedOut", "networkGone", "failed")
    .map((reason) => ({ kind: "down", reason }) as const),
);
const socketEvent = fc.oneof(
  { weight: 2, arbitrary: linkEvent },
  fc.constantFrom<SocketEvent>(
    { kind: "bytes", bytes: Buffer.from("news") },
    { kind: "bytes", bytes: Buffer.alloc(5000) },
    { kind: "datagram", address: "192.0.2.1", port: 5683, bytes: Buffer.from("news") },
    { kind: "datagram", address: "192.0.2.1", port: 5683, bytes: Buffer.alloc(1400) },
    { kind: "datagram", address: "192.0.2.1", port: 5683, bytes: Buffer.alloc(0) },
    { kind: "handed", number: 1 },
    { kind: "notHanded", number: 1 },
  ),
);
const radioChange: fc.Arbitrary<RadioChange> = fc.record(
  {
    kind: fc.constant("radio"),
    coverage: fc.boolean(),
    sim: fc.boolean(),
    network: fc.constantFrom("home", "roaming", "denied"),
    rssi: fc.constantFrom(0, 31, 99),
  },
  { requiredKeys: ["kind"] },
);
const elsewhere: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ what: fc.constant("broker" as const), octets: sentByBroker }) },
  {
    weight: 3,
    arbitrary: fc.record({
      what: fc.constant("link" as const),
      event: linkEvent,
      old: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      what: fc.constant("wait" as const),
      span: fc.constantFrom<number | "alarm">("alarm", "alarm", "alarm", 0, 1, 60, 999, 20_000, 200_000),
    }),
  },
  { weight: 2, arbitrary: fc.record({ what: fc.constant("radio" as const), change: radioChange }) },
  {
    weight: 3,
    arbitrary: fc.record({
      what: fc.constant("socket" as const),
      back: fc.constantFrom(0, 0, 1, 2),
      event: socketEvent,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constant("call" as const),
      back: fc.constantFrom(0, 0, 1, 2),
      good: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ what: "reset" } as const) },
);
const happenings = (octets: fc.Arbitrary<string>): fc.Arbitrary<readonly Happening[]> => {
  const host = fc.record({ what: fc.constant("host" as const), octets });
  return fc.array(fc.oneof({ weight: 6, arbitrary: host }, { weight: 11, arbitrary: elsewhere }), { maxLength: 40 });
};

const goodOutcomes = {
  resolve: { kind: "resolved", address: "192.0.2.7" },
  post: {
    kind: "posted",
    status: 200,
    body: Buffer.from('{"returnCode":0,"data":{"id":"u","secret":"s","expire":1}}'),
  },
} as const;
const badOutcomes = {
  resolve: { kind: "resolved", address: undefined },
  post: { kind: "notPosted", why: "noSocket" },
} as const;

function happen(bench: Bench, it: Happening): readonly Effect[] {
  switch (it.what) {
    case "host":
      return bench.types(it.octets);
    case "broker":
      return bench.onLink({ kind: "bytes", bytes: Buffer.from(it.octets, "latin1") });
    case "link":
      return bench.onLink(it.event, it.old ? bench.link - 1 : bench.link);
    case "socket":
      return bench.tell({ from: "socket", handle: bench.lastSocket - it.back, event: it.event });
    case "wait":
      return bench.wait(it.span === "alarm" ? bench.untilAlarm : it.span);
    case "radio":
      return bench.tell({ from: "world", change: it.change });
    case "call":
      return bench.answer(it.back, it.good ? goodOutcomes : badOutcomes);
    case "reset":
      return bench.tell({ from: "world", change: { kind: "reset", cause: "REBOOT_CAUSE_UNKNOWN" } });
  }
}

/** Expects that nothing is due after a `clock` stimulus. */
const expectNoBusyAlarm = (bench: Bench): void =>
  expect(bench.modem.wakeAt() ?? never, "the next alarm").toBeGreaterThan(bench.now);

/** Lets pending work end, and then ends the host's unfinished line or payload. */
function finishAll(bench: Bench): void {
  for (let turn = 0; turn < 100; turn += 1) {
    bench.wait(Math.min(bench.untilAlarm, 1000));
    expectNoBusyAlarm(bench);
  }
  bench.types(`\x1b${"\x1b".repeat(1548)}\r`);
  for (let turn = 0; turn < 20; turn += 1) bench.wait(1000);
  // S5 may be a letter that one of these lines holds.
  for (const line of ["ATZ", "atz"]) {
    bench.says(line);
    bench.wait(1000);
  }
}

/** More runs by hand: `RUNS=3000 npx vitest run test/emulator/modem.test.ts`. */
const runs = Number(process.env.RUNS ?? 700);
const start = fc.constantFrom("idle", "connected", "connected");

test("after any input the module works: bounded effects, no busy alarm, and AT answers OK", () => {
  fc.assert(
    fc.property(made, start, happenings(typedByHost), ({ quirks, options }, state, all) => {
      const bench = new Bench(quirks, options).reach(state);
      for (const each of all) {
        const effects = happen(bench, each);
        // A/ gives the most effects for its length: two bytes repeat a line, and a chain has more than ten answers.
        expect(effects.length).toBeLessThan(400);
        expect(heardIn(effects).length).toBeLessThan(20_000);
        expect(bench.modem.wakeAt() ?? never, "the next alarm").toBeGreaterThanOrEqual(bench.now);
        if (each.what === "wait") expectNoBusyAlarm(bench);
      }
      finishAll(bench);
      expect(bench.violations).toEqual([]);
      expect(bench.says("AT") + heardIn(bench.wait(1000))).toContain("\r\nOK\r\n");
    }),
    { numRuns: runs },
  );
});

// Non-volatile memory
const keptIn = (effects: readonly Effect[]): readonly Nvm[] =>
  effects.flatMap((effect) => (effect.to === "nvm" ? [effect.nvm] : []));

/** The commands that set each part of the NVM. */
const setters: Readonly<Record<keyof Nvm, string | RegExp>> = {
  nconfig: "+NCONFIG=",
  natspeed: "+NATSPEED=",
  bands: "+NBAND=",
  qregswt: "+QREGSWT=",
  qledmode: "+QLEDMODE=",
  nsonmi: "+NSONMI=",
  ncdp: "+NCDP=",
  cipca: "+CIPCA=",
  ctzr: "+CTZR=",
  nitz: "+NITZ=",
  sim: /\+(CPIN|CLCK|CPWD|NPIN)=/,
  nloglevel: "+NLOGLEVEL=",
};

/** The parts that differ from the factory settings. */
const set = (nvm: Nvm): readonly (keyof Nvm)[] =>
  (Object.keys(setters) as (keyof Nvm)[]).filter((part) => !isDeepStrictEqual(nvm[part], factoryNvm[part]));

test("the NVM holds only what the host has set, can be stored, and gives the same module again", () => {
  fc.assert(
    fc.property(made, happenings(typing(keptLines)), ({ quirks, options }, all) => {
      const bench = new Bench(quirks, options);
      let typed = "";
      for (const each of all) {
        if (each.what === "host") typed += each.octets.toUpperCase();
        for (const nvm of keptIn(happen(bench, each))) {
          for (const part of set(nvm)) expect(typed).toMatch(setters[part]);
          const stored: unknown = JSON.parse(JSON.stringify(nvmImage(nvm)));
          expect(nvmFrom(stored)).toEqual({ nvm });
          expect(new Bench(quirks, { ...options, nvm }).modem.view().nvm).toBe(nvm);
        }
      }
    }),
    { numRuns: runs },
  );
});

test("the NVM does not change if no line changes it", () => {
  fc.assert(
    fc.property(made, start, happenings(typing(typedLines)), ({ quirks, options }, state, all) => {
      const bench = new Bench(quirks, options).reach(state);
      expect(all.flatMap((each) => keptIn(happen(bench, each)))).toEqual([]);
      expect(bench.modem.view().nvm).toBe(factoryNvm);
    }),
    { numRuns: runs },
  );
});

test("the last NVM is what the next start uses", () => {
  fc.assert(
    fc.property(made, happenings(typing(keptLines)), ({ quirks, options }, all) => {
      const bench = new Bench(quirks, options);
      const kept = all.flatMap((each) => keptIn(happen(bench, each)));
      bench.tell({ from: "world", change: { kind: "reset", cause: "REBOOT_CAUSE_UNKNOWN" } });
      expect(bench.modem.view().nvm).toBe(kept.at(-1) ?? factoryNvm);
      expect(bench.modem.view().uart.speed).toBe(bench.modem.view().nvm.natspeed);
    }),
    { numRuns: runs },
  );
});

test("a URC of the first attach follows the banner, before the host says anything", () => {
  const modem = new Modem({ profile: profileWith({}), nvm: { ...factoryNvm, ctzr: 1 } });
  const banner = "\r\nREBOOT_CAUSE_SECURITY_PMU_POWER_ON_RESET\r\nNeul \r\nOK\r\n";
  expect(heardIn(modem.powerUp(0))).toBe(`${banner}\r\n+CTZV:+32\r\n`);
});

test("a stream goes on although one piece of it makes more URCs than may wait", () => {
  const bench = new Bench();
  bench.types("AT+NSONMI=2\rAT+NSOCR=STREAM,6,0\rAT+NSOCO=0,192.0.2.1,80\r");
  const piece: SocketEvent = { kind: "bytes", bytes: Buffer.alloc(40_000, "k") };
  const effects = bench.tell({ from: "socket", handle: bench.lastSocket, event: piece });
  expect(heardIn(effects).match(/6B/g)).toHaveLength(40_000);
  expect(effects.filter(({ to }) => to === "socket")).toEqual([]);
});

// Input in pieces

/** Cuts octets into pieces. */
const cutAt = (octets: string, places: readonly number[]): readonly string[] => {
  const ends = [...new Set(places.map((place) => place % (octets.length + 1)))].sort((one, other) => one - other);
  return [...ends, octets.length].map((end, index) => octets.slice(index === 0 ? 0 : ends[index - 1], end));
};

/** The output to the host and to the broker, when the host types these pieces and then waits. */
function both(pieces: readonly string[], quirks: Quirks, options: BenchOptions = {}): string {
  const bench = new Bench(quirks, options).reach("connected");
  bench.silent = true;
  const effects = pieces.flatMap((piece) => bench.types(piece));
  for (let turn = 0; turn < 1000 && (bench.modem.wakeAt() ?? never) <= bench.now + 100; turn += 1) {
    effects.push(...bench.wait(50));
  }
  const acts = linkEffects(effects).map(({ act }) => (act.kind === "bytes" ? octetsOf(act.bytes) : act.kind));
  return `${heardIn(effects)}\n${acts.join("")}`;
}

test("the result does not depend on how the host's input is cut", () => {
  const typed = fc.array(typedByHost, { maxLength: 15 }).map((parts) => parts.join(""));
  const places = fc.array(fc.nat(), { maxLength: 20 });
  fc.assert(
    fc.property(made, typed, places, ({ quirks, options }, octets, cuts) => {
      expect(both(cutAt(octets, cuts), quirks, options)).toBe(both([octets], quirks, options));
    }),
    { numRuns: 300 },
  );
});

test.each([{}, { answerDelay: "50" }, { answerDelay: "50", whileBusy: "refuse" }])(
  "also for long input, %o",
  (quirks) => {
    const octets = `ATE0\r${"AT+CSQ\r".repeat(700)}AT+X="${"x".repeat(5000)}"\rAT+CGSN\r`;
    const whole = both([octets], quirks);
    for (const size of [1, 7, 1000]) {
      const pieces = Array.from({ length: Math.ceil(octets.length / size) }, (_, i) =>
        octets.slice(i * size, (i + 1) * size),
      );
      expect(both(pieces, quirks) === whole, `pieces of ${size}`).toBe(true);
    }
  },
);

test("waiting input is a copy: the caller may overwrite its bytes", () => {
  const bench = new Bench({ answerDelay: "50" });
  const bytes = Buffer.from("AT+CSQ\rAT+CGSN\r");
  bench.tell({ from: "host", bytes });
  bytes.fill(0);
  expect(heardIn(bench.wait(50)) + heardIn(bench.wait(50))).toBe(
    "\r\n+CSQ:25,99\r\n\r\nOK\r\n\r\nEMU0000000000001\r\n\r\nOK\r\n",
  );
});

// Order

/** The order in which the host gets `OK` and the broker gets a PUBLISH. */
function order(effects: readonly Effect[]): string {
  const parts = effects.flatMap((effect) => {
    if (effect.to === "host") return octetsOf(effect.bytes).match(/OK|\+QMTPUB/g) ?? [];
    if (effect.to !== "link" || effect.act.kind !== "bytes") return [];
    return ((effect.act.bytes[0] ?? 0) & 0xf0) === 0x30 ? ["PUBLISH"] : [];
  });
  return parts.join(" ");
}

test("each publish: OK to the host, then the packet to the broker, then +QMTPUB to the host", () => {
  const publish = fc.tuple(fc.constantFrom(0, 1, 2), fc.stringMatching(/^[a-z\r\n]{0,9}$/), fc.boolean());
  const publishes = fc.array(publish, { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(publishes, fc.boolean(), (all, inOneGo) => {
      const bench = new Bench().reach("connected");
      const typed = all.map(([qos, payload, chained], index) => {
        const before = chained ? "AT+CSQ;" : "AT";
        return `${before}+QMTPUB=0,${index + 1},${qos},0,"t"\r${payload}\x1a`;
      });
      const effects = inOneGo ? bench.types(typed.join("")) : typed.flatMap((each) => bench.types(each));
      const acks = all.map(([qos]) => (qos === 0 ? "OK PUBLISH +QMTPUB" : "OK PUBLISH"));
      // In one piece, TCP reports `sent` only after all lines.
      const later = all.filter(([qos]) => qos === 0).map(() => "+QMTPUB");
      const wanted = inOneGo ? [...all.map(() => "OK PUBLISH"), ...later] : acks;
      expect(order(effects)).toBe(wanted.join(" "));
    }),
  );
});

// Back-pressure

const message = (index: number): string => `PUBLISH qos 0 "t" "${String(index).padStart(4, "0")}${"x".repeat(996)}"`;
const lineOf = (index: number): string => `+QMTRECV: 0,0,"t",${String(index).padStart(4, "0")}${"x".repeat(996)}`;
const indexes = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);
/** The number of lines after which 64 KiB are held. decided */
const fills = Math.ceil(65_536 / lineOf(0).length);

const acts = (effects: readonly Effect[]): string =>
  linkEffects(effects)
    .map(({ act }) => act.kind)
    .join(" ");

describe("messages of the broker wait during a payload entry", () => {
  function inEntry(): Bench {
    const bench = new Bench().reach("connected");
    expect(bench.says('AT+QMTPUB=0,0,0,0,"t"')).toBe("\r\n>");
    return bench;
  }

  /** Ends the entry; expects all messages in order, and that the link is read again. */
  function expectAll(bench: Bench, count: number): void {
    const effects = bench.types("\x1b");
    const lines = indexes(count).map((index) => `\r\n${lineOf(index)}\r\n`);
    expect(heardIn(effects) === `\r\nOK\r\n${lines.join("")}`).toBe(true);
    expect(acts(effects)).toBe("resume");
  }

  test("up to 64 KiB; then reading stops, and nothing is lost", () => {
    const bench = inEntry();
    for (const index of indexes(fills - 1))
      expect(bench.broker(message(index)).filter(({ to }) => to !== "trace")).toEqual([]);
    expect(acts(bench.broker(message(fills - 1)))).toBe("pause");
    // TCP may still deliver bytes that it has read already.
    for (const index of [0, 1, 2]) expect(bench.broker(message(fills + index))).toEqual([]);
    expectAll(bench, fills + 3);
    expect(acts(bench.broker(message(0)))).toBe("");
  });

  test("also when all come in one piece, or in many", () => {
    for (const size of [1_000_000, 777]) {
      const bench = inEntry();
      const bytes = Buffer.concat(indexes(fills + 9).map((index) => serverPacket(message(index))));
      const pieces = indexes(Math.ceil(bytes.length / size)).map((index) =>
        bytes.subarray(index * size, (index + 1) * size),
      );
      expect(pieces.map((piece) => acts(bench.onLink({ kind: "bytes", bytes: piece }))).join("")).toBe("pause");
      expectAll(bench, fills + 9);
    }
  });

  test("the URC of a lost link follows them", () => {
    const bench = inEntry();
    for (const index of indexes(fills + 2)) bench.broker(message(index));
    bench.onLink({ kind: "down", reason: "closed" });
    expect(heardIn(bench.types("\x1b"))).toMatch(/\+QMTRECV: 0,0,"t",\d{4}x+\r\n\r\n\+QMTSTAT: 0,1\r\n$/);
  });

  test("a reboot drops them, and the next link is read", () => {
    const bench = inEntry();
    for (const index of indexes(fills)) bench.broker(message(index));
    bench.tell({ from: "world", change: { kind: "reset", cause: "REBOOT_CAUSE_UNKNOWN" } });
    bench.reach("connected");
    const effects = bench.broker(message(7));
    expect(heardIn(effects)).toBe(`\r\n${lineOf(7)}\r\n`);
    expect(acts(effects)).toBe("");
  });
});

// Reboot

const banner = (cause: string): string => `\r\n${cause}\r\nNeul \r\nOK\r\n`;

describe("a reboot", () => {
  test("there are 24 different causes", () => expect(new Set(rebootCauses).size).toBe(24)); // AT manual

  test.each(rebootCauses)("says %s", (cause) => {
    const bench = new Bench();
    expect(heardIn(bench.tell({ from: "world", change: { kind: "reset", cause } }))).toBe(banner(cause));
  });

  const reset = { from: "world", change: { kind: "reset", cause: "REBOOT_CAUSE_APPLICATION_WATCHDOG" } } as const;
  const states = ["open", "connected"] as const;

  test.each(states)("resets the link that is %s, and ignores its later events", (state) => {
    const bench = new Bench().reach(state);
    expect(linkEffects(bench.tell(reset))).toEqual([{ to: "link", link: bench.link, act: { kind: "reset" } }]);
    const late: readonly LinkEvent[] = [
      { kind: "up" },
      { kind: "bytes", bytes: serverPacket('PUBLISH qos 0 "t" "late"') },
      { kind: "sent", total: 1 },
      { kind: "sendFailed" },
      { kind: "down", reason: "closed" },
    ];
    for (const event of late) expect(bench.onLink(event).filter(({ to }) => to !== "trace")).toEqual([]);
    const old = bench.link;
    bench.reach("connected");
    expect(bench.link).not.toBe(old);
    for (const event of late) expect(bench.onLink(event, old).filter(({ to }) => to !== "trace")).toEqual([]);
    expect(bench.says("AT+QMTCONN?")).toBe("\r\n+QMTCONN: 0,3\r\n\r\nOK\r\n");
  });

  test.each(["AT+NRB", "AT+QMTCLOSE=0;+NRB", "AT+QMTDISC=0;+NRB", "AT+CGATT=0;+NRB"])(
    "%s leaves no link behind",
    (line) => {
      const bench = new Bench().reach("connected");
      bench.types(`${line}\r`);
      expect([...bench.alive]).toEqual([]);
    },
  );

  test("does not end a link that was not dialled", () => {
    const bench = new Bench();
    bench.types('AT+QMTOPEN=0,"h",1;+NRB\r');
    expect(bench.violations).toEqual([]);
    expect([...bench.alive]).toEqual([]);
  });

  test("drops input, requests and settings in RAM", () => {
    const bench = new Bench();
    bench.says('ATE1+CMEE=1;+QMTCFG="keepalive",0,7');
    bench.types("AT+CS");
    expect(heardIn(bench.tell(reset))).toBe(banner(reset.change.cause));
    expect(bench.says("Q")).toBe("\r\nERROR\r\n");
    expect(bench.says('AT+QMTCFG="keepalive",0')).toBe('\r\n+QMTCFG: "keepalive",120\r\n\r\nOK\r\n');
  });
});

// A link that is lost during a payload entry

test("requests of a line before its payload are dropped with the link", () => {
  for (const gone of ["coverage", "closed"] as const) {
    const bench = new Bench().reach("connected");
    bench.types('AT+QMTSUB=0,1,"t",0;+QMTPUB=0,2,0,0,"t"\r');
    if (gone === "coverage") bench.tell({ from: "world", change: { kind: "radio", coverage: false } });
    else bench.onLink({ kind: "down", reason: "closed" });
    expect(heardIn(bench.types("payload\x1a"))).toMatch(/^\r\nERROR\r\n\r\n\+QMTSTAT: 0,[17]\r\n$/);
    expect(bench.violations).toEqual([]);
  }
});

test("a power-off cancels requests to the network, and drops those that wait for the RRC connection", () => {
  const bench = new Bench();
  bench.says('AT+QDNS=0,"h"');
  const id = bench.calls[0]?.id;
  const isCall = ({ to }: Effect): boolean => to === "call";
  expect(bench.modem.powerDown(0).filter(isCall)).toEqual([{ to: "call", id, act: { kind: "giveUp" } }]);
  expect(bench.modem.powerDown(0).filter(isCall)).toEqual([]);
  const slow = new Bench({}, { timing: "realistic" });
  slow.wait(100_000);
  slow.types('AT+QDNS=0,"h"\r');
  slow.wait(100);
  expect(slow.modem.powerDown(slow.now).filter(isCall)).toEqual([]);
  expect(slow.calls).toEqual([]);
});

// Secrets

test("the trace holds no secret", () => {
  const bench = new Bench().reach("open");
  const effects = [
    'AT+QMTCONN=0,"me","user","hushhush"',
    'AT+QMTCONN=0,"me","user","hushhush',
    "A/",
    'AT+QMTCFG="aliauth",0,"pk","dn","hushhush"',
    'AT+QMTCFG="constructor",0,"pk","dn","hushhush"',
    'AT+QMTENAUTH="p","d","p@d","hushhush"',
    'AT+QMTTENAUTH="p","d","p@d","hushhush',
  ].flatMap((line) => bench.types(`${line}\r`));
  const idle = new Bench();
  effects.push(...idle.types('AT+QMTCFG="aliauth",0,"pk","dn","hushhush";+QMTCFG="aliauth",0\r'));
  const lines = effects.flatMap((it) => (it.to === "trace" && "line" in it.event ? [it.event.line] : []));
  expect(lines.length).toBeGreaterThan(8);
  expect(lines.join("\n")).not.toContain("hush");
});
