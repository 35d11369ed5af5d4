import { readFileSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { columnsOf, printed } from "../net/trace/chart/cells.js";
import { Chart } from "../net/trace/chart/chart.js";
import { minWidth } from "../net/trace/chart/pen.js";
import { momentText, spanText } from "../net/trace/chart/time-text.js";
import type { RecordedEvent } from "../net/trace/recorded-event.js";
import { eventKinds, packetTypes } from "../net/trace/trace-schema.js";
import { chartFile, chartOf, eventsOfChart } from "./charts.js";
import { pathOf } from "./conversation.js";

const text = readFileSync(pathOf(chartFile), "utf8");

/** Each chart of the file: the heading above it, its flags, and its lines. */
const charts = [...text.matchAll(/^```chart(.*)\n([\s\S]*?)^```$/gm)].map(({ 1: flags = "", 2: lines = "", index }) => {
  const [, name = ""] = [...text.slice(0, index).matchAll(/^## (.*)$/gm)].at(-1) ?? [];
  return { name, flags, lines, at: index };
});

const linesOf = ({ name, flags }: (typeof charts)[number]): string =>
  chartOf(eventsOfChart(name), flags.trim().split(" "))
    .map((line) => `${line.trimEnd()}\n`)
    .join("");

if (process.env.CHARTS_UPDATE === "1") {
  const updated = charts.toReversed().reduce((whole, chart) => {
    const start = chart.at + "```chart".length + chart.flags.length + 1;
    return whole.slice(0, start) + linesOf(chart) + whole.slice(start + chart.lines.length);
  }, text);
  writeFileSync(pathOf(chartFile), updated);
} else {
  describe("the charts of the file are drawn (CHARTS_UPDATE=1 draws them anew)", () => {
    test.each(charts)("$name,$flags", (chart) => expect(linesOf(chart)).toBe(chart.lines));
  });
}

describe("any events", () => {
  const odd = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: "grapheme" }),
    fc.constantFrom(
      "\x1b[31m",
      "\u202e",
      "\u0300\u0301",
      "你好",
      "👩‍👩‍👧",
      "\ud800",
      "a".repeat(500),
      "你".repeat(200),
    ),
    fc.anything(),
  );
  const names =
    "line text size packet way msgId dup topic topics granted reason state fault did effect rule severity".split(" ");
  const fields = fc.dictionary(
    fc.constantFrom(...names, "port", "change", "host", "why", "events", "what", "socket", "address"),
    odd,
  );
  const kind = fc.constantFrom(...eventKinds, "finding", "unheard", "constructor");
  const event: fc.Arbitrary<RecordedEvent> = fc
    .record({
      kind,
      fields,
      t: fc.double({ noNaN: true, noDefaultInfinity: true }),
      packet: fc.constantFrom(...packetTypes),
    })
    .map(({ kind, fields, t, packet }) => ({ seq: 1, wall: "", packet, ...fields, kind, t }));
  const looks = fc.record({
    width: fc.integer({ min: minWidth, max: 200 }),
    ascii: fc.boolean(),
    unfolded: fc.boolean(),
    colour: fc.boolean(),
  });

  test("are drawn in lines of the width, without control characters and, if asked, in ASCII", () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), looks, (events, look) => {
        const chart = new Chart(look);
        const lines = [...events.flatMap((each) => chart.add(each)), ...chart.end()];
        for (const coloured of lines) {
          const line = look.colour ? coloured.replace(/\x1b\[\d+m/g, "") : coloured;
          expect(columnsOf(line)).toBeLessThanOrEqual(look.width);
          expect(line).not.toMatch(look.ascii ? /[^ -~]/ : /[\p{C}\p{Zl}\p{Zp}]/u);
        }
      }),
      { numRuns: 200 },
    );
  });

  test("give a chart without repetitions as it is when it is not folded", () => {
    const line = fc.constantFrom("AT", "ATI", "AT+CSQ").map((line) => ({ seq: 1, t: 0, wall: "", kind: "line", line }));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 60 }), (events) => {
        const draw = (unfolded: boolean): readonly string[] => {
          const chart = new Chart({ width: 100, ascii: false, colour: false, unfolded });
          return [...events.flatMap((each) => chart.add(each)), ...chart.end()];
        };
        const [folded, all] = [draw(false), draw(true)];
        const rows = folded.map((row) => /(?:the row|the (\d+) rows) above, (\d+) more/.exec(row));
        const left = rows
          .filter((row) => row !== null)
          .map(([, period = "1", times]) => Number(period) * Number(times));
        expect(folded.length - left.length + left.reduce((sum, rows) => sum + rows, 0)).toBeLessThanOrEqual(all.length);
        if (left.length === 0) expect(folded).toEqual(all);
      }),
    );
  });
});

test("a finding stands in its place", () => {
  const about = { wall: "", kind: "finding", severity: "error", rule: "open-not-awaited", at: 9 };
  const finding = { ...about, text: "AT+QMTCONN came before +QMTOPEN", advice: "Wait for +QMTOPEN: 0,0." };
  const events = eventsOfChart("A lost PUBACK");
  const at = events.findIndex(({ line }) => String(line).startsWith("AT+QMTCONN"));
  const lines = chartOf([...events.slice(0, at + 1), { seq: 0, t: 0, ...finding }, ...events.slice(at + 1)], []);
  const row = lines.findIndex((line) => line.includes("▲"));
  expect(lines[row - 1]).toContain("AT+QMTCONN");
  expect(lines[row]?.slice(14)).toMatch(/^ ▲ error open-not-awaited: AT\+QMTCONN came before \+QMTOPEN. Wait for/);
});

test.each([
  [["--width", "20"], '--width "20": give a number of columns, 48 to 1000'],
  [["--from", "9"], '--from "9": give a time of the module\'s clock with ms, s, min or h, such as 10s'],
  [["--from", "9s", "--to", "8s"], '--to "8s" is before --from "9s"'],
  [
    ["--only", "packets,all"],
    '--only "packets,all": "all" is none of lines, answers, urcs, packets, links, sockets, radio, module, faults, findings, hosts',
  ],
])("wrong usage: %j", (flags, message) => {
  expect(() => chartOf([], flags)).toThrow(expect.objectContaining({ code: 2, message }));
});

describe("text in columns", () => {
  test.each([
    ["abc", 3],
    ["Grüße", 5],
    ["你好", 4],
    ["한국어", 6],
    ["ｆｕｌｌ", 8],
    ["e\u0301", 1],
    ["😀", 2],
    ["─▶│✱▲…", 6],
  ])("%s takes %i", (text, columns) => expect(columnsOf(text)).toBe(columns));

  test("what cannot be printed is shown by its code", () => {
    expect(printed("a\x1b[31m\u202eb\u0085", false)).toBe("a<1B>[31m<202E>b<85>");
    expect(printed("21 °C", true)).toBe("21 <B0>C");
  });
});

test.each([
  [0, "0.000"],
  [59_999.9, "1:00.000"],
  [62_345, "1:02.345"],
  [86_399_999, "23:59:59.999"],
  [360_000_000, "100:00:00.000"],
])("%d ms is the moment %s", (t, moment) => expect(momentText(t)).toBe(moment));

test.each([
  [3200, "3.2 s"],
  [10_000, "10 s"],
  [598_000, "9 min 58 s"],
  [3_600_000, "1 h"],
  [5_400_000, "1 h 30 min"],
  [100_000_000, "1 d 3 h"],
])("%d ms is the span %s", (span, words) => expect(spanText(span)).toBe(words));
