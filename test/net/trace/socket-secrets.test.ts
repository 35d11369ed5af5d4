import fc from "fast-check";
import { generate } from "mqtt-packet";
import { expect, test } from "vitest";
import { fromBytes } from "../../../at/octets.js";
import type { Effect, Stimulus } from "../../../emulator/io.js";
import { Modem } from "../../../emulator/modem.js";
import { bc28 } from "../../../emulator/profile/bc28.js";
import { changed } from "../../../emulator/profile/profile-schema.js";
import { Log } from "../../../net/log.js";
import { AtListener } from "../../../net/recordings/at-listener.js";
import { systemClock } from "../../../net/time/clock.js";
import { EventLog } from "../../../net/trace/event-log.js";
import { Recorder } from "../../../net/trace/recorder.js";

/** Everything that shows what a host types: the trace of a module, its log, and the recording of a tap. */
class Shown {
  readonly #clock = systemClock();
  readonly #trace = new EventLog(this.#clock, new Recorder(false));
  readonly #tapped = new EventLog(this.#clock, new Recorder(false));
  readonly #tap = new AtListener((happened) => this.#tapped.add(happened));
  readonly #lines: string[] = [];
  readonly #log = new Log("trace", (line) => this.#lines.push(line));
  readonly #modem: Modem;
  #now = 0;

  constructor(quirks: object) {
    this.#modem = new Modem({ profile: changed(bc28, { quirks }) });
    this.#carryOut(this.#modem.powerUp(0));
  }

  type(octets: string): void {
    const bytes = Buffer.from(octets, "latin1");
    this.#trace.add({ kind: "bytes", way: "received", octets });
    this.#tap.host(bytes, this.#now);
    this.#tell({ from: "host", bytes });
  }

  pass(ms: number): void {
    this.#now += ms;
    this.#tell({ from: "clock" });
  }

  text(): string {
    const events = [...this.#trace.read(0), ...this.#tapped.read(0)].map((event) => {
      const base64 = typeof event.base64 === "string" ? Buffer.from(event.base64, "base64").toString("latin1") : "";
      return JSON.stringify({ ...event, wall: "", t: 0, base64 });
    });
    return [...events, ...this.#lines].join("\n");
  }

  #tell(stimulus: Stimulus): void {
    this.#carryOut(this.#modem.tell(stimulus, this.#now));
  }

  #carryOut(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.to === "trace") {
        this.#trace.add(effect.event);
        this.#log.event(effect.event);
      } else if (effect.to === "host") {
        this.#trace.add({ kind: "bytes", way: "sent", octets: fromBytes(effect.bytes) });
        this.#tap.module(effect.bytes, this.#now);
      } else if (effect.to === "socket" && effect.act.kind === "dial")
        this.#tell({ from: "socket", handle: effect.handle, event: { kind: "up" } });
    }
  }
}

/** How a host behaves that sends a CONNECT by itself. */
interface Way {
  /** Where it cuts the CONNECT, and how many octets go over the serial line at once. */
  readonly cuts: readonly number[];
  readonly size: number;
  readonly quirks: { readonly answerDelay: number; readonly whileBusy: "queue" | "refuse" };
  readonly echoes: boolean;
  /** It does not connect, and goes on after the error. */
  readonly isDeaf: boolean;
  /** It sends each line again. */
  readonly repeats: boolean;
  /** How long it waits for each answer, in ms. */
  readonly wait: number;
}

/** What is shown of a host that logs in with a password, and publishes. */
function shownOf(password: string, { cuts, size, quirks, echoes, isDeaf, repeats, wait }: Way): string {
  const login = { clientId: "meter-1", username: "me", password: Buffer.from(password) };
  const connect = generate({ cmd: "connect", protocolId: "MQTT", protocolVersion: 4, ...login });
  const places = [...new Set([0, ...cuts.map((cut) => cut % connect.length), connect.length])].toSorted(
    (a, b) => a - b,
  );
  const pieces = places.slice(1).map((to, at) => connect.subarray(places[at], to));
  const sends = [...pieces, Buffer.from("320700017400016869", "hex")].map(
    (piece) => `AT+NSOSD=0,${piece.length},${piece.toString("hex")}`,
  );
  const shown = new Shown(quirks);
  const type = (line: string): void => {
    for (const octets of `${line}\r`.match(new RegExp(`[^]{1,${size}}`, "g")) ?? []) shown.type(octets);
    shown.pass(wait);
  };
  type(echoes ? "ATE1" : "ATE0");
  type("AT+NSOCR=STREAM,6,0,1");
  if (!isDeaf) type("AT+NSOCO=0,192.0.2.1,1883");
  for (const line of repeats ? sends.flatMap((each) => [each, each]) : sends) type(line);
  shown.pass(100_000);
  return shown.text();
}

const way: fc.Arbitrary<Way> = fc.record({
  cuts: fc.oneof(fc.array(fc.nat(1000), { maxLength: 4 }), fc.array(fc.nat(1000), { maxLength: 90 })),
  size: fc.constantFrom(1, 3, 50, 5000),
  quirks: fc.record({
    answerDelay: fc.constantFrom(0, 300),
    whileBusy: fc.constantFrom<"queue" | "refuse">("queue", "refuse"),
  }),
  echoes: fc.boolean(),
  isDeaf: fc.boolean(),
  repeats: fc.boolean(),
  wait: fc.constantFrom(0, 1000),
});

const passwordOf = (letters: string) => fc.string({ unit: fc.constantFrom(...letters), minLength: 4, maxLength: 40 });

/** All runs of four of a text. */
const runsOf = (text: string): readonly string[] =>
  Array.from({ length: Math.max(0, text.length - 3) }, (_, at) => text.slice(at, at + 4));

test("however a CONNECT is split over AT+NSOSD, nothing shows four letters or digits of its password", () => {
  fc.assert(
    fc.property(passwordOf("jqxzvkJQXZ~{"), way, (password, given) => {
      const shown = shownOf(password, given);
      const other = shownOf("*".repeat(password.length), given); // what would be there anyway
      const hex = Buffer.from(password).toString("hex");
      for (const run of [...runsOf(password), ...runsOf(hex), ...runsOf(hex.toUpperCase())])
        if (shown.includes(run)) expect(other).toContain(run);
      if (!given.repeats && given.cuts.length < 2) expect(shown).toContain("320700017400016869");
    }),
    { numRuns: 150 },
  );
});
