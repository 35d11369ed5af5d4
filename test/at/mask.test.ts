import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SecretMask } from "../../at/mask.js";
import { parseLine } from "../../at/parse.js";
import { commandNamed, commands } from "../../emulator/commands/index.js";
import { newByteMask } from "../../emulator/secrets.js";

const isKnown = (name: string): boolean => commandNamed(name) !== undefined;
const secrets = new SecretMask(commands, isKnown);
const mask = (line: string): string => secrets.line(line);

describe("lines", () => {
  test.each<[line: string, shown: string]>([
    ["AT+CSQ", "AT+CSQ"],
    ['AT+QMTCONN=0,"id"', 'AT+QMTCONN=0,"id"'],
    ['AT+QMTCONN=0,"id","me"', 'AT+QMTCONN=0,"id","me"'],
    ['AT+QMTCONN=0,"id","me","pw"', 'AT+QMTCONN=0,"id","me","***"'],
    ['AT+QMTCONN=0, "id" , "me" , "pw" ;+CSQ', 'AT+QMTCONN=0, "id" , "me" , "***" ;+CSQ'],
    ['AT+QMTCONN=0,"id","me","p,w;+CSQ"', 'AT+QMTCONN=0,"id","me","***"'],
    ['AT+QMTCONN=0,"id","me",""', 'AT+QMTCONN=0,"id","me","***"'],
    ["AT+QMTCONN?", "AT+QMTCONN?"],
    ['AT+CPIN="1234"', 'AT+CPIN="***"'],
    ["AT+CPIN=1234", "AT+CPIN***"],
    ['AT+CPIN="12345678","1234"', 'AT+CPIN="***","***"'],
    ["AT+CPIN?;+CPINR", "AT+CPIN?;+CPINR"],
    ['AT+CPINR="SIM PIN"', 'AT+CPINR="SIM PIN"'],
    ['AT+CLCK="SC",2', 'AT+CLCK="SC",2'],
    ['AT+CLCK="SC",1,"1234"', 'AT+CLCK="SC",1,"***"'],
    ['AT+CPWD="SC","1234","4321"', 'AT+CPWD="SC","***","***"'],
    ['AT+NPIN=0,"1234"', 'AT+NPIN=0,"***"'],
    ["AT+NPING=192.0.2.7", "AT+NPING=192.0.2.7"],
    ['AT+CGAUTH=0,1,"me","pw"', 'AT+CGAUTH=0,1,"me","***"'],
    ['AT+QMTSUB=0,1,"unpinned",0', 'AT+QMTSUB=0,1,"unpinned",0'],
    ["AT+QMTCONN=?", "AT+QMTCONN=?"],
    ['AT+QMTCFG="aliauth",0,"pk","dn","ds"', 'AT+QMTCFG="aliauth",0,"pk","dn","***"'],
    ['AT+QMTCFG="ALIAUTH",0,"pk","dn","ds"', 'AT+QMTCFG="ALIAUTH",0,"pk","dn","***"'],
    ['AT+QMTCFG="aliauth",0', 'AT+QMTCFG="aliauth",0'],
    ['AT+QMTENAUTH="p","d","p@d","ds"', 'AT+QMTENAUTH="p","d","p@d","***"'],
    ['at+qmttenauth="p","d","p@d","ds",7,"http://h"', 'at+qmttenauth="p","d","p@d","***",7,"http://h"'],
    ["AT+QMTENAUTH?", "AT+QMTENAUTH?"],
    ['AT+QMTCFG="will",0,1,0,0,"t","{"k":1}"', 'AT+QMTCFG="will",0,1,0,0,"t","{"k":1}"'],
    [
      'AT+QMTCONN=0,"a","b","c";+QMTCFG="aliauth",0,"d","e","f"',
      'AT+QMTCONN=0,"a","b","***";+QMTCFG="aliauth",0,"d","e","***"',
    ],
  ])("%s", (line, shown) => expect(mask(line)).toBe(shown));
});

describe("if it is unclear what is secret, everything behind the name is masked", () => {
  test.each<[what: string, line: string, shown: string]>([
    ["strings without quotes", "at+qmtconn=0,id,me,pw", "at+qmtconn***"],
    ["one of them", 'AT+QMTCONN=0,"id",me,"pw"', "AT+QMTCONN***"],
    ["a comma that was forgotten among them", "AT+QMTCONN=0,idme,123", "AT+QMTCONN***"],
    ["a wrong link", 'AT+QMTCONN=1,"id","me","pw"', "AT+QMTCONN***"],
    ["an empty user", 'AT+QMTCONN=0,"id",,"pw"', "AT+QMTCONN***"],
    ["one too many", 'AT+QMTCONN=0,"id","me","pw","pw"', "AT+QMTCONN***"],
    ["a quote that never ends", 'AT+QMTCONN=0,"id","me","pw', "AT+QMTCONN***"],
    ["a quote that was forgotten", 'AT+QMTCONN=0,"id","me,"pw"', "AT+QMTCONN***"],
    ["another one", 'AT+QMTCONN=0,"id,"me","pw"', "AT+QMTCONN***"],
    ["a comma that was forgotten", 'AT+QMTCONN=0,"id""me","pw"', "AT+QMTCONN***"],
    ["a PIN that is none", 'AT+CPIN="12345"x', "AT+CPIN***"],
    ["a facility without quotes", 'AT+CPWD=SC,"1234","4321"', 'AT+CPWD=SC,"***","***"'],
    ["a line that lost the sign of its name", 'ATNPIN=0,"1234"', "ATNPIN***"],
    ["a name too long", 'AT+QMTCONNX=0,"id","me","pw"', "AT+QMTCONN***"],
    ["a line that lost its beginning", 'QMTCONN=0,"id","me","pw"', "QMTCONN***"],
    ["no AT", '+QMTCONN=0,"id","me","pw"', "+QMTCONN***"],
    ["a key that is none", 'AT+QMTCFG="aliaut",0,"pk","dn","ds"', "AT+QMTCFG***"],
    ["a key that every object has", 'AT+QMTCFG="constructor",0,"pk","dn","ds"', "AT+QMTCFG***"],
    ["a name that was forgotten", 'AT+QMTCFG="aliauth",0,"pk","ds"', "AT+QMTCFG***"],
    ["another one that was", 'AT+QMTENAUTH="p","d","ds"', "AT+QMTENAUTH***"],
    ["a number out of range", 'AT+QMTENAUTH="p","d","p@d","ds",61', "AT+QMTENAUTH***"],
    ["a URL that is none", 'AT+QMTTENAUTH="p","d","p@d","ds",7,"ftp://h"', "AT+QMTTENAUTH***"],
    ["no key", 'AT+QMTCFG=,0,"pk","dn","ds"', "AT+QMTCFG***"],
    ["a comma in place of the semicolon", 'AT+CMEE=1,+QMTCONN=0,"id","me","pw"', "AT+CMEE=1,+QMTCONN***"],
    ["nothing in its place", 'AT+CMEE=1+QMTCONN=0,"id","me","pw"', "AT+CMEE=1+QMTCONN***"],
    ["the second of two", 'AT+QMTCONN=0,"id","me","pw";+QMTCONN=0,"id","me","pw', "AT+QMTCONN***"],
    [
      "behind letters that grow in upper case",
      'AT+CSQ="\xdf\xdf\xdf\xdf\xdf\xdf";+QMTCONN="pw',
      'AT+CSQ="\xdf\xdf\xdf\xdf\xdf\xdf";+QMTCONN***',
    ],
  ])("%s", (_, line, shown) => expect(mask(line)).toBe(shown));
});

/** The bytes as they are shown when they come in two parts. */
function inParts(octets: string, cut: number): string {
  const at = Math.round(cut * octets.length);
  const bytes = newByteMask();
  return bytes.mask(octets.slice(0, at)) + bytes.mask(octets.slice(at));
}

describe("bytes of the serial line, one * for each that is hidden", () => {
  test.each<[octets: string, shown: string]>([
    ['AT+QMTPUB=0,1,1,0,"t/u"\r', 'AT+QMTPUB=0,1,1,0,"t/u"\r'],
    ['AT+QMTCONN=0,"id"\rAT+CSQ\r', "AT+QMTCONN*******\rAT+CSQ\r"],
    ["AT+QMTCON=0,pw\r\n", "AT+QMTCON=****\r\n"],
    ["AT+CMEE=1;+QMTCON=pw\r", "AT+CMEE=1;+QMTCON=**\r"],
    ['{"lat":51.3,"at":1}\x1aAT+CSQ\r', '{"lat":51.3,"at":1}\x1aAT+CSQ\r'],
    ["22.5\x1aAT+QMTCON=pw\r", "22.5\x1aAT+QMTCON=**\r"],
    ["\r\n+QMTCONN: 0,0,0\r\n", "\r\n+QMTCONN: 0,0,0\r\n"],
    ["\r\n+QMTTENAUTH: 0,pw\r\nOK\r\n", "\r\n+QMTTENAUTH: 0,**\r\nOK\r\n"],
    ["\r\n+QMTTENAUTH: 3\r\n", "\r\n+QMTTENAUTH: 3\r\n"],
    ["AT+CPIN=1234\r", "AT+CPIN*****\r"],
    ['AT+CPIN"1234"\r', "AT+CPIN******\r"],
    ['AT+CPINR="SIM PIN"\r', 'AT+CPINR="SIM PIN"\r'],
    ["\r\n+CPIN: READY\r\n+CPINR: SIM PIN,3,3\r\n", "\r\n+CPIN: READY\r\n+CPINR: SIM PIN,3,3\r\n"],
    ["AT+NPING=192.0.2.7\r", "AT+NPING=192.0.2.7\r"],
    ["AT+NPINGx1234\r", "AT+NPIN******\r"],
    ["ATNPIN=0,1234\r", "ATNPIN*******\r"],
    ['{"unpinned":1}\x1a', '{"unpinned":1}\x1a'],
    ['\r\n+QMTCFG: "aliauth","pk"\r\nOK\r\n', '\r\n+QMTCFG: "*************\r\nOK\r\n'],
  ])("%j", (octets, shown) => {
    expect(newByteMask().mask(octets)).toBe(shown);
    const singly = newByteMask();
    expect([...octets].map((octet) => singly.mask(octet)).join("")).toHaveLength(octets.length);
  });
});

/** Only secrets hold the letter Z, so a Z that is shown is a leak. */
const word = fc.stringMatching(/^[a-y0-9 .&|=,\xdf]{1,6}$/);
const secretive = fc
  .tuple(word, word, fc.stringMatching(/^[zZ]{1,6}$/))
  .chain(([one, other, hidden]) =>
    fc.constantFrom(
      `+QMTCONN=0,"${one}","${other}","${hidden}"`,
      `+qmtconn = 0 , "${one}" , "${other}" , "${hidden}"`,
      `+QMTCONN=0,id,me,${hidden}`,
      `+QMTCFG="aliauth",0,"${one}","${other}","${hidden}"`,
      `+QmtCfg="AliAuth", 0, "${one}", "${other}", "${hidden}"`,
      `+QMTCFG=aliauth,0,pk,dn,${hidden}`,
      `+QMTENAUTH="${one}","${other}","${one}@${other}","${hidden}"`,
      `+qmttenauth = p , d , p@d , "${hidden}" , 7 , "http://h"`,
      `+CGAUTH=0,1,"${one}","${hidden}"`,
      `+CPIN="${hidden}","${hidden}"`,
      `+CPWD=SC,${hidden},"${hidden}"`,
      `+NPIN=1,${hidden},${hidden}`,
    ),
  );
const harmless = fc.constantFrom(
  "+CSQ",
  "E1",
  "+CMEE=1",
  "+NPING=192.0.2.7",
  '+CPINR="SIM PIN"',
  '+QMTSUB=0,1,"a"b",0',
  '+QMTCFG="version",0,4',
  '+QMTPUB="',
);
const chain = fc
  .array(fc.oneof(secretive, secretive, harmless), { minLength: 1, maxLength: 3 })
  .map((parts) => `AT${parts.join(";")}`);

interface Damage {
  readonly at: number;
  readonly drop: boolean;
  readonly put: string;
}
const damage: fc.Arbitrary<Damage> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  drop: fc.boolean(),
  put: fc.constantFrom("", "", '"', ",", "?", "=", " ", "0", "x", "\xdf"),
});

/** Removes, inserts or replaces one byte. */
function damaged(line: string, { at, drop, put }: Damage): string {
  const index = Math.floor(at * line.length);
  return line.slice(0, index) + put + line.slice(drop ? index + 1 : index);
}

test("no byte of a secret is shown, for any line", () => {
  fc.assert(
    fc.property(chain, fc.option(damage), fc.double({ min: 0, max: 1, noNaN: true }), (line, harm, cut) => {
      for (const each of [
        line,
        harm === null ? line : damaged(line, harm),
        line.slice(0, Math.ceil(cut * line.length)),
      ]) {
        expect(mask(each), each).not.toMatch(/z/i);
        const bytes = inParts(`${each}\r`, cut);
        expect(bytes, each).not.toMatch(/z/i);
        expect(bytes).toHaveLength(each.length + 1);
      }
    }),
    { numRuns: 3000 },
  );
});

test("a line that can be parsed and holds no secret is shown unchanged", () => {
  const free = fc.stringMatching(/^[abd-mopr-z0-9+,;" ]{0,6}(=[abd-mopr-z0-9,;" ]{0,40})?$/); // no c, n or q, so no name of a command with secrets
  const readable = free.filter((rest) => parseLine(`AT${rest}`)?.every(({ kind }) => kind !== "unreadable") ?? false);
  fc.assert(
    fc.property(readable, (rest) => {
      expect(new SecretMask(commands).line(`AT${rest}`)).toBe(`AT${rest}`);
    }),
  );
});

test.each([
  ["a name with a garbled byte", 'AT+QMT\xdfONN=0,"id","me","pw"', "AT+QMT\xdfONN=***"],
  ["a name torn in two", 'AT+Q;MTENAUTH="p","d","p@d","pw"', "AT+Q;MTENAUTH=***"],
  ["a name of which the beginning is lost", 'NN=0,"id","me","pw"', "NN=***"],
  ["a line of which only the end came", ',"me","pw"', ",***"],
  ["no quotes, and no sign", "AT+QMT?CONN 0,id,me,pw", "AT+QMT?CONN 0,***"],
  ["a payload that nobody asked for", '{"t":22.5}', '{"***'],
  ["two lines that became one", 'AT+CMEE=1AT+CGAUTH=0,1,"me","pw"', "AT+CMEE=1AT+CGAUTH***"],
  ["the same behind a string", 'AT+QMTSUB=0,1,"t"AT+QMT?CONN=0,"id","me","pw"', 'AT+QMTSUB=0,1,"t"AT+QMT?CONN=***'],
  ["the second one without its sign", 'AT+CMEE=1AT+CGAUTH0,1,"me","pw"', "AT+CMEE=1AT+***"],
  ["nothing that could be a parameter", "22.5", "22.5"],
])("no parameter of a line that cannot be parsed is shown: %s", (_, line, shown) => expect(mask(line)).toBe(shown));

/** Some of the fields, in any order. */
const some = (...fields: readonly string[]) => fc.shuffledSubarray([...fields], { minLength: 1 });
const given = fc.oneof(
  some('"p"', '"d"', '"p@d"', '"Z"', "7", '"http://h"').map((fields) => `AT+QMTENAUTH=${fields.join(",")}`),
  some('"pk"', '""', '""', '"Z"').map((fields) => `AT+QMTCFG="aliauth",0,${fields.join(",")}`),
);

test("parameters that do not agree are masked, because one may be in the place of another", () => {
  expect(mask('AT+QMTENAUTH="p","d","pw","p@d"')).toBe("AT+QMTENAUTH***");
  expect(mask('AT+QMTCFG="aliauth",0,"pw","",""')).toBe("AT+QMTCFG***");
  const right = /^AT\+QMTCFG="aliauth",0,"\w*","\w*","\w*"$/; // a wrong name cannot be recognised here
  fc.assert(
    fc.property(given, (line) => {
      fc.pre(!right.test(line) || line.includes('""'));
      expect(mask(line)).not.toContain("Z");
    }),
  );
});

test("a payload is masked from the first command in it on", () => {
  const shown = (payload: string): string => secrets.payload(payload);
  expect(shown('{"at":"22.5","+":1}')).toBe('{"at":"22.5","+":1}');
  expect(shown('22.5\rat+qmt\xffonn=0,"id","me","pw"\r')).toBe("22.5\rat+***");
  expect(shown('{"unpinned":"1234"}')).toBe('{"unpinned":"1234"}');
  expect(shown('T+NPIN=0,"1234"')).toBe("T+NPIN***");
  expect(shown('ATCPIN ="1234"')).toBe("ATCPIN***");
  expect(shown('QMTENAUTH="p","d","p@d","pw"\rAT+QMTCONN=0')).toBe("QMTENAUTH***");
});

test("the parameters of an unknown command are masked, because the name may be mistyped", () => {
  const known = new SecretMask([], (name) => name === "+CSQ" || name === "+QMTCONN");
  expect(known.line('AT+QMTCON=0,"me","user","pw"')).toBe("AT+QMTCON=***");
  expect(known.line('AT+CSQ;+QMTCNN=0,"pw"')).toBe("AT+CSQ;+QMTCNN=***");
  expect(known.line("AT+CSQ;+XYZ?")).toBe("AT+CSQ;+XYZ?");
});

describe("an answer with another line in the middle", () => {
  const answer = '\r\n+CGAUTH:0,2,"me","VWXYZ"\r\n';

  test("shows no part of its secret, wherever that line and the pieces end", () => {
    for (let at = answer.indexOf("me"); at < answer.length - 2; at += 1)
      for (const size of [1, 3, 100]) {
        const octets = `${answer.slice(0, at)}\r\n+X\r\n${answer.slice(at)}\r\nOK\r\n+CSQ: 9,99\r\n`;
        const bytes = newByteMask();
        const shown = (octets.match(new RegExp(`[^]{1,${size}}`, "g")) ?? [])
          .map((piece) => bytes.mask(piece))
          .join("");
        expect(shown).not.toMatch(/[V-Z]{2}|[VWYZ]/);
        expect(shown).toHaveLength(octets.length);
        expect(shown.endsWith("\r\n+CSQ: 9,99\r\n")).toBe(true);
      }
  });

  test("that lost its last quote hides up to the final result", () => {
    expect(newByteMask().mask('+CGAUTH:0,2,"me","VW\r\n\r\nOK\r\n+CSQ: 9,99\r\n')).toBe(
      '+CGAUTH:0,2,"*******\r\n\r\n**\r\n+CSQ: 9,99\r\n',
    );
  });
});
