import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RecordedEvent } from "../../../net/trace/recorded-event.js";
import { eventKinds } from "../../../net/trace/trace-schema.js";
import { bytesOf } from "../../../net/window/model/carried-bytes.js";
import { curlOf } from "../../../net/window/model/curl.js";
import { drawingOf } from "../../../net/window/model/drawing.js";
import { noFilter, shownBy } from "../../../net/window/model/filter.js";
import { groupOf, groups } from "../../../net/window/model/groups.js";
import { hexLines } from "../../../net/window/model/hex.js";
import { gapOf, Layout, rowHeight, scales } from "../../../net/window/model/layout.js";
import { packetFaultOf } from "../../../net/window/model/packet-fault.js";
import { chainOf, Run } from "../../../net/window/model/run.js";
import { SerialLog } from "../../../net/window/model/serial-log.js";
import { clockText, leftText, shortClockText, spanText } from "../../../net/window/model/span.js";
import { visibleText } from "../../../net/window/model/visible-text.js";
import { eventsOf, publish } from "./events.js";

const runOf = (events: readonly RecordedEvent[]): Run => {
  const run = new Run();
  run.add(events);
  return run;
};
const all = (): boolean => true;
/** Any text, halves of characters included. */
const anyText = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 60 })
  .map((codes) => String.fromCharCode(...codes));
/** A fault that has acted on a packet. */
const hit = (effect: string, packet: string, way: string) => ({
  ...{ kind: "fault", id: 1, fault: "a fault", did: `${packet} ${effect}` },
  ...{ effect, packet, way },
});

describe("the run", () => {
  test("a chain leads from the command to the URC, from wherever one looks", () => {
    const run = runOf(eventsOf(publish));
    const whole = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    expect(chainOf(run, 1)).toEqual(whole);
    expect(chainOf(run, 5)).toEqual([1, 2, 3, 5, 6, 7, 8, 9]);
    expect(chainOf(run, 9)).toEqual([1, 2, 3, 5, 7, 8, 9]);
  });

  test("causes that lead in a circle, or nowhere, end", () => {
    const run = runOf(
      eventsOf([
        { kind: "urc", line: "a", cause: 2 },
        { kind: "urc", line: "b", cause: 1 },
        { kind: "urc", line: "c", cause: 99 },
      ]),
    );
    expect(chainOf(run, 1)).toEqual([1, 2]);
    expect(chainOf(run, 3)).toEqual([3]);
  });

  test("events that are told twice are taken once", () => {
    const events = eventsOf(publish);
    const run = runOf(events.slice(0, 5));
    run.add(events.slice(2));
    expect(run.events).toEqual(events);
  });

  test("a packet that a fault has caught is lost; one that it held comes late", () => {
    const run = runOf(
      eventsOf([
        { kind: "packet", way: "sent", packet: "PUBLISH", msgId: 1, topic: "a", size: 0 },
        { ...hit("lost", "PUBLISH", "sent"), msgId: 1 },
        { ...hit("delayed", "SUBACK", "received"), msgId: 9 },
        { kind: "packet", way: "received", packet: "SUBACK", msgId: 8, granted: [0] },
        { kind: "packet", way: "received", packet: "SUBACK", msgId: 9, granted: [0] },
      ]),
    );
    expect([...run.lost]).toEqual([1]);
    expect(run.slants).toEqual([{ from: 3, to: 5 }]);
  });

  test("the lanes tell the module, its network and its link", () => {
    const run = runOf(
      eventsOf([
        { kind: "booted", reason: "PIN" },
        { kind: "network", state: "attached" },
        { kind: "dial", link: 1, host: "h", port: 1883 },
        { kind: "up", link: 1 },
        { kind: "network", state: "detached" },
        { kind: "phase", phase: "idle" },
        { kind: "reboot", reason: "PIN" },
      ]),
    );
    expect(run.lanes.map(({ module, hasNetwork, link }) => `${module} ${hasNetwork} ${link}`)).toEqual([
      "ready false none",
      "ready true none",
      "ready true dialling",
      "ready true up",
      "ready false up",
      "ready false none",
      "booting false none",
    ]);
  });

  test("the older half goes where there are too many, and the rest is found", () => {
    const events = Array.from({ length: 200_002 }, (_, at) => ({
      seq: at + 1,
      t: at,
      wall: "",
      kind: "urc",
      line: "x",
    }));
    const run = runOf(events);
    expect(run.generation).toBe(1);
    expect(run.event(1)).toBeUndefined();
    expect(run.events[run.indexOf(150_000)]?.seq).toBe(150_000);
  });
});

describe("the layout", () => {
  const timed = (...times: readonly number[]) => eventsOf(times.map((t) => ({ kind: "urc", line: "x", t })));

  test("rows stand close together at the widest scale; a long silence is folded and told", () => {
    const layout = new Layout(0, all);
    const events = timed(0, 10, 86_400_010, 86_400_011);
    layout.extend(events);
    expect([0, 1, 2, 3].map((row) => layout.topOf(row))).toEqual([0, 24, 78, 102]);
    expect(layout.gapBefore(2, events)).toEqual({ ms: 86_400_000, height: 30, isFolded: true });
    expect(layout.height).toBe(102 + rowHeight);
  });

  test("at a closer scale time is drawn as long as it was, up to a fold", () => {
    expect(gapOf(50, 10)).toEqual({ ms: 50, height: 120, isFolded: false });
    expect(gapOf(5000, 10)).toEqual({ ms: 5000, height: 30, isFolded: true });
    expect(gapOf(0.05, 0.01)).toEqual({ ms: 0.05, height: 120, isFolded: false });
    expect(gapOf(172_800_000, 86_400_000)).toMatchObject({ height: 48, isFolded: false });
    expect(gapOf(-3, 1).height).toBe(0);
  });

  test("it grows, and gives the same as one that is made at once", () => {
    const times = fc.array(fc.integer({ min: 0, max: 100_000 }), { maxLength: 40 });
    fc.assert(
      fc.property(times, fc.integer({ min: 0, max: 40 }), fc.constantFrom(...scales), (steps, cut, scale) => {
        const events = timed(...steps.toSorted((one, other) => one - other));
        const fits = ({ seq }: RecordedEvent): boolean => seq % 3 !== 0;
        const [grown, whole] = [new Layout(scale, fits), new Layout(scale, fits)];
        grown.extend(events.slice(0, cut));
        grown.extend(events);
        whole.extend(events);
        expect([grown.count, grown.height]).toEqual([whole.count, whole.height]);
        for (let row = 1; row < whole.count; row += 1) {
          expect(grown.topOf(row)).toBe(whole.topOf(row));
          const gap = whole.gapBefore(row, events).height;
          expect(whole.topOf(row)).toBe(whole.topOf(row - 1) + rowHeight + gap);
        }
      }),
    );
  });

  test("of 100 000 events those in sight are found", () => {
    const layout = new Layout(0, all);
    layout.extend(Array.from({ length: 100_000 }, (_, at) => ({ seq: at + 1, t: at, wall: "", kind: "urc" })));
    expect(layout.between(24_000, 24_240)).toEqual([999, 1010]);
    expect(layout.rowOf(50_000)).toBe(50_000);
  });
});

describe("what an event looks like", () => {
  test("every kind of event has a drawing and a group of its own", () => {
    const unknown = drawingOf({ seq: 1, t: 0, wall: "", kind: "something new" });
    expect(unknown).toEqual({ shape: "mark", at: "module", tone: "quiet", label: "something new" });
    for (const kind of eventKinds) {
      expect(drawingOf({ seq: 1, t: 0, wall: "", kind, topics: [], lines: {} }).label, kind).not.toBe(kind);
      expect(
        groups.some(({ kinds }) => (kinds as readonly string[]).includes(kind)),
        kind,
      ).toBe(true);
    }
    expect(groupOf({ seq: 1, t: 0, wall: "", kind: "__proto__" })).toBe("Others");
  });

  test("arrows go the way of the bytes", () => {
    expect(
      eventsOf(publish)
        .map(drawingOf)
        .map(({ label }) => label),
    ).toEqual([
      'AT+QMTPUB=0,1,1,0,"a"',
      ">",
      "hi (2 bytes)",
      "OK",
      "PUBLISH 1 QoS 1 a “hi”",
      "PUBACK 1 lost",
      "PUBLISH again 1 QoS 1 a “hi”",
      "PUBACK 1",
      "+QMTPUB: 0,1,0",
    ]);
    const drawings = eventsOf(publish).map(drawingOf);
    expect(drawings[0]).toMatchObject({ from: "host", to: "module", tone: "host" });
    expect(drawings[4]).toMatchObject({ from: "module", to: "broker", tone: "packet" });
    expect(drawings[5]).toMatchObject({ from: "broker", to: "module", tone: "fault", isLost: true });
    expect(drawings[8]).toMatchObject({ from: "module", to: "host", tone: "urc" });
  });

  test("a fault tells what it did to a packet", () => {
    const packetFault = (told: object) => packetFaultOf({ seq: 1, t: 0, wall: "", kind: "fault", ...told });
    expect(packetFault({ ...hit("lost", "PUBACK", "received"), msgId: 7 })).toEqual({
      ...{ packet: "PUBACK", msgId: 7, way: "received", isLost: true, isLate: false },
    });
    expect(packetFault({ id: 1, fault: "coverage off", did: "done" })).toBeUndefined();
    expect(drawingOf({ seq: 1, t: 0, wall: "", ...hit("doubled", "PUBLISH", "received") }).shape).toBe("bar");
  });

  test("no label holds what turns text around, or what cannot be seen", () => {
    fc.assert(
      fc.property(anyText, (line) => {
        const { label } = drawingOf({ seq: 1, t: 0, wall: "", kind: "urc", line });
        expect(label).not.toMatch(/[\p{Cc}\p{Cs}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/u);
        expect(label.length).toBeLessThan(8 * 301);
      }),
    );
    expect(visibleText("a\u202eb\r\n\0c")).toBe("a<U+202E>b<0D><0A><00>c");
    expect(visibleText("x".repeat(65_536), 10)).toBe("xxxxxxxxxx…");
  });
});

describe("the filter", () => {
  const shown = (text: string, groupNames = noFilter.groups) => {
    const fits = shownBy({ groups: groupNames, text });
    return eventsOf(publish)
      .filter(fits)
      .map(({ seq }) => seq);
  };

  test("by text, in any field and any case", () => {
    expect(shown("puback")).toEqual([6, 8]);
    expect(shown("AT+qmt")).toEqual([1]);
    expect(shown("  ")).toHaveLength(9);
    expect(shown("nothing like it")).toEqual([]);
  });

  test("by kind", () => {
    expect(shown("", new Set(["URC", "Faults"]))).toEqual([6, 9]);
  });
});

describe("the bytes", () => {
  test("of lines and payloads, with the octets that the trace has named", () => {
    const bytes = (told: object): string =>
      Buffer.from(bytesOf({ seq: 1, t: 0, wall: "", kind: "x", ...told }) ?? []).toString("hex");
    expect(bytes({ kind: "line", line: "AT", terminator: "<0D>" })).toBe("41540d");
    expect(bytes({ kind: "payload", text: "é<1F>" })).toBe("c3a91f");
    expect(bytes({ kind: "packet", text: "<1F>" })).toBe("3c31463e");
    expect(bytes({ base64: "AP8=" })).toBe("00ff");
    expect(bytesOf({ seq: 1, t: 0, wall: "", kind: "up" })).toBeUndefined();
  });

  test("as a dump", () => {
    const [first, last] = hexLines(Buffer.from("0123456789abcdef\r"), 16);
    expect(first).toEqual({
      offset: "0000",
      hex: "30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66",
      text: "0123456789abcdef",
    });
    expect(last?.hex.trim()).toBe("0d");
    expect(last?.text).toBe(".");
  });
});

test("what is said on the line: lines until there are raw bytes, then these alone", () => {
  const serialLog = new SerialLog();
  const said = () => serialLog.entries.map(({ who, text }) => `${who} ${JSON.stringify(text)}`);
  for (const event of eventsOf(publish)) serialLog.add(event);
  expect(said()).toEqual([
    'host "AT+QMTPUB=0,1,1,0,\\"a\\"\\r"',
    'module "\\r\\n>"',
    'host "hi"',
    'module "\\r\\nOK\\r\\n\\r\\n+QMTPUB: 0,1,0\\r\\n"',
  ]);
  serialLog.type("AT+CSQ\r");
  for (const event of eventsOf([
    { kind: "bytes", way: "received", size: 7, text: "AT+CSQ\r" },
    { kind: "bytes", way: "received", size: 3, text: "AT\r" },
    { kind: "line", line: "AT", terminator: "<0D>" },
    { kind: "bytes", way: "sent", size: 6, base64: Buffer.from("\r\nOK\r\n").toString("base64") },
  ]))
    serialLog.add(event);
  expect(said()).toEqual(['window "AT+CSQ\\r"', 'host "AT\\r"', 'module "\\r\\nOK\\r\\n"']);
});

test("a request as a line of curl", () => {
  const fault = { method: "POST", path: "/api/faults", body: { fault: `say "it's"` } } as const;
  expect(curlOf(fault, "http://127.0.0.1:8028")).toBe(
    `curl -H 'Content-Type: application/json' -d '{"fault":"say \\"it'\\''s\\""}' http://127.0.0.1:8028/api/faults`,
  );
  expect(curlOf({ method: "DELETE", path: "/api/faults/3" }, "http://h")).toBe("curl -X DELETE http://h/api/faults/3");
  expect(curlOf({ method: "POST", path: "/api/new" }, "http://h", true)).toBe(
    'curl -X POST -H "Authorization: Bearer $BC28_TOKEN" http://h/api/new',
  );
});

test("times and spans as people write them", () => {
  const spans = [0.012, 4.5, 999, 12_345, 59_999, 123_000, 3_780_000, 86_400_000, 100_000_000].map(spanText);
  expect(spans).toEqual([
    "12 µs",
    "4.5 ms",
    "999 ms",
    "12.3 s",
    "1 min",
    "2 min 03 s",
    "1 h 03 min",
    "1 d",
    "1 d 04 h",
  ]);
  expect([0, 12_345.678, 3_723_456, 180_122_678].map(clockText)).toEqual([
    "00:00.000",
    "00:12.345",
    "1:02:03.456",
    "2d 02:02:02.678",
  ]);
  expect([12_345, 180_122_678].map(shortClockText)).toEqual(["00:12.345", "2d 02:02:02"]);
  expect([-1, 0, 950, 9_999, 10_001].map(leftText)).toEqual(["now", "now", "1.0 s", "10.0 s", "11 s"]);
});
