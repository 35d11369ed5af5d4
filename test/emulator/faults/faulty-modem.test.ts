import fc from "fast-check";
import { expect, test } from "vitest";
import { FaultyModem } from "../../../emulator/faults/faulty-modem.js";
import { conditions, events } from "../../../emulator/faults/language/grammar.js";
import { sentenceForms } from "../../../emulator/faults/language/phrase.js";
import { readSentence } from "../../../emulator/faults/language/read-sentence.js";
import type { Sentence } from "../../../emulator/faults/language/sentence.js";
import type { Effect, LinkEvent, Stimulus } from "../../../emulator/io.js";
import { bc28 } from "../../../emulator/profile/bc28.js";
import { serverPacket } from "../../conversation/server-packet.js";

/** What happens to a module. */
type Step =
  | { readonly kind: "fault"; readonly sentence: Sentence }
  | { readonly kind: "host"; readonly text: string }
  | { readonly kind: "broker"; readonly bytes: Uint8Array }
  | { readonly kind: "down" | "up" | "clear" }
  | { readonly kind: "remove"; readonly id: number }
  | { readonly kind: "time"; readonly span: number };

/** A module, and a network that does what it is told. */
class World {
  readonly modem: FaultyModem;
  readonly effects: Effect[] = [];
  now = 0;
  heard = "";
  /** What the link has got, in bytes, by its number. */
  readonly #sent = new Map<number, number>();
  #link = 0;

  constructor(seed: number, profile = bc28) {
    this.modem = new FaultyModem({ profile, seed });
    this.#take(this.modem.powerUp(0));
  }

  do(step: Step): void {
    if (step.kind === "fault") {
      const added = this.modem.add([step.sentence], this.now);
      if ("effects" in added) this.#take(added.effects);
    } else if (step.kind === "host") this.tell({ from: "host", bytes: Buffer.from(step.text, "latin1") });
    else if (step.kind === "broker") this.onLink({ kind: "bytes", bytes: step.bytes });
    else if (step.kind === "down") this.onLink({ kind: "down", reason: "reset" });
    else if (step.kind === "up") this.onLink({ kind: "up" });
    else if (step.kind === "remove") this.#take(this.modem.takeBack(step.id, this.now));
    else if (step.kind === "time") this.pass(step.span);
    else this.#take(this.modem.takeBack("all", this.now));
  }

  tell(stimulus: Stimulus): void {
    this.#take(this.modem.tell(stimulus, this.now));
  }

  onLink(event: LinkEvent): void {
    if (this.#sent.has(this.#link)) this.tell({ from: "link", link: this.#link, event });
    if (event.kind === "down") this.#sent.delete(this.#link);
  }

  pass(span: number): void {
    const end = this.now + span;
    let rings = 0;
    for (let at = this.modem.wakeAt(); at !== undefined && at <= end; at = this.modem.wakeAt()) {
      this.now = Math.max(this.now, at);
      this.tell({ from: "clock" });
      rings += 1;
      expect(rings).toBeLessThan(20_000);
    }
    this.now = end;
  }

  #take(effects: readonly Effect[]): void {
    this.effects.push(...effects);
    for (const effect of effects) {
      if (effect.to === "host") this.heard += Buffer.from(effect.bytes).toString("latin1");
      if (effect.to === "link") this.#carryOut(effect);
    }
  }

  #carryOut({ link, act }: Extract<Effect, { readonly to: "link" }>): void {
    if (act.kind === "dial") {
      this.#link = link;
      this.#sent.set(link, 0);
    }
    const sent = this.#sent.get(link);
    if (sent === undefined) return;
    if (act.kind === "end" || act.kind === "reset") this.#sent.delete(link);
    if (act.kind !== "bytes") return;
    this.#sent.set(link, sent + act.bytes.length);
    this.tell({ from: "link", link, event: { kind: "sent", total: sent + act.bytes.length } });
  }
}

const sentenceIn = (text: string): Sentence | undefined => {
  const read = readSentence(text);
  return "sentence" in read ? read.sentence : undefined;
};

/** Sentences that act soon: the examples of the vocabulary, with counts, conditions and events. */
const anySentence: fc.Arbitrary<Sentence> = fc
  .tuple(
    fc.option(fc.tuple(fc.constantFrom("when", "whenever"), fc.constantFrom(...events.map(({ example }) => example)))),
    fc.constantFrom(...sentenceForms),
    fc.boolean(),
    fc.subarray([
      ...conditions.map(({ example }) => example).filter((it) => !/^for|after/.test(it)),
      "for 7s",
      "after 1",
    ]),
  )
  .map(([event, { example, syntax }, isEvery, some]) => {
    const verb = syntax.split(" ")[0] ?? "";
    const counted =
      isEvery && syntax.includes("[COUNT]")
        ? example.replace(new RegExp(`^${verb}( \\d+)?`), `${verb} every`)
        : example;
    return `${event === null ? "" : `${event[0]} ${event[1]}: `}${counted} ${some.join(" ")}`;
  })
  .map((text) => sentenceIn(text.trim()))
  .filter((sentence) => sentence !== undefined);

const lines = [
  ...[
    "AT",
    "ATE1",
    "AT+CSQ",
    "AT+CGATT?",
    "AT+CFUN=0",
    "AT+CFUN=1",
    "AT+NRB",
    "AT+CIMI",
    "AT+QMTDISC=0",
    "AT+QMTCLOSE=0",
  ],
  ...[
    'AT+QMTOPEN=0,"broker.example",1883',
    'AT+QMTCONN=0,"me"',
    'AT+QMTSUB=0,1,"a",1',
    'AT+QMTENAUTH="p","d","p@d","s"',
  ],
  ...[
    'AT+QMTPUB=0,3,1,0,"t"',
    'AT+QMTPUB=0,4,2,0,"t",5',
    'AT+QDNS=0,"broker.example"',
    'AT+CPSMS=1,,,"00000100","00000001"',
  ],
];
const packets = [
  ...["CONNACK 0", "CONNACK 5", "SUBACK 1 1", "PUBACK 3", "PUBREC 4", "PUBCOMP 4", "PINGRESP", "UNSUBACK 1"],
  ...['PUBLISH qos 0 "a" "x"', 'PUBLISH 9 qos 1 "a" "y"', 'PUBLISH 8 qos 2 "a" "z"', "PUBREL 8"],
].map((notation) => new Uint8Array(serverPacket(notation)));

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: anySentence.map((sentence) => ({ kind: "fault", sentence }) as const) },
  { weight: 5, arbitrary: fc.constantFrom(...lines).map((line) => ({ kind: "host", text: `${line}\r` }) as const) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom("hello\x1a", "\x1b", "AT+C", "\0\xff", "")
      .map((text) => ({ kind: "host", text }) as const),
  },
  { weight: 5, arbitrary: fc.constantFrom(...packets).map((bytes) => ({ kind: "broker", bytes }) as const) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 8 }).map((bytes) => ({ kind: "broker", bytes }) as const) },
  { weight: 3, arbitrary: fc.constantFrom("up", "up", "down", "clear").map((kind) => ({ kind }) as const) },
  { weight: 1, arbitrary: fc.nat(20).map((id) => ({ kind: "remove", id }) as const) },
  {
    weight: 4,
    arbitrary: fc.constantFrom(0, 5, 1000, 12_000, 80_000).map((span) => ({ kind: "time", span }) as const),
  },
);
const anySteps = fc.array(anyStep, { maxLength: 60 });

function played(steps: readonly Step[], seed: number): World {
  const world = new World(seed);
  for (const step of steps) world.do(step);
  return world;
}

/** From a reset to a message that the broker has acknowledged. */
function goodSession(world: World): void {
  world.do({ kind: "clear" });
  world.tell({ from: "world", change: { kind: "power", on: true } });
  world.tell({ from: "world", change: { kind: "radio", coverage: true, sim: true, rssi: 25, network: "home" } });
  world.do({ kind: "fault", sentence: sentenceIn("thaw") ?? expect.fail() });
  world.tell({ from: "world", change: { kind: "reset", cause: "REBOOT_CAUSE_SECURITY_RESET_PIN" } });
  world.pass(60_000);
  world.do({ kind: "host", text: "AT+QMTCLOSE=0\r" }); // a line that waited before the reset may have opened a link
  world.heard = "";
  const say = (text: string) => world.do({ kind: "host", text });
  const answer = (notation: string) => world.do({ kind: "broker", bytes: new Uint8Array(serverPacket(notation)) });
  say('AT+QMTOPEN=0,"broker.example",1883\r');
  world.do({ kind: "up" });
  say('AT+QMTCONN=0,"me"\r');
  answer("CONNACK 0");
  say('AT+QMTPUB=0,3,1,0,"t"\r');
  say("hello\x1a");
  answer("PUBACK 3");
  const all =
    "\r\nOK\r\n|\r\n+QMTOPEN: 0,0\r\n|\r\nOK\r\n|\r\n+QMTCONN: 0,0,0\r\n|\r\n>|\r\nOK\r\n|\r\n+QMTPUB: 0,3,0\r\n";
  expect(world.heard).toBe(all.replaceAll("|", ""));
}

test("after anything, with all faults taken back and a reset, a good session works", { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(anySteps, fc.nat(100), (steps, seed) => goodSession(played(steps, seed))),
    { numRuns: Number(process.env.FAULT_RUNS ?? 400) },
  );
});

test("the same run gives the same effects", { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(anySteps, fc.nat(100), (steps, seed) => {
      expect(played(steps, seed).effects).toEqual(played(steps, seed).effects);
    }),
    { numRuns: 200 },
  );
});

/** A module that is connected, with these faults. */
function connected(faults: readonly string[]): World {
  const world = new World(1);
  world.do({ kind: "host", text: 'AT+QMTOPEN=0,"broker.example",1883\r' });
  world.do({ kind: "up" });
  world.do({ kind: "host", text: 'AT+QMTCONN=0,"me"\r' });
  world.do({ kind: "broker", bytes: new Uint8Array(serverPacket("CONNACK 0")) });
  for (const text of faults) world.do({ kind: "fault", sentence: sentenceIn(text) ?? expect.fail(text) });
  return world;
}

const hitsIn = (effects: readonly Effect[]): readonly number[] =>
  effects.flatMap((effect) => (effect.to === "trace" && effect.event.kind === "fault" ? [effect.event.id] : []));

test("no rule takes more packets than it counts, and no packet two rules", () => {
  const rule = fc.record({
    verb: fc.constantFrom("lose", "duplicate", "reorder"),
    count: fc.integer({ min: 1, max: 4 }),
    after: fc.nat(3),
  });
  fc.assert(
    fc.property(fc.array(rule, { minLength: 1, maxLength: 5 }), fc.integer({ min: 1, max: 20 }), (rules, messages) => {
      const texts = rules.map(
        ({ verb, count, after }) => `${verb} ${count} PUBLISH from broker${after === 0 ? "" : ` after ${after}`}`,
      );
      const world = connected(texts);
      const hits: number[] = [];
      for (let sent = 0; sent < messages; sent += 1) {
        const before = world.effects.length;
        world.do({ kind: "broker", bytes: new Uint8Array(serverPacket('PUBLISH qos 0 "a" "x"')) });
        const now = hitsIn(world.effects.slice(before));
        expect(now.length).toBeLessThanOrEqual(1);
        hits.push(...now);
      }
      for (const [at, { count }] of rules.entries())
        expect(hits.filter((id) => id === at + 1).length).toBeLessThanOrEqual(count);
      const taken = rules.reduce((sum, { count }) => sum + count, 0);
      if (rules.every(({ after }) => after === 0)) expect(hits.length).toBe(Math.min(messages, taken));
    }),
  );
});

test("what the network holds back arrives whole and in order, at every cut of the bytes", () => {
  const slow = fc.constantFrom("latency 10ms..3s", "bandwidth 7B/s", "silence downlink for 4s", "silence link for 9s");
  const cuts = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(fc.array(slow, { minLength: 1, maxLength: 3 }), cuts, (faults, sizes) => {
      const world = connected(faults);
      world.heard = "";
      const messages = Array.from({ length: 20 }, (_, at) => `message ${at}`);
      const stream = Buffer.concat(messages.map((text) => serverPacket(`PUBLISH qos 0 "a" "${text}"`)));
      for (let from = 0, cut = 0; from < stream.length; cut += 1) {
        const size = sizes[cut % sizes.length] ?? 1;
        world.do({ kind: "broker", bytes: stream.subarray(from, from + size) });
        world.pass(20);
        from += size;
      }
      world.pass(70_000);
      world.do({ kind: "clear" });
      world.pass(80_000);
      const heard = [...world.heard.matchAll(/\+QMTRECV: 0,0,"a",(.*)\r\n/g)].map(([, text]) => text);
      expect(heard).toEqual(messages);
    }),
  );
});

test("a fault that causes itself is taken back", () => {
  const world = connected(['whenever module says +LOOP: say "+LOOP"', 'say "+LOOP"']);
  expect(world.modem.list()).toEqual([]);
  const lines = world.heard.split("+LOOP").length - 1;
  expect(lines).toBe(1001);
});

test("faults that cause each other are taken back, many of them as well", () => {
  const world = connected([...Array.from({ length: 100 }, () => "whenever booted: reset"), "reset"]);
  expect(world.modem.list()).toEqual([]);
  expect(world.modem.stage).toBe("ready");
});

test("at most 1000 faults wait or are in force, and one more is refused", () => {
  const sentence = sentenceIn("lose 2 PUBACK") ?? expect.fail();
  const world = new World(1);
  const first = world.modem.add(
    Array.from({ length: 1000 }, () => sentence),
    0,
  );
  expect("faults" in first && first.faults.length).toBe(1000);
  expect(world.modem.add([sentence], 0)).toEqual({
    problem: "1000 faults wait or are in force, and there is room for 1000; take some back",
  });
  expect(world.modem.list()).toHaveLength(1000);
});

test("at most 4 MiB are held back: then the link is dropped, with a line", () => {
  const world = connected(["silence downlink"]);
  const bytes = Buffer.alloc(1024 * 1024);
  for (let sent = 0; sent < 5; sent += 1) world.do({ kind: "broker", bytes });
  expect(world.heard).toContain("+QMTSTAT: 0,1");
  const told = world.effects.flatMap((effect) =>
    effect.to === "trace" && effect.event.kind === "fault" ? [effect.event.did] : [],
  );
  expect(told).toEqual(["begins", "too much is held back: the link is dropped"]);
});

test("a TCP socket that is dropped while its dial waits for the RRC connection is never dialled", () => {
  const world = new World(5, { ...bc28, timing: "realistic" });
  const read = readSentence("when dialled: drop link");
  if ("problem" in read) throw new Error(read.problem);
  world.pass(60_000);
  world.do({ kind: "host", text: "AT+NSOCR=STREAM,6,0\r" });
  world.pass(1000);
  world.do({ kind: "fault", sentence: read.sentence });
  world.do({ kind: "host", text: "AT+NSOCO=0,192.0.2.1,80\r" });
  world.pass(60_000);
  expect(world.heard).toMatch(/ERROR\r\n$/);
  expect(world.effects.some((effect) => effect.to === "socket" && effect.act.kind === "dial")).toBe(false);
});
