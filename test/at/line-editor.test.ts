import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { EntryEnd } from "../../at/command.js";
import { type Edited, LineEditor, type Reading } from "../../at/line-editor.js";

const reading: Reading = { lineFeedEnds: true, lfGrace: 100, backspace: 8 };
const onlyCr: Reading = { ...reading, lineFeedEnds: false };

/** The result of a byte as text. */
function print(edited: Edited): string {
  if (edited.kind === "line") return `${edited.line}${edited.terminator}`;
  if (edited.kind === "payload") return `payload ${edited.payload}`;
  return edited.kind === "overlong" ? `overlong ${edited.terminator}` : edited.kind;
}

/** Types octets at one moment. */
function type(editor: LineEditor, octets: string, how: Reading = reading, at = 0): readonly string[] {
  return [...Buffer.from(octets, "latin1")].flatMap((byte) => {
    const edited = editor.type(byte, at, how);
    return edited === undefined ? [] : [print(edited)];
  });
}

function inEntry(until: EntryEnd): LineEditor {
  const editor = new LineEditor();
  editor.startEntry(until);
  return editor;
}

const longest = "x".repeat(4096);

describe("lines", () => {
  test.each<[what: string, typed: string, lines: readonly string[]]>([
    ["CR ends one", "AT\r", ["AT\r"]],
    ["LF ends one", "AT\n", ["AT\n"]], // field
    ["CR LF ends one", "AT\r\nAT\r\n", ["AT\r", "AT\r"]],
    ["only the first LF belongs to the CR", "AT\r\n\nAT\r", ["AT\r", "AT\r"]],
    ["an empty one is nothing", "\r\r\n\n  \r", []],
    ["control bytes are nothing", "\x00A\x01T\x1f\x1b\x1a\t\r", ["AT\r"]], // V.250 5.2.2
    ["bytes beyond ASCII stay", "\x80AT\xe9\xff\r", ["\x80AT\xe9\xff\r"]],
    ["backspace takes one byte back", "ATX\x08+Y\x7fZ\r", ["AT+Z\r"]], // V.250 5.2.2
    ["backspace at the start is nothing", "\x08\x7fAT\r", ["AT\r"]],
    ["backspace may leave nothing", "AT\x08\x08\r", []],
    ["A/ repeats at once", "AT+CSQ\rA/", ["AT+CSQ\r", "AT+CSQ"]], // V.250 5.2.4
    ["a/ does so too", "AT+CSQ\ra/a/", ["AT+CSQ\r", "AT+CSQ", "AT+CSQ"]],
    ["A/ before any line is AT", "A/", ["AT"]],
    ["an empty line is not repeated", "AT+CSQ\r\r\nA/", ["AT+CSQ\r", "AT+CSQ"]],
    ["A/ within a line is part of it", "ATA/\r", ["ATA/\r"]],
    ["A alone waits for its line's end", "A\rA/", ["A\r", "A"]],
    ["A, taken back, A/", "AA\x08/", ["AT"]],
    ["the longest", `${longest}\r`, [`${longest}\r`]],
    ["one byte more", `${longest}x\rAT\r`, ["overlong \r", "AT\r"]],
    ["too long with LF", `${longest}x\n`, ["overlong \n"]],
    ["too long stays so", `${longest}x\x08\x08\r`, ["overlong \r"]], // decided
    ["too long is not repeated", `AT\r${longest}x\rA/`, ["AT\r", "overlong \r", "AT"]],
  ])("%s", (_, typed, lines) => expect(type(new LineEditor(), typed)).toEqual(lines));

  test("with lineEnd=cr an LF is a control byte like any other", () => {
    expect(type(new LineEditor(), "A\nT\nAT\r\n\nAT\n\r", onlyCr)).toEqual(["ATAT\r", "AT\r"]);
  });

  test("any character in S5 edits the line, as backspace does", () => {
    expect(type(new LineEditor(), "ATXY##\x08\x08\r", { ...reading, backspace: 0x23 })).toEqual([]);
    expect(type(new LineEditor(), "ATX#\r", { ...reading, backspace: 0x23 })).toEqual(["AT\r"]);
  });

  test("a line is half typed from its first byte to its end", () => {
    const editor = new LineEditor();
    const seen = [..."\rA\r\n"].map((octet) => [...type(editor, octet), editor.halfTyped]);
    expect(seen).toEqual([[false], [true], ["A\r", false], [false]]);
  });
});

describe("payloads", () => {
  const ctrlZ = { by: "ctrlZ", limit: 5, whenFull: "swallow" } as const;
  const atOnce = { ...ctrlZ, whenFull: "send" } as const;
  test.each<[what: string, until: EntryEnd, typed: string, heard: readonly string[]]>([
    ["Ctrl+Z ends one", ctrlZ, "abc\x1aAT\r", ["payload abc", "AT\r"]],
    ["an empty one", ctrlZ, "\x1a", ["payload "]],
    ["ESC cancels", ctrlZ, "abc\x1bAT\r", ["cancelled", "AT\r"]],
    ["CR, LF, backspace, A/ are payload", ctrlZ, "\r\n\x08a/\x1a", ["payload \r\n\x08a/"]],
    ["all other bytes are payload", ctrlZ, "\x00\x7f\x80\xff\x19\x1a", ["payload \x00\x7f\x80\xff\x19"]],
    ["exactly the limit", ctrlZ, "abcde\x1a", ["payload abcde"]],
    ["what exceeds it is swallowed", ctrlZ, "abcdefgh\r\n\x1aAT\r", ["payload abcde", "AT\r"]], // note 3.2.9
    ["ESC beyond the limit", ctrlZ, "abcdefgh\x1b", ["cancelled"]],
    ["sent when full", atOnce, "abcdeAT\r", ["payload abcde", "AT\r"]], // guide
    ["sent before it is full", atOnce, "abcd\x1a", ["payload abcd"]],
    ["so many bytes", { by: "length", length: 4 }, "\x1a\x1b\r\nAT\r", ["payload \x1a\x1b\r\n", "AT\r"]], // guide
    ["one byte", { by: "length", length: 1 }, "ab\r", ["payload a", "b\r"]],
  ])("%s", (_, until, typed, heard) => expect(type(inEntry(until), typed)).toEqual(heard));

  test("a payload holds nothing of an unfinished line", () => {
    const editor = new LineEditor();
    type(editor, "half");
    editor.startEntry(ctrlZ);
    expect(editor.halfTyped).toBe(false);
    expect(type(editor, "a\x1aAT\r")).toEqual(["payload a", "AT\r"]);
  });

  test("an entry that is ended early has no payload", () => {
    const editor = inEntry(ctrlZ);
    type(editor, "abc");
    editor.endEntry();
    expect(editor.inEntry).toBe(false);
    expect(type(editor, "AT\r")).toEqual(["AT\r"]);
  });

  test("the LF of the command's CR is not payload, unless it comes late", () => {
    for (const [at, payload] of [
      [100, "payload "],
      [101, "payload \n"],
    ] as const) {
      const editor = new LineEditor();
      type(editor, "AT\r");
      editor.startEntry(ctrlZ);
      expect(type(editor, "\n\x1a", reading, at)).toEqual([payload]);
    }
  });

  test("only the very next byte can be that LF", () => {
    const editor = new LineEditor();
    type(editor, "AT\r");
    editor.startEntry(ctrlZ);
    expect(type(editor, "a\n\x1a")).toEqual(["payload a\n"]);
  });
});

describe("echo", () => {
  /** Types octets one by one; returns the echo. */
  function echoed(editor: LineEditor, octets: string): string {
    const back = [...octets].filter((octet) => {
      const echoes = editor.echoes(octet.charCodeAt(0), 0);
      editor.type(octet.charCodeAt(0), 0, reading);
      return echoes;
    });
    return back.join("");
  }

  test("of a line, all bytes except LF, Ctrl+Z and ESC", () => {
    expect(echoed(new LineEditor(), "\x1b\x1aAT\x08T+CSQ\r\nA/")).toBe("AT\x08T+CSQ\rA/");
  });
  test("of a payload, all bytes except the one that ends it", () => {
    expect(echoed(inEntry({ by: "ctrlZ", limit: 9, whenFull: "swallow" }), "a\r\n\x00\x1a")).toBe("a\r\n\x00");
    expect(echoed(inEntry({ by: "ctrlZ", limit: 9, whenFull: "swallow" }), "a\x1b")).toBe("a");
  });
  test("of a payload with a length, all bytes", () => {
    expect(echoed(inEntry({ by: "length", length: 4 }), "\x1a\x1b\r\n")).toBe("\x1a\x1b\r\n");
  });
});

// Properties: a simple model reads the whole input at once, and must give the same result.

const typedByte = fc.oneof(
  fc.constantFrom(..."\r\n\x08\x1a\x1b Ta+".split("")),
  fc.integer({ min: 0, max: 255 }).map((byte) => String.fromCharCode(byte)),
);
const typed = fc.array(typedByte, { maxLength: 80 }).map((octets) => octets.join(""));

/** A line after its editing. */
const edit = (line: string): string =>
  [...line].reduce((kept, octet) => {
    if (octet === "\x08" || octet === "\x7f") return kept.slice(0, -1);
    return octet < " " ? kept : kept + octet;
  }, "");

test("any bytes give the same lines as in the model", () => {
  fc.assert(
    fc.property(typed, (octets) => {
      const without = octets.replaceAll("/", "");
      const lines = without
        .split(/\r\n?|\n/)
        .slice(0, -1)
        .map(edit);
      const heard = type(new LineEditor(), without).map((line) => line.slice(0, -1));
      expect(heard).toEqual(lines.filter((line) => line.trim() !== ""));
    }),
    { numRuns: 500 },
  );
});

test("a payload is what was typed before Ctrl+Z or ESC, up to its limit", () => {
  fc.assert(
    fc.property(typed, fc.integer({ min: 1, max: 40 }), (octets, limit) => {
      const [first] = /[\x1a\x1b]/.exec(octets) ?? [];
      const payload = octets.slice(0, first === undefined ? undefined : octets.indexOf(first)).slice(0, limit);
      const wanted = first === undefined ? [] : [first === "\x1a" ? `payload ${payload}` : "cancelled"];
      const heard = type(inEntry({ by: "ctrlZ", limit, whenFull: "swallow" }), octets);
      expect(heard.slice(0, 1)).toEqual(wanted);
    }),
    { numRuns: 300 },
  );
});

const entry: fc.Arbitrary<EntryEnd> = fc.oneof(
  fc.record({ by: fc.constant("length" as const), length: fc.integer({ min: 1, max: 30 }) }),
  fc.record({
    ...{ by: fc.constant("ctrlZ" as const), limit: fc.integer({ min: 1, max: 30 }) },
    whenFull: fc.constantFrom("swallow" as const, "send" as const),
  }),
);
const words = fc.constantFrom("AT+CSQ", "a", "A/", "/", "x".repeat(40));
const octets = fc.oneof(
  { weight: 9, arbitrary: fc.array(fc.oneof(typedByte, words), { maxLength: 12 }).map((parts) => parts.join("")) },
  { weight: 1, arbitrary: words.map((word) => longest + word) },
);
const parts = fc.array(fc.tuple(octets, fc.option(entry)), { maxLength: 6 });

/** The echo and the results as text. With `together`, `append` takes as many bytes as possible; else `type` takes each. */
function history(
  editor: LineEditor,
  bytes: Buffer,
  how: Reading & { readonly at: number; readonly together: boolean },
) {
  let told = "";
  for (let used = 0; used < bytes.length; ) {
    const from = used;
    if (how.together) used = editor.append(bytes, from, how);
    told += bytes.toString("latin1", from, used);
    if (used === bytes.length) break;
    const byte = bytes[used++] ?? 0;
    if (editor.echoes(byte, how.at)) told += String.fromCharCode(byte);
    const edited = editor.type(byte, how.at, how);
    if (edited !== undefined) told += ` [${print(edited)}] `;
  }
  return `${told} ${editor.halfTyped}`;
}

test("append and type give the same result", () => {
  fc.assert(
    fc.property(parts, fc.constantFrom(8, 0x23, 0x61), fc.constantFrom(0, 100), (typedParts, backspace, pause) => {
      const editors = { together: new LineEditor(), single: new LineEditor() };
      for (const [at, [part, until]] of typedParts.entries()) {
        const bytes = Buffer.from(part, "latin1");
        const how = { ...reading, backspace, at: at * pause };
        expect(history(editors.together, bytes, { ...how, together: true })).toBe(
          history(editors.single, bytes, { ...how, together: false }),
        );
        if (until !== null) for (const editor of Object.values(editors)) editor.startEntry(until);
      }
    }),
    { numRuns: 500 },
  );
});

test("a payload with a length is what was typed", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 60 }), (bytes) => {
      const octets = Buffer.from(bytes).toString("latin1");
      expect(type(inEntry({ by: "length", length: bytes.length }), `${octets}AT\r`)).toEqual([
        `payload ${octets}`,
        "AT\r",
      ]);
    }),
  );
});

test("a line without end needs no memory", () => {
  const editor = new LineEditor();
  const before = process.memoryUsage().heapUsed;
  for (let count = 0; count < 1_000_000; count += 1) editor.type(0x78, 0, reading);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(16_000_000);
  expect(type(editor, "\rAT\r")).toEqual(["overlong \r", "AT\r"]);
});
