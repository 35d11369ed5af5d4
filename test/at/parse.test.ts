import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ParsedCommand, parseLine, type Token } from "../../at/parse.js";

const printToken = ({ kind, text }: Token): string => (kind === "empty" ? "empty" : `${kind} ${text}`);

/** A command as text. */
function print(command: ParsedCommand): string {
  if (command.kind === "unreadable") return "unreadable";
  if (command.kind === "basic") return `${command.name} ${command.value ?? "alone"}`;
  return [`${command.name} ${command.form}`, ...command.tokens.map(printToken)].join(" | ");
}

describe("not a command line", () => {
  test.each(["", " ", "A", "T", "hello", "+CSQ", "XAT+CSQ", "a t", '"AT+CSQ"'])("%j", (line) =>
    expect(parseLine(line)).toBeUndefined(),
  );
});

describe("commands of a line", () => {
  test.each<[line: string, ...commands: string[]]>([
    ["AT"],
    ["at"],
    ["aT  "],
    ["  At"],
    // Basic commands. V.250 5.4.1
    ["ATE0V1Q0", "E 0", "V 1", "Q 0"],
    ["ATE", "E alone"],
    ["ate1", "E 1"],
    ["AT E 1 V0", "E 1", "V 0"],
    ["AT&F0&W", "&F 0", "&W alone"],
    ["ATS3=13S4?", "S3 13", "S4 ?"],
    ["ATS03=1", "S3 1"],
    ["ats5 = 8", "S5 8"],
    ["ATS3", "S 3"],
    ["ATS", "S alone"],
    ["ATS3=", "S 3", "unreadable"],
    ["ATE1234", "E 123", "unreadable"],
    ["ATE0;V1", "E 0", "V 1"],
    ["ATE0+CMEE=1", "E 0", "+CMEE write | bare 1"],
    ["ATE0;+CSQ;E1", "E 0", "+CSQ exec", "E 1"],
    // The four forms. note 3.1
    ["AT+CSQ", "+CSQ exec"],
    ["at+csq", "+CSQ exec"],
    ["AT +CSQ ", "+CSQ exec"],
    ["AT+QMTCONN?", "+QMTCONN read"],
    ["AT+QMTCONN ? ", "+QMTCONN read"],
    ["AT+QMTCONN=?", "+QMTCONN test"],
    ["AT+QMTCONN = ? ", "+QMTCONN test"],
    ["AT+QMTCLOSE=0", "+QMTCLOSE write | bare 0"],
    ["AT+X=", "+X write | empty"],
    ["AT+X=?1", "+X write | bare ?1"],
    ["AT+X?1", "unreadable"],
    ["AT+X!", "unreadable"],
    ["AT+1=1", "unreadable"],
    ["AT+", "unreadable"],
    // Chains. V.250 5.4.2
    ["AT+CSQ;+CEREG?;+X=1,2", "+CSQ exec", "+CEREG read", "+X write | bare 1 | bare 2"],
    ["AT+X=1;E0", "+X write | bare 1", "E 0"],
    ["AT+X=? ; +Y=?", "+X test", "+Y test"],
    ["AT+CSQ;", "+CSQ exec"],
    ["AT+X=1;", "+X write | bare 1"],
    ["AT+CSQ;;+CSQ", "+CSQ exec", "unreadable"],
    ["AT;+CSQ", "unreadable"],
    ["AT+CSQ,+CSQ", "unreadable"],
    ["AT+CSQ;oops!", "+CSQ exec", "O alone", "O alone", "P alone", "S alone", "unreadable"],
    // Parameters.
    ["AT+X=1,,2,", "+X write | bare 1 | empty | bare 2 | empty"],
    ['AT+X= 1 , "a" ,  b  ', "+X write | bare 1 | quoted a | bare b"], // note 6.1
    ['AT+X=" a  b "', "+X write | quoted  a  b "],
    ['AT+X="a,b;c",1', "+X write | quoted a,b;c | bare 1"],
    ['AT+X="a"b",1', '+X write | quoted a"b | bare 1'],
    ['AT+X="{"k":"v"}"', '+X write | quoted {"k":"v"}'],
    ['AT+X="a" ;+Y="b"', "+X write | quoted a", "+Y write | quoted b"],
    ['AT+X=""', "+X write | quoted "],
    ['AT+X="",""', "+X write | quoted  | quoted "],
    ['AT+X="a', '+X write | malformed "a'],
    ['AT+X="a" b', '+X write | malformed "a" b'],
    ['AT+X="a,1;+Y', '+X write | malformed "a,1;+Y'],
    ["AT+X=a b", "+X write | malformed a b"],
    ['AT+X=a"b,1', '+X write | malformed a"b | bare 1'],
    ["AT+X=t\xe9/\xff", "+X write | bare t\xe9/\xff"],
  ])("%j", (line, ...commands) => expect(parseLine(line)?.map(print)).toEqual(commands));
});

const pieces = ["AT", "at", "+", "+X", "=", "?", ",", ";", '"', " ", "0", "E1", "S3", "&F", "a", "/", "\xe9", "\x7f"];
const anyLine = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc
    .tuple(fc.constantFrom("AT", "AT+X=", "AT+X=0;+Y="), fc.array(fc.constantFrom(...pieces), { maxLength: 25 }))
    .map(([start, parts]) => start + parts.join("")),
);

/** Whether a token's place in the line holds its text. */
function reproduces(line: string, { kind, text, start, end }: Token): boolean {
  const covered = line.slice(start, end);
  return kind === "quoted" ? covered === `"${text}"` : covered === text;
}

function checkPlaces(line: string, command: Extract<ParsedCommand, { kind: "extended" }>): void {
  const { name, nameEnd, tokens, end } = command;
  expect(line.slice(nameEnd - name.length, nameEnd).toUpperCase()).toBe(name);
  let from = nameEnd;
  for (const token of tokens) {
    expect(token.start).toBeGreaterThan(from - 1);
    expect(token.end).toBeGreaterThan(token.start - 1);
    expect(reproduces(line, token)).toBe(true);
    from = token.end;
  }
  expect(end).toBeGreaterThan(from - 1);
  expect(end).toBeLessThan(line.length + 1);
}

test("any line can be parsed, and each token has its place in it", () => {
  fc.assert(
    fc.property(anyLine, (line) => {
      for (const command of parseLine(line) ?? []) if (command.kind === "extended") checkPlaces(line, command);
    }),
    { numRuns: 1000 },
  );
});

test("an unreadable command is the last of its line", () => {
  fc.assert(
    fc.property(anyLine, (line) => {
      const kinds = (parseLine(line) ?? []).map(({ kind }) => kind);
      expect(kinds.slice(0, -1)).not.toContain("unreadable");
    }),
    { numRuns: 500 },
  );
});

const bare = fc.stringMatching(/^[a-z0-9./_-]{1,8}$/);
const quoted = fc.stringMatching(/^[a-z ,;=?+-]{0,8}$/);
const written = fc.oneof(
  bare.map((text) => [`bare ${text}`, text] as const),
  quoted.map((text) => [`quoted ${text}`, `"${text}"`] as const),
);

test("a chain gives the commands that were written, with any spaces between", () => {
  const blanks = fc.constantFrom("", " ", "   ");
  const commands = fc.array(fc.array(written, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(commands, blanks, (chain, blank) => {
      const params = chain.map((tokens) => tokens.map(([, octets]) => octets).join(`${blank},${blank}`));
      const line = `AT${params.map((each) => `${blank}+X${blank}=${blank}${each}${blank}`).join(";")}`;
      const wanted = chain.map((tokens) => ["+X write", ...tokens.map(([shown]) => shown)].join(" | "));
      expect(parseLine(line)?.map(print)).toEqual(wanted);
    }),
    { numRuns: 300 },
  );
});
