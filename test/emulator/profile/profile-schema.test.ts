import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bc28 } from "../../../emulator/profile/bc28.js";
import { bc35g } from "../../../emulator/profile/bc35-g.js";
import type { Profile } from "../../../emulator/profile/profile.js";
import { differences, rowsOf } from "../../../emulator/profile/profile-rows.js";
import { profileFrom, writtenProfile } from "../../../emulator/profile/profile-schema.js";
import { profiles } from "../../../emulator/profile/profiles.js";
import { type QuirkName, quirkTable } from "../../../emulator/profile/quirks.js";

const reread = (json: unknown): unknown => JSON.parse(JSON.stringify(json));

function read(json: unknown): Profile {
  const result = profileFrom(json);
  if ("problem" in result) throw new Error(result.problem);
  return result.profile;
}

function problemOf(json: unknown): string {
  const result = profileFrom(json);
  return "problem" in result ? result.problem : "none";
}

/** JSON text, and its problem. */
const bad: readonly (readonly [json: string, problem: string | RegExp])[] = [
  ["1", "the whole of it: 1 is not an object"],
  ["null", "the whole of it: null is not an object"],
  ["[]", "the whole of it: a list is not an object"],
  ["{}", "base: it is missing; there are: bc28, bc35-g"],
  ['{"base":1}', "base: 1 is no profile; there are: bc28, bc35-g"],
  ['{"base":"BC28"}', 'base: "BC28" is no profile; did you mean bc28?'],
  ['{"base":"bc35g"}', 'base: "bc35g" is no profile; did you mean bc35-g?'],
  ['{"base":"constructor"}', /^base: "constructor" is no profile/],
  ['{"base":"bc28","colour":1}', /^colour: unknown key; there are: base, name, timing, identity/],
  ['{"base":"bc28","identiy":{}}', "identiy: unknown key; did you mean identity?"],
  ['{"base":"bc28","__proto__":{"x":1}}', /^__proto__: unknown key/],
  ['{"base":"bc28","identity":{"__proto__":"1"}}', /^identity.__proto__: unknown key/],
  ['{"base":"bc28","quirks":{"toString":"1"}}', /^quirks.toString: unknown key/],
  ['{"base":"bc28","a\\nb":1}', /^"a\\nb": unknown key/],
  ['{"base":"bc28","name":""}', 'name: "" is not 1 to 64 printable ASCII characters'],
  ['{"base":"bc28","timing":"fast"}', 'timing: "fast" is none of: instant, realistic'],
  ['{"base":"bc28","identity":"me"}', 'identity: "me" is not an object'],
  ['{"base":"bc28","identity":[]}', "identity: a list is not an object"],
  ['{"base":"bc28","identity":{"imei":"123"}}', 'identity.imei: "123" is not 15 digits with a right check digit'],
  ['{"base":"bc28","identity":{"imei":"001010000000017"}}', /^identity.imei: "001010000000017" is not 15 digits with/],
  [
    '{"base":"bc28","identity":{"imei":1010000000016}}',
    /^identity.imei: 1010000000016 is not text; it takes 15 digits/,
  ],
  ['{"base":"bc28","identity":{"imie":"1"}}', "identity.imie: unknown key; did you mean imei?"],
  ['{"base":"bc28","identity":{"imeisv":"1"}}', 'identity.imeisv: "1" is not 16 digits'],
  ['{"base":"bc28","identity":{"svn":"1"}}', 'identity.svn: "1" is not 2 digits'],
  ['{"base":"bc28","identity":{"imsi":"1234567890123456"}}', 'identity.imsi: "1234567890123456" is not 15 digits'],
  ['{"base":"bc28","identity":{"iccid":"8900101"}}', 'identity.iccid: "8900101" is not 20 digits'],
  ['{"base":"bc28","identity":{"pin":"98765x"}}', "identity.pin: its value is not text of 4 to 8 digits, or empty"],
  ['{"base":"bc28","identity":{"pin":9876}}', "identity.pin: its value is not text of 4 to 8 digits, or empty"],
  ['{"base":"bc28","identity":{"puk":"987654321"}}', "identity.puk: its value is not text of 8 digits"],
  ['{"base":"bc28","identity":{"model":"a\\r\\nOK"}}', /^identity.model: "a\\r\\nOK" is not 1 to 64 printable/],
  ['{"base":"bc28","identity":{"revision":"SSB"}}', 'identity.revision: "SSB" is not a list'],
  ['{"base":"bc28","identity":{"revision":[]}}', "identity.revision: it takes 1 to 16, not 0"],
  ['{"base":"bc28","identity":{"revision":["a",2]}}', /^identity.revision\[1\]: 2 is not text/],
  ['{"base":"bc28","surroundings":{"operator":"4600"}}', /^surroundings.operator: "4600" is not 5 or 6 digits/],
  ['{"base":"bc28","surroundings":{"address":"10.0.0.256"}}', /^surroundings.address: "10.0.0.256" is not an IPv4/],
  ['{"base":"bc28","surroundings":{"address":"010.0.0.1"}}', /is not an IPv4 address$/],
  ['{"base":"bc28","surroundings":{"primaryDns":"dns"}}', /^surroundings.primaryDns: "dns" is not an IPv4 address$/],
  ['{"base":"bc28","surroundings":{"secondaryDns":1}}', /^surroundings.secondaryDns: 1 is not text/],
  ['{"base":"bc28","surroundings":{"apn":"a\\"b"}}', /^surroundings.apn: /],
  ['{"base":"bc28","surroundings":{"tac":"5AEG"}}', /^surroundings.tac: "5AEG" is not 1 to 4 hexadecimal digits$/],
  ['{"base":"bc28","surroundings":{"cell":"123456789"}}', /^surroundings.cell: /],
  ['{"base":"bc28","surroundings":{"cell":"12345678"}}', /is not 1 to 8 hexadecimal digits, at most 0FFFFFFF$/],
  ['{"base":"bc28","surroundings":{"sim":"no"}}', 'surroundings.sim: "no" is none of: in, out'],
  ['{"base":"bc28","surroundings":{"coverage":true}}', "surroundings.coverage: true is none of: on, off"],
  ['{"base":"bc28","surroundings":{"network":"me"}}', /^surroundings.network: "me" is none of: home, roaming, /],
  ['{"base":"bc28","surroundings":{"rssi":32}}', "surroundings.rssi: 32 is not a whole number from 0 to 31, nor 99"],
  ['{"base":"bc28","surroundings":{"band":"8"}}', 'surroundings.band: "8" is not a whole number from 1 to 255'],
  ['{"base":"bc28","surroundings":{"band":8.5}}', "surroundings.band: 8.5 is not a whole number from 1 to 255"],
  ['{"base":"bc28","surroundings":{"voltage":1e999}}', /^surroundings.voltage: Infinity is not/],
  ['{"base":"bc28","surroundings":{"pingRtt":{}}}', /^surroundings.pingRtt: an object is not a whole number/],
  ['{"base":"bc28","quirks":{"editon":"note"}}', "quirks.editon: unknown key; did you mean edition?"],
  ['{"base":"bc28","quirks":{"edition":"book"}}', 'quirks.edition: "book" is not note | guide'],
  ['{"base":"bc28","quirks":{"edition":true}}', "quirks.edition: true is not note | guide"],
  ['{"base":"bc28","quirks":{"urcHold":-1}}', "quirks.urcHold: -1 is not 0-3600000 ms"],
  [`{"base":"bc28","name":"${"x".repeat(99)}"}`, /^name: "x{59}… is not 1 to 64/],
];

describe("a written profile", () => {
  test.each(bad)("%s is refused", (json, problem) => {
    if (typeof problem === "string") expect(problemOf(JSON.parse(json))).toBe(problem);
    else expect(problemOf(JSON.parse(json))).toMatch(problem);
  });

  test("is its base with the differences", () => {
    const quirks = { edition: "guide", urcHold: 5, entryTimeout: "none", afterRefusal: "1", topicsPerRequest: "0" };
    const json = { base: "bc35-g", name: "mine", timing: "realistic", identity: { imsi: "001010000000009" }, quirks };
    expect(read(json)).toEqual({
      ...bc35g,
      name: "mine",
      timing: "realistic",
      identity: { ...bc35g.identity, imsi: "001010000000009" },
      quirks: { ...bc35g.quirks, edition: "guide", urcHold: 5, entryTimeout: 0, afterRefusal: 1, topicsPerRequest: 0 },
    });
    expect(read({ base: "bc28" })).toEqual(bc28);
  });

  test("the IMEISV follows the IMEI and the SVN, unless it is given", () => {
    const imeisvWith = (identity: object): string => read({ base: "bc28", identity }).identity.imeisv;
    expect(imeisvWith({ imei: "490154203237518" })).toBe("4901542032375101");
    expect(imeisvWith({ svn: "07" })).toBe("0010100000000107");
    expect(imeisvWith({ imei: "490154203237518", imeisv: "0123456789012345" })).toBe("0123456789012345");
    expect(imeisvWith({ imsi: "001010000000009" })).toBe(bc28.identity.imeisv);
  });

  test("the decimal cell ID follows the hexadecimal one", () => {
    const cellIdWith = (surroundings: object): number => read({ base: "bc28", surroundings }).surroundings.cellId;
    expect(cellIdWith({ cell: "1F" })).toBe(31);
    expect(cellIdWith({ cell: "1F", cellId: 5 })).toBe(5);
    expect(cellIdWith({ cell: "0FFFFFFF" })).toBe(268_435_455);
    expect(Number.parseInt(bc28.surroundings.cell, 16)).toBe(bc28.surroundings.cellId);
  });

  test("does not change the prototype of objects", () => {
    profileFrom(JSON.parse('{"__proto__":{"spoilt":1},"base":"bc28","identity":{"__proto__":{"spoilt":1}}}'));
    expect(Object.hasOwn(Object.prototype, "spoilt")).toBe(false);
  });

  test("any JSON is read or refused in one line", () => {
    const keys = ["base", "name", "timing", "identity", "surroundings", "quirks", "imei", "apn", "edition", "revision"];
    const near = fc.dictionary(
      fc.constantFrom(...keys),
      fc.oneof(fc.jsonValue(), fc.dictionary(fc.string(), fc.jsonValue())),
    );
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), near), (json) => {
        const result = profileFrom(json);
        if ("problem" in result) expect(result.problem).toMatch(/^[^\n\r]{1,700}$/);
        else expect(result.profile.quirks).toHaveProperty("edition");
      }),
    );
  });
});

describe("a profile written out", () => {
  test.each([...profiles.values()])("$name is read as itself, so it is valid", (profile) => {
    expect(read(reread(writtenProfile(profile)))).toEqual(profile);
  });

  test("every value of a quirk is read as itself", () => {
    const names = Object.keys(quirkTable) as QuirkName[];
    for (const name of names) {
      const { values, read: take, standard } = quirkTable[name];
      const written = [standard, ...values.split(" | "), "0", "1", "300", "3600000"].filter(
        (text) => take(text) !== undefined,
      );
      expect(written.length).toBeGreaterThan(1);
      for (const text of written) {
        const profile = read({ base: "bc28", quirks: { [name]: text } });
        expect(read(reread(writtenProfile(profile)))).toEqual(profile);
      }
    }
  });

  test("a change of one field is a difference in that field", () => {
    expect(differences(bc28, bc28)).toEqual([]);
    const other = read({
      base: "bc28",
      name: "x",
      timing: "realistic",
      surroundings: { apn: "" },
      quirks: { prompt: "\\r\\n> " },
    });
    expect(differences(bc28, other)).toEqual([
      { path: "timing", values: ["instant", "realistic"] },
      { path: "surroundings.apn", values: ["ctnet", '""'] },
      { path: "quirks.prompt", values: ["\\r\\n>", '"\\r\\n> "'] },
    ]);
  });

  test("its rows hold every field once", () => {
    const names = rowsOf(bc28).map(({ group, name }) => `${group}.${name}`);
    expect(new Set(names).size).toBe(names.length);
    const { identity, surroundings, quirks } = bc28;
    const fields = [identity, surroundings, quirks].flatMap((group) => Object.keys(group));
    expect(names).toHaveLength(fields.length + 1);
  });

  test("no profile has a real device's numbers: 00101 is the test network", () => {
    for (const { identity } of profiles.values()) {
      expect(identity.imei).toMatch(/^00101/);
      expect(identity.imsi).toMatch(/^00101/);
      expect(identity.iccid).toMatch(/^8900101/);
      expect(identity.imeisv).toBe(`${identity.imei.slice(0, 14)}${identity.svn}`);
    }
    const imeis = [...profiles.values()].map(({ identity }) => identity.imei);
    expect(new Set(imeis).size).toBe(imeis.length);
  });
});
