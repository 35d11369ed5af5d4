import fc from "fast-check";
import { expect, test } from "vitest";
import { bc28 } from "../../../emulator/profile/bc28.js";
import type { Profile } from "../../../emulator/profile/profile.js";
import { changed } from "../../../emulator/profile/profile-schema.js";
import { Comparison } from "../../../net/recordings/comparison.js";
import { differencesText } from "../../../net/recordings/comparison-text.js";
import { patchFor } from "../../../net/recordings/patch.js";
import { profileJson } from "../../../net/recordings/profile-json.js";
import type { Recording, Said } from "../../../net/recordings/recording.js";
import { recordedWith, sessionOf } from "./sessions.js";

const compared = { profile: bc28, seed: 0, within: undefined };

/** Commands whose answers show every field of a profile that shows at all. */
const asks =
  `AT+CGMI;ATI;AT+CGMM;AT+CGMR;AT+CGSN;AT+CGSN=1;AT+CGSN=2;AT+CGSN=3;AT+CIMI;AT+NCCID;AT+COPS?;AT+CEREG=2;AT+CEREG?;AT+CGPADDR;AT+CGDCONT?;AT+CCLK?;AT+NUESTATS;AT+NUESTATS=CELL;AT+QCHIPINFO=ALL;AT+CSQ;AT+CGCONTRDP;AT+CGATT?;AT+NPING=1.2.3.4`
    .split(";")
    .map((line, index) => `${index * 100} > ${line}`)
    .join("\n");

/** Another value of each field. */
const others = {
  identity: {
    ...{ manufacturer: "Other Maker", model: "BC29", modelName: "BC29JA-01", firmware: "BC29JAR09A07" },
    ...{
      revision: ["APP,V1", "RADIO,Other"],
      serialNumber: "MPJ1234",
      imei: "490154203237518",
      imeisv: "4901542032375199",
    },
    ...{ svn: "77", imsi: "460001234567890", iccid: "89860012345678901234" },
  },
  surroundings: {
    ...{ rssi: 12, primaryDns: "9.9.9.9", secondaryDns: "9.9.9.10", sim: "out", coverage: "off", network: "roaming" },
    ...{ operator: "46011", tac: "10AB", cell: "5B2C0D1", address: "10.9.8.7", apn: "other.apn", timeZone: 8 },
    ...{ pingTtl: 57, pingRtt: 123, signalPower: -901, totalPower: -850, txPower: 230, txTime: 11, rxTime: 222 },
    ...{ ecl: 2, snr: 77, earfcn: 2506, pci: 333, rsrq: -111, band: 5, temperature: 41, voltage: 3333 },
  },
} as const;

const rows = (["identity", "surroundings"] as const).flatMap((group) =>
  Object.entries(others[group]).map(([name, value]) => ({ group, name, value })),
);

test.each(rows)("$group $name is found", ({ group, name, value }) => {
  const other: Profile = { ...bc28, [group]: { ...bc28[group], [name]: value } };
  const comparison = new Comparison(recordedWith(other, sessionOf(asks)));
  expect(comparison.differences(compared)).not.toEqual([]);
  const { changes, left } = patchFor(comparison, compared);
  expect(left).toEqual([]);
  expect(changes).toMatchObject([{ path: `${group}.${name}`, value }]);
});

test("several fields and quirks are found together, and the patch is a profile that agrees", () => {
  const quirks = { ...bc28.quirks, qregswtBlank: "yes", unknownCommand: "4" } as const;
  const other = changed(
    { ...bc28, quirks },
    { identity: { imei: "490154203237518" }, surroundings: { cell: "5B2C0D1" } },
  );
  const session = sessionOf(`${asks}\n5000 > AT+CMEE=1\n5100 > AT+NOPE\n5200 > AT+QREGSWT?`);
  const comparison = new Comparison(recordedWith(other, session));
  const { profile, left } = patchFor(comparison, compared);
  expect(left).toEqual([]);
  expect(profileJson(profile)).toEqual({
    base: "bc28",
    identity: { imei: "490154203237518", imeisv: "4901542032375101" },
    surroundings: { cell: "5B2C0D1", cellId: 0x5b2c0d1 },
    quirks: { unknownCommand: "4", qregswtBlank: "yes" },
  });
});

/** The recording of a session with another answer of the module. */
function altered(session: string, change: (said: readonly Said[]) => readonly Said[]): Comparison {
  const recording = recordedWith(bc28, sessionOf(session));
  return new Comparison({ ...recording, said: change(recording.said) });
}

const kindsOf = (comparison: Comparison): readonly string[] =>
  comparison
    .differences(compared)
    .map(({ kind, recorded, emulated }) => `${kind} ${recorded?.text ?? ""}/${emulated?.text ?? ""}`);

const talk = "0 > AT+CSQ\n100 > AT+CGATT?\n200 > ATI";

test("each kind of difference is told", () => {
  const replaced = (from: string, to: string) => (said: readonly Said[]) =>
    said.map((one) => (one.by === "module" ? { ...one, octets: one.octets.replace(from, to) } : one));
  expect(kindsOf(altered(talk, replaced("+CSQ:25,99", "+CSQ:9,99")))).toEqual(["value +CSQ:9,99/+CSQ:25,99"]);
  expect(kindsOf(altered(talk, replaced("+CSQ:25,99", "+CSQ: 25,99")))).toEqual(["shape +CSQ: 25,99/+CSQ:25,99"]);
  expect(kindsOf(altered(talk, replaced("BC28\r\n", "")))).toEqual(["extra /BC28"]);
  const noted: Said = { by: "module", t: 150, octets: "\r\n+NNMI:1\r\n" };
  expect(kindsOf(altered(talk, (said) => [...said.slice(0, 4), noted, ...said.slice(4)]))).toContain(
    "missing +NNMI:1/",
  );
  const session = `${talk}\n300 < +QMTRECV: 0,0,"t",x\n310 > AT\n`;
  expect(kindsOf(altered(session, (said) => said))).toEqual([]);
});

test("what no quirk explains is left, and told with both lines and their times", () => {
  const comparison = altered(talk, (said) =>
    said.map((one) =>
      one.octets.includes("+CGATT") && one.by === "module" ? { ...one, octets: "\r\n+CME ERROR: 9\r\n" } : one,
    ),
  );
  const { changes, left } = patchFor(comparison, compared);
  expect(changes).toEqual([]);
  const text = differencesText(comparison.recording, left).join("\n");
  expect(text).toContain("     0.100  host      AT+CGATT?");
  expect(text).toContain("     0.100  recorded  +CME ERROR: 9\n            the emulator does not say it");
});

test("any recording can be compared, twice with the same result", () => {
  const octets = fc.oneof(
    fc.string({ unit: fc.constantFrom(...'AT+QMCGSNPUBOE=0,1"?;\r\n>\x1a\x1b '), maxLength: 30 }),
    fc.constantFrom(
      'AT+QMTOPEN=0,"b",1883\r',
      'AT+QMTCONN=0,"c"\r',
      'AT+QMTPUB=0,7,2,0,"t"\r',
      'AT+QMTSUB=0,1,"t",2\r',
    ),
    fc.constantFrom(
      "\r\nOK\r\n",
      "\r\n+QMTSTAT: 0,1\r\n",
      "\r\n+QMTPUB: 0,7,0\r\n",
      '\r\n+QMTRECV: 0,1,"t",a\r\nb\r\n',
    ),
    fc.constantFrom(
      "\r\nREBOOT_CAUSE_UNKNOWN\r\n",
      "\r\n+QMTOPEN: 0,3\r\n",
      "\r\n+CEREG: 0\r\n",
      "\r\n+QMTCONN: 0,0,5\r\n",
    ),
  );
  const ofSockets = fc.oneof(
    fc.constantFrom("AT+NSOCR=DGRAM,17,0\r", "AT+NSOCR=STREAM,6,0\r", "AT+NSOCO=0,1.2.3.4,5\r", "AT+NSORF=0,9\r"),
    fc.constantFrom("AT+NSOST=0,1.2.3.4,5,1,31,7\r", "AT+NSOSD=0,1,31,0,7\r", "AT+NSOCL=0\r", "AT+NSONMI=2\r"),
    fc.constantFrom("\r\n0\r\n", "\r\n+NSONMI:0,5\r\n", "\r\n+NSONMI:0,2,3x\r\n", "\r\n+NSONMI:9,99999\r\n"),
    fc.constantFrom("\r\n0,1.2.3.4,5,2,3132,7\r\n", "\r\n+NSOCLI: 0\r\n", "\r\n+NSOSTR:0,7,1\r\n", "\r\n+NSOSTR:\r\n"),
  );
  const piece = fc.record({
    by: fc.constantFrom("host" as const, "module" as const),
    gap: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 90_000 })),
    octets: fc.oneof(octets, ofSockets),
  });
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 25 }), (pieces) => {
      let t = 0;
      const said = pieces.map(({ by, gap, octets: text }): Said => {
        t += gap;
        return { by, t, octets: text };
      });
      const recording: Recording = { said, inputs: [], end: t, epochAtStart: 0, lost: 0 };
      const first = new Comparison(recording).differences(compared);
      expect(new Comparison(recording).differences(compared)).toEqual(first);
    }),
  );
});
