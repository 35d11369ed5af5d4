import { describe, expect, test } from "vitest";
import type { Shape } from "../../at/params.js";
import type { ModuleCommand } from "../../emulator/command-view.js";
import { commands } from "../../emulator/commands/index.js";
import { Bench, heardIn, linkEffects } from "./bench.js";

/** A write form, and the octets before its parameters. */
interface Written {
  readonly name: string;
  readonly key: string | undefined;
  readonly start: string;
  readonly shape: Shape;
}

function writtenOf({ names: [name], write }: ModuleCommand): readonly Written[] {
  if (write === undefined) return [];
  const written = ({ shape }: { readonly shape: Shape }, key?: string): Written => {
    const start = key === undefined ? `AT${name}=` : `AT${name}="${key}",`;
    return { name, key, start, shape };
  };
  return "keys" in write ? Object.entries(write.keys).map(([key, form]) => written(form, key)) : [written(write)];
}

const forms = commands.flatMap(writtenOf);

/** The state in which a command is legal; left out: before AT+QMTOPEN. */
const states: Readonly<Record<string, "open" | "connected">> = {
  "+QMTCLOSE": "open",
  "+QMTCONN": "open",
  "+QMTDISC": "connected",
  "+QMTSUB": "connected",
  "+QMTUNS": "connected",
  "+QMTPUB": "connected",
};

/** All sockets, of one kind. */
const sockets = (kind: string) => Array.from({ length: 7 }, () => `AT+NSOCR=${kind},0`);
const udp = sockets("DGRAM,17");
const tcp = sockets("STREAM,6");

/** The lines that must come before a command, to make it legal. */
const before: Readonly<Record<string, readonly string[]>> = {
  "+CGACT": ['AT+CGDCONT=10,"IP"'],
  "+CGAUTH": ['AT+CGDCONT=10,"IP"'],
  "+CGCONTRDP": ['AT+CGDCONT=10,"IP"'],
  "+CGAPNRC": ['AT+CGDCONT=10,"IP"'],
  "+NCIDSTATUS": ['AT+CGDCONT=10,"IP"'],
  "+CPWD": ['AT+CLCK="SC",1,"1234"'], // a PIN that is switched off cannot be changed
  "+CGPADDR": ['AT+CGDCONT=10,"IP"'], // a context that is not defined is error 521
  "+NBAND": ["AT+CFUN=0"],
  "+NCSEARFCN": ["AT+CFUN=0"],
  "+NSOST": udp,
  "+NSOSTF": udp,
  "+NQSOS": udp,
  "+NSORF": udp,
  "+NSOCL": udp,
  "+NSOCO": tcp,
  "+NSOSD": [...tcp, "AT+NSOCO=0,192.0.2.1,80", "AT+NSOCO=6,192.0.2.1,80"],
  "+NCDP": ["AT+NCDP=192.0.2.7"], // until then the read form is error 512
};

/** The value of a parameter while another one is probed; left out: its first good probe. */
const usual: Readonly<Record<string, string>> = {
  "+QMTCFG will flag": "1",
  "+QMTCFG aliauth productKey": '"pk"',
  "+QMTCFG aliauth deviceName": '"dn"',
  "+QMTCFG aliauth deviceSecret": '"ds"',
  "+QMTENAUTH productId": "p",
  "+QMTENAUTH deviceName": "d",
  "+QMTENAUTH clientId": "p@d",
  "+QMTENAUTH url": "http://h",
  "+QMTCONN user": "me", // without quotes, because an unclosed quote in a probe would end in the next string
  "+QMTCONN password": "pw",
  "+QMTPUB msgId": "1", // 0 goes with QoS 0 only (note 3.2.9)
  "+CGDCONT address": "192.0.2.1",
  "+CGAUTH user": "me",
  "+CGAUTH password": "pw",
  "+CGACT state": "1",
  "+CGACT cid": "10", // the last active context cannot be taken down
  "+CLCK password": '"1234"',
  "+CPWD old": '"1234"',
  "+NPIN command": "1",
};

/** Good probes that later parameters make bad, and their result without these parameters. */
const alone: Readonly<Record<string, "taken" | "refused">> = {
  "+QMTCFG will flag 0": "taken",
  '+QMTCFG aliauth productKey ""': "refused", // three names or none
  '+QMTCFG aliauth deviceName ""': "refused",
  '+QMTCFG aliauth deviceSecret ""': "refused",
  '+QMTENAUTH clientId "a"': "refused", // it is product and device
  [`+QMTENAUTH clientId "${"a".repeat(128)}"`]: "refused",
  "+QMTENAUTH clientId aaaa": "refused",
  "+CEDRXS mode 3": "taken",
  "+NPIN command 0": "refused", // these have one PIN
  "+NPIN command 2": "refused",
  "+NPIN command 3": "refused",
};

/** The error, other than 50, with which a good parameter ends in the state that a command is probed in. */
const otherErrors: Readonly<Record<string, number>> = {
  "+CPIN pin": 3, // no PIN is asked for
  "+CPIN next": 3,
  "+CPWD old": 16, // it is not the PIN
};

const pathOf = ({ name, key }: Written, param: string): string =>
  [name, key, param].filter((part) => part !== undefined).join(" ");

const bad = "\r\n+CME ERROR: 50\r\n"; // note 4

/** A modem with AT+CMEE=1, in the state in which the command is legal. */
function ready({ name }: Pick<Written, "name">): Bench {
  const bench = new Bench({ cmeeModes: "0,1,2" }).reach(states[name] ?? "idle");
  for (const line of ["AT+CMEE=1", ...(before[name] ?? [])])
    expect(bench.says(line), line).toMatch(/^(\r\n\d\r\n)?\r\nOK\r\n$/);
  return bench;
}

const queries = [
  ...["version", "keepalive", "session", "timeout", "will", "aliauth"].map((key) => `AT+QMTCFG="${key}",0`),
  ...commands.filter(({ read }) => read !== undefined).map(({ names: [name] }) => `AT${name}?`),
  ...["S3?", "S4?", "S5?"].map((query) => `AT${query}`),
];

/** The answers of all read forms. */
const readBack = (bench: Bench): readonly string[] => queries.map((query) => bench.says(query));

const good = (form: Written, param: string): string =>
  usual[pathOf(form, param)] ?? form.shape[param]?.probes.good[0] ?? "";

/** A line with `probe` for one parameter; `whole`: with the parameters behind it. */
function lineWith(form: Written, param: string, probe: string, whole: boolean): string {
  const names = Object.keys(form.shape);
  const shown = whole ? names : names.slice(0, names.indexOf(param) + 1);
  const given = new Map(names.map((name) => [name, name === param ? probe : good(form, name)]));
  if (form.name === "+QMTENAUTH" && param !== "clientId") given.set("clientId", clientIdOf(given));
  return form.start + shown.map((name) => given.get(name)).join(",");
}

/** `<product_id>@<device_name>` (note 3.2.2). */
const clientIdOf = (given: ReadonlyMap<string, string>): string =>
  ["productId", "deviceName"].map((name) => given.get(name)?.replaceAll('"', "")).join("@");

/** Expects that a line is refused with an error and has no other effect. */
function expectRefused(bench: Bench, line: string): void {
  const told = readBack(bench);
  const effects = bench.types(`${line}\r`);
  expect(heardIn(effects), line).toBe(bad);
  expect(linkEffects(effects), line).toEqual([]);
  expect(
    effects.filter(({ to }) => to === "nvm" || to === "call"),
    line,
  ).toEqual([]);
  expect(readBack(bench), line).toEqual(told);
}

function goodAnswer(path: string): RegExp {
  const error = otherErrors[path];
  return error === undefined ? /^\r\n(>$|(.*\r\n)*OK\r\n)/ : new RegExp(`^\r\n\\+CME ERROR: ${error}\r\n$`);
}

describe.each(forms)("$start", (form) => {
  const names = Object.keys(form.shape);
  const required = Object.values(form.shape).filter(({ optional }) => !optional).length;

  test.each(names)("a bad %s is error 50 and changes nothing", (name) => {
    const bench = ready(form);
    const probes = form.shape[name]?.probes.bad ?? [];
    expect(probes.length).toBeGreaterThan(2);
    for (const probe of probes) {
      expectRefused(bench, lineWith(form, name, probe, true));
      // An optional parameter may be the last. A required one without those behind it is always bad.
      if (names.indexOf(name) >= required - 1) expectRefused(bench, lineWith(form, name, probe, false));
    }
  });

  test.each(names)("a good %s is not error 50", (name) => {
    for (const probe of form.shape[name]?.probes.good ?? []) {
      const goesAlone = alone[`${pathOf(form, name)} ${probe}`];
      const line = lineWith(form, name, probe, goesAlone === undefined);
      if (goesAlone !== undefined) expectRefused(ready(form), lineWith(form, name, probe, true));
      if (goesAlone === "refused") expectRefused(ready(form), line);
      else expect(ready(form).says(line), line).toMatch(goodAnswer(pathOf(form, name)));
    }
  });

  test("a missing parameter and one too many are error 50", () => {
    const bench = ready(form);
    const all = names.map((name) => good(form, name));
    for (let count = 0; count < required; count += 1) {
      expectRefused(bench, form.start + all.slice(0, count).join(","));
    }
    expectRefused(bench, `${form.start}${all.join(",")},""`);
    expectRefused(bench, `${form.start}${all.join(",")},`);
    if (form.key !== undefined) expectRefused(bench, form.start.slice(0, -1));
  });
});

describe("parameters that depend on each other", () => {
  test.each([
    ["will without its message", 'AT+QMTCFG="will",0,1,0,0,"t"'], // note 3.2.1
    ["will without its topic", 'AT+QMTCFG="will",0,1,0,0'],
    ["will without its retain", 'AT+QMTCFG="will",0,1,0'],
    ["will alone", 'AT+QMTCFG="will",0,1'],
    ["no will, but its QoS", 'AT+QMTCFG="will",0,0,0'],
    ["a will topic with a wildcard", 'AT+QMTCFG="will",0,1,0,0,"a/#","m"'],
    ["a will topic that is no UTF-8", 'AT+QMTCFG="will",0,1,0,0,"\xe9","m"'],
    ["aliauth without its secret", 'AT+QMTCFG="aliauth",0,"pk","dn"'],
    ["aliauth with a part empty", 'AT+QMTCFG="aliauth",0,"pk","","ds"'],
    ["a client id of another device", 'AT+QMTENAUTH="p","d","p@e","s"'],
    [
      "a client id that AT+QMTCONN does not take",
      `AT+QMTENAUTH=${"p".repeat(64)},${"d".repeat(64)},${"p".repeat(64)}@${"d".repeat(64)},"s"`,
    ],
    ["a URL of something else than HTTP", 'AT+QMTENAUTH="p","d","p@d","s",7,"mqtt://h.example"'],
    ["a device name that is no UTF-8", 'AT+QMTENAUTH="p","\xe9","p@\xe9","s"'],
    ["no key", "AT+QMTCFG="],
    ["an empty key", "AT+QMTCFG=,0"],
    ["a key with an open quote", 'AT+QMTCFG="version,0'],
    ["a third CMEE mode where there are two", "AT+CMEE=2"],
    ["port 0", 'AT+QMTOPEN=0,"h",0'], // decided
  ])("%s", (_, line) => {
    const bench = new Bench();
    bench.says("AT+CMEE=1");
    expectRefused(bench, line);
  });

  test.each([
    ["a password without a user", 'AT+QMTCONN=0,"me",,"pw"'],
    ["a client id that is no UTF-8", 'AT+QMTCONN=0,"\xe9"'],
  ])("%s", (_, line) => expectRefused(ready({ name: "+QMTCONN" }), line));

  test.each([
    ["id 0 with QoS 1", 'AT+QMTPUB=0,0,1,0,"t"'], // note 3.2.9
    ["id 0 with QoS 2", 'AT+QMTPUB=0,0,2,0,"t"'],
    ["a topic with a wildcard", 'AT+QMTPUB=0,0,0,0,"a/+"'],
    ["something behind it", 'AT+QMTPUB=0,0,0,0,"t";+CSQ'], // decided
    ["a filter with # in the middle", 'AT+QMTSUB=0,1,"a/#/b",0'],
    ["the second filter is bad", 'AT+QMTSUB=0,1,"a",0,"a+",0'],
    ["five topics", 'AT+QMTUNS=0,1,"a","b","c","d","e"'], // clone
  ])("%s", (_, line) => expectRefused(ready({ name: "+QMTPUB" }), line));
});

test.each(["nope", "constructor", "__proto__", "toString", "will "])("AT+QMTCFG knows no key %j: error 4", (key) => {
  const bench = new Bench();
  bench.says("AT+CMEE=1");
  expect(bench.says(`AT+QMTCFG="${key}",0`)).toBe("\r\n+CME ERROR: 4\r\n");
});

describe("forms", () => {
  const written = { test: "=?", read: "?", exec: "" } as const;
  const kinds = ["test", "read", "exec"] as const;

  test.each(commands)("$names: only declared forms answer", (command) => {
    for (const name of command.names) {
      for (const kind of kinds) {
        const answer = ready({ name: before[name] === undefined ? "" : name }).says(`AT${name}${written[kind]}`);
        if (command[kind] === undefined) expect(answer, `${name} ${kind}`).toBe("\r\nERROR\r\n");
        else expect(answer, `${name} ${kind}`).toMatch(/\r\nOK\r\n$/);
      }
      if (command.write === undefined) expect(ready({ name: "" }).says(`AT${name}=0`)).toBe("\r\nERROR\r\n");
    }
  });

  /** note 3.2: the forms of each command. */
  test.each([
    ["+QMTCFG", "test write"],
    ["+QMTENAUTH", "test read write"],
    ["+QMTOPEN", "test read write"],
    ["+QMTCLOSE", "test write"],
    ["+QMTCONN", "test read write"],
    ["+QMTDISC", "test write"],
    ["+QMTSUB", "test write"],
    ["+QMTUNS", "test write"],
    ["+QMTPUB", "test write"],
  ])("%s has the note's", (name, has) => {
    const command = commands.find(({ names }) => names.some((each) => each === name));
    const declared = (["test", "read", "write", "exec"] as const).filter((kind) => command?.[kind] !== undefined);
    expect(declared.join(" ")).toBe(has);
  });

  test("an unknown command has no form", () => {
    for (const end of ["=?", "?", "", "=1"]) expect(ready({ name: "" }).says(`AT+NOPE${end}`)).toBe("\r\nERROR\r\n");
  });
});

// The ranges of the test lines

/** A range in a normal form: `("IP","NONIP")` is `(IP,NONIP)`, and `(0,1,2)` is `(0-2)`. A name has only its letters. */
function plain(item: string): string {
  if (!item.trimStart().startsWith("(")) return item.toLowerCase().replace(/[^a-z]/g, "");
  const numbers = item.trim().slice(1, -1).split(",").map(Number);
  const inARow = numbers.length > 2 && numbers.every((number, at) => number === (numbers[0] ?? 0) + at);
  return inARow ? `(${numbers[0]}-${numbers.at(-1)})` : item.replace(/[" ]/g, "");
}

/** The parameters of a test line: the parts between commas outside brackets. */
function printed(octets: string): readonly string[] {
  const once = octets.replace(/\[,[^\]]*\.\.\.\]/g, ""); // the guide's `[,<topic>,(0-2)...]`
  const places = once.replace(/[[\]]/g, "").match(/(?:\((?:[^()]|\([^()]*\))*\)|[^,(])+|(?<=,)(?=,)/g) ?? [];
  return places.map(plain);
}

/** The names that a command's own answers print. */
const printedNames: Readonly<Record<string, string>> = { "+QMTENAUTH": "+QMTTENAUTH", "+NUESTATS": "NUESTATS" }; // sic

/** The parameters whose range in the test line is not the range that is accepted. */
function differences(form: Written, edition: string): readonly string[] {
  const lines = new Bench({ edition }).says(`AT${form.name}=?`).split("\r\n");
  const name = printedNames[form.name] ?? form.name;
  const start = form.key === undefined ? `${name}:` : `${name}: "${form.key}",`;
  const shown = lines
    .filter((line) => line.startsWith(start))
    .flatMap((line) => printed(line.slice(start.length).trim()));
  const taken = Object.values(form.shape).flatMap(({ range }) => printed(range));
  const path = [form.name, form.key ?? []].flat().join(" ");
  if (shown.length === 0) return [`${path}: nothing`];
  return Array.from({ length: Math.max(shown.length, taken.length) }, (_, at) => at)
    .filter((at) => shown[at] !== taken[at])
    .map((at) => `${path}: ${shown[at] || "nothing"} for ${taken[at] ?? "nothing"}`);
}

/** The differences between the literal test lines of an edition and the accepted ranges. */
const misprints: Readonly<Record<string, readonly string[]>> = {
  note: [
    "+QMTCFG timeout: (1-10) for (0-10)", // its own text says 0 to 10
    "+QMTCFG aliauth: devicsecret for devicesecret", // sic
    "+QMTENAUTH: expire for (1-60)",
    "+QMTPUB: msg for (1-1548)", // the payload, which no parameter holds; the guide's length is taken as well
  ],
  guide: [
    "+QMTENAUTH: expire for (1-60)",
    "+QMTOPEN: port for (1-65535)",
    "+QMTPUB: (1-1024) for (1-1548)", // the limit of its edition
  ],
};

/** The differences in the AT manual's lines, the same in both editions. */
const general = [
  "+CMEE: (0,1) for (0-2)", // quirk cmeeModes
  "+CPIN: nothing", // OK alone
  "+CPINR: nothing", // OK alone
  "+CLCK: nothing for (0-2)", // it prints the facilities (27.007 7.4)
  "+CLCK: nothing for passwd",
  "+CLCK: nothing for (1-255)",
  "+CPWD: (SC,8) for (SC)", // the facilities, and the longest password of each (27.007 7.5)
  "+CPWD: nothing for oldpwd",
  "+CPWD: nothing for newpwd",
  "+NPIN: nothing", // OK alone
  "+COPS: (2,,,46000) for (0-2)", // the operators that there are, nothing, and only then modes and formats (27.007 7.3)
  "+COPS: nothing for (2)",
  "+COPS: (0-2) for oper",
  "+COPS: (2) for nothing",
  "+CGPADDR: (0) for (0-10)", // the contexts that are defined (27.007 10.1.9)
  "+CGDCONT: nothing for apn", // of free texts, and of what has one value, it prints the commas
  "+CGDCONT: nothing for pdpaddr",
  "+CGDCONT: nothing for (0)",
  "+CGDCONT: nothing for (0)",
  "+CGDCONT: nothing for (0)",
  "+CGDCONT: nothing for (0)",
  "+CGAUTH: (0-60) for userid", // their lengths
  "+CGAUTH: (0-60) for password",
  "+CGACT: nothing for (0-10)", // the states alone (27.007 10.1.10)
  "+CGCONTRDP: (0) for (0-10)", // the active contexts (27.007 10.1.23)
  "+CGAPNRC: (0) for (0-10)",
  "+NEARFCN: nothing", // OK alone
  "+CCLK: nothing", // OK alone
  "+QIDNSCFG: nothing", // OK alone
  "+CPSMS: nothing for unused",
  "+CPSMS: nothing for unused",
];

test.each(["note", "guide"])("edition %s prints the accepted ranges, except for its misprints", (edition) => {
  const tested = forms.filter(({ name }) => commands.find(({ names }) => names[0] === name)?.test !== undefined);
  const found = tested.flatMap((form) => differences(form, edition));
  expect(found).toEqual([...(misprints[edition] ?? []), ...general]);
});
