import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { factoryNvm, type Nvm, nconfigNames } from "../../../emulator/memory/nvm.js";
import { nvmFrom, nvmImage } from "../../../emulator/memory/nvm-image.js";
import type { SimCard } from "../../../emulator/memory/sim-card.js";
import { Modem } from "../../../emulator/modem.js";
import { bc28 } from "../../../emulator/profile/bc28.js";

const reread = (nvm: Nvm) => nvmFrom(JSON.parse(JSON.stringify(nvmImage(nvm))));

/** A SIM card with one wrong try, as AT+CPIN leaves it. */
const sim: SimCard = {
  ...{ iccid: "89001010000000000018", firstPin: "0852", wasAsked: 1, puk: "12345678" },
  ...{ pin: "0852", isAsked: 1, pinTries: 2, pukTries: 10 },
};

const imageOf = (wrong: object): string => JSON.stringify({ version: 1, sim: { ...sim, ...wrong } });

const bad: readonly (readonly [json: string, problem: string | RegExp])[] = [
  ["0", "the whole of it: 0 is not an object"],
  ["[]", "the whole of it: a list is not an object"],
  ["{}", "version: it is missing"],
  ['{"version":2,"more":1}', "version: 2 is not 1, the only one known here"],
  ['{"version":"1"}', /^version: "1" is not 1/],
  ['{"version":1,"more":1}', /^more: unknown key; there are: version, nconfig/],
  ['{"version":1,"__proto__":{}}', /^__proto__: unknown key/],
  ['{"version":1,"nconfig":[]}', "nconfig: a list is not an object"],
  ['{"version":1,"nconfig":{"AUTOCONECT":"TRUE"}}', "nconfig.AUTOCONECT: unknown key; did you mean AUTOCONNECT?"],
  ['{"version":1,"nconfig":{"AUTOCONNECT":"MAYBE"}}', 'nconfig.AUTOCONNECT: "MAYBE" is not FALSE,TRUE'],
  ['{"version":1,"nconfig":{"AUTOCONNECT":"true"}}', /^nconfig.AUTOCONNECT: "true" is not/],
  ['{"version":1,"nconfig":{"AUTOCONNECT":true}}', /^nconfig.AUTOCONNECT: true is not text/],
  ['{"version":1,"nconfig":{"BARRING_RELEASE_DELAY":"1801"}}', /^nconfig.BARRING_RELEASE_DELAY: "1801" is not 0-1800$/],
  ['{"version":1,"nconfig":{"BARRING_RELEASE_DELAY":"064"}}', /^nconfig.BARRING_RELEASE_DELAY/],
  ['{"version":1,"natspeed":{"baud":1200}}', /^natspeed.baud: 1200 is none of: 2400, /],
  ['{"version":1,"natspeed":{"baud":57600,"sync":3}}', "natspeed.sync: 3 cannot be had at 57600 baud"],
  ['{"version":1,"natspeed":{"stop":0}}', "natspeed.stop: 0 is none of: 1, 2"],
  ['{"version":1,"bands":8}', "bands: 8 is not a list"],
  ['{"version":1,"bands":[]}', /^bands: it takes 1 to /],
  ['{"version":1,"bands":[8,999]}', /^bands\[1\]: 999 is none of/],
  ['{"version":1,"bands":[8,8]}', "bands: one is named twice"],
  ['{"version":1,"qregswt":3}', "qregswt: 3 is none of: 0, 1, 2"],
  ['{"version":1,"ncdp":null}', "ncdp: null is not an object"],
  ['{"version":1,"ncdp":{"ip":"1.2.3.4"}}', "ncdp.port: it is missing"],
  ['{"version":1,"ncdp":{"ip":"a.b","port":1}}', /^ncdp.ip: "a.b" is not/],
  ['{"version":1,"ctzr":4}', "ctzr: 4 is none of: 0, 1, 2, 3"],
  ['{"version":1,"sim":{}}', "sim.iccid: it is missing"],
  [imageOf({ pin: "987" }), "sim.pin: its value is not text of 4 to 8 digits"],
  [imageOf({ firstPin: 9876 }), "sim.firstPin: its value is not text of 4 to 8 digits"],
  [imageOf({ puk: "9876543" }), "sim.puk: its value is not text of 8 digits"],
  [imageOf({ pinTries: 4 }), "sim.pinTries: 4 is not a whole number from 0 to 3"],
  [imageOf({ pukTries: 11 }), "sim.pukTries: 11 is not a whole number from 0 to 10"],
  ['{"version":1,"nloglevel":{"PROTOCOL":"LOUD"}}', /^nloglevel.PROTOCOL: "LOUD" is none of/],
];

describe("a stored image", () => {
  test.each(bad)("%s is refused", (json, problem) => {
    const result = nvmFrom(JSON.parse(json));
    if (typeof problem === "string") expect(result).toEqual({ problem });
    else expect(result).toEqual({ problem: expect.stringMatching(problem) });
  });

  test("is read as it was stored", () => {
    expect(reread(factoryNvm)).toEqual({ nvm: factoryNvm });
    const nconfig = { ...factoryNvm.nconfig, AUTOCONNECT: "FALSE", SYNC_TIME_PERIOD: "65535" };
    const nvm: Nvm = { ...factoryNvm, nconfig, bands: [8, 5], ncdp: { ip: "10.0.0.1", port: 5683 } };
    expect(reread(nvm)).toEqual({ nvm });
  });

  test("an image of a version without the later parts is read", () => {
    const { nconfig, natspeed, bands, qledmode, nsonmi, nloglevel } = factoryNvm;
    const earlier = { version: 1, nconfig, natspeed, bands, qregswt: 2, qledmode, nsonmi, nloglevel };
    expect(nvmFrom(earlier)).toEqual({ nvm: { ...factoryNvm, qregswt: 2 } });
  });

  test("a SIM card is read as it was stored", () => {
    const nvm: Nvm = { ...factoryNvm, sim };
    expect(reread(nvm)).toEqual({ nvm });
  });

  test("parts that are left out get the factory settings", () => {
    expect(nvmFrom({ version: 1 })).toEqual({ nvm: factoryNvm });
    const natspeed = { ...factoryNvm.natspeed, baud: 115_200 };
    expect(nvmFrom({ version: 1, natspeed: { baud: 115_200 } })).toEqual({ nvm: { ...factoryNvm, natspeed } });
  });

  test("any JSON is read or refused in one line", () => {
    const fields = fc.dictionary(
      fc.constantFrom("nconfig", "natspeed", "bands", "ncdp", "qregswt", "AUTOCONNECT"),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.jsonValue(),
          fields.map((given) => ({ version: 1, ...given })),
        ),
        (json) => {
          const result = nvmFrom(json);
          if ("problem" in result) expect(result.problem).toMatch(/^[^\n\r]{1,700}$/);
          else expect(reread(result.nvm)).toEqual(result);
        },
      ),
    );
  });
});

/** The memory after each change that these lines make, from a start on. */
function keptAfter(...lines: readonly string[]): readonly Nvm[] {
  const modem = new Modem({ profile: bc28 });
  modem.powerUp(0);
  const bytes = Buffer.from(lines.map((line) => `${line}\r`).join(""), "latin1");
  const effects = modem.tell({ from: "host", bytes }, 1);
  return effects.flatMap((effect) => (effect.to === "nvm" ? [effect.nvm] : []));
}

describe("a memory that commands have set", () => {
  const settings: readonly string[] = [
    ...nconfigNames.flatMap((name) =>
      ["TRUE", "false", "0", "1", "2", "13", "14", "64", "1800", "65535", "EPCO", "PCO"].map(
        (value) => `AT+NCONFIG=${name},${value}`,
      ),
    ),
    ...[2400, 4800, 9600, 57_600, 115_200, 230_400, 460_800, 921_600].flatMap((baud) =>
      [0, 3].map((sync) => `AT+NATSPEED=${baud},0,1,${sync},2,2,1`),
    ),
    ...["0", "1", "2", "3"].flatMap((value) => ["QREGSWT", "QLEDMODE", "NSONMI"].map((name) => `AT+${name}=${value}`)),
    ...["1.2.3.4", "1.2.3.4,0", "255.255.255.255,65535", "001.002.003.004,1", "0.0.0.0,1", '"10.0.0.1",5'].map(
      (value) => `AT+NCDP=${value}`,
    ),
    ...["PROTOCOL", "APPLICATION", "SECURITY"].flatMap((core) =>
      ["VERBOSE", "NORMAL", "WARNING", "ERROR", "NONE"].map((level) => `AT+NLOGLEVEL=${core},${level}`),
    ),
    ...["0", "1", "2", "3"].flatMap((value) => ["CTZR=", "NITZ=", "CIPCA=3,"].map((name) => `AT+${name}${value}`)),
    'AT+CLCK="SC",1,"9999"',
    'AT+CLCK="SC",1,"1234";+CPWD="SC","1234","12345678";+CLCK="SC",0,"12345678"',
    ...["8", "5,8,3,28,20,1", "1,3,5,8,20,28", "8,8", "99"].map((bands) => `AT+CFUN=0;+NBAND=${bands}`),
  ];

  test("is read back, for all legal values", () => {
    const kept = settings.flatMap((line) => keptAfter(line, "AT"));
    expect(kept.length).toBeGreaterThan(60);
    for (const nvm of kept) expect(reread(nvm)).toEqual({ nvm });
  });
});
