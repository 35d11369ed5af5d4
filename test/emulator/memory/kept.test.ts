import { expect, test } from "vitest";
import { factoryNvm, type Nvm, nconfigNames, nconfigTable } from "../../../emulator/memory/nvm.js";
import { Modem } from "../../../emulator/modem.js";
import { bc28 } from "../../../emulator/profile/bc28.js";

/** A module whose memory survives a power-off. */
class Kept {
  nvm: Nvm = factoryNvm;
  #modem = this.#started();

  #started(): Modem {
    const modem = new Modem({ profile: bc28, nvm: this.nvm });
    modem.powerUp(0);
    modem.tell({ from: "clock" }, 0);
    return modem;
  }

  says(line: string): string {
    let heard = "";
    for (const effect of this.#modem.tell({ from: "host", bytes: Buffer.from(`${line}\r`) }, 0)) {
      if (effect.to === "nvm") this.nvm = effect.nvm;
      if (effect.to === "host") heard += Buffer.from(effect.bytes).toString();
    }
    return heard;
  }

  switchOffAndOn(): void {
    this.#modem = this.#started();
  }
}

test.each([
  ["AT+QREGSWT=2", "AT+QREGSWT?", "+QREGSWT:2"],
  ["AT+QLEDMODE=1", "AT+QLEDMODE?", "+QLEDMODE:1"],
  ["AT+NSONMI=3", "AT+NSONMI?", "+NSONMI:3"],
  ["AT+NNMI=2", "AT+NNMI?", "+NNMI: 1"], // the one that is not kept
  ["AT+NCDP=10.0.0.1,7", "AT+NCDP?", "+NCDP: 10.0.0.1,7"],
  ["AT+CTZR=2", "AT+CTZR?", "+CTZR:2"],
  ["AT+NITZ=0", "AT+NITZ?", "+NITZ:0"],
  ["AT+CIPCA=3,1", "AT+CIPCA?", "+CIPCA:3,1"],
  ['AT+CLCK="SC",1,"1234"', "AT+CPIN?", "+CPIN: SIM PIN"],
  ["AT+NATSPEED=115200,3,1,2;+CSQ", "AT+NATSPEED?", "+NATSPEED:9600,2,1,0,0"], // no line came at the new speed
  ["AT+NATSPEED=115200,3,1,2\rAT", "AT+NATSPEED?", "+NATSPEED:115200,2,1,0,0"],
  ["AT+NATSPEED=115200,3,0,2\rAT", "AT+NATSPEED?", "+NATSPEED:9600,2,1,0,0"],
])("%s: the setting after a power-off", (write, read, information) => {
  const module = new Kept();
  expect(module.says(write)).toMatch(/\r\nOK\r\n$/);
  module.switchOffAndOn();
  expect(module.says(read)).toBe(`\r\n${information}\r\n\r\nOK\r\n`);
});

test("wrong tries of the PIN survive a power-off", () => {
  const module = new Kept();
  expect(module.says('AT+CLCK="SC",1,"9999"')).toBe("\r\nERROR\r\n");
  module.switchOffAndOn();
  expect(module.says("AT+CPINR")).toContain("+CPINR: SIM PIN,2,3\r\n+CPINR: SIM PUK,10,10");
});

const settings = nconfigNames.flatMap((name) => {
  const range = nconfigTable[name];
  const values: readonly string[] = "words" in range ? range.words : [String(range.min), String(range.max)];
  return values.map((value) => `${name},${value}`);
});

test.each(settings)("AT+NCONFIG=%s survives a power-off", (setting) => {
  const module = new Kept();
  expect(module.says(`AT+NCONFIG=${setting}`)).toBe("\r\nOK\r\n");
  module.switchOffAndOn();
  const lines = module
    .says("AT+NCONFIG?")
    .trim()
    .split(/(?:\r\n)+/);
  expect(lines).toContain(`+NCONFIG:${setting}`);
  expect(lines).toHaveLength(nconfigNames.length + 1);
});
