import { expect, test } from "vitest";
import { Modem } from "../../../emulator/modem.js";
import { bc28 } from "../../../emulator/profile/bc28.js";

/** The moments of `clock` stimuli, from a start until the module is attached and has answered. */
function moments(seed: number): readonly number[] {
  const modem = new Modem({ profile: { ...bc28, timing: "realistic" }, seed });
  modem.powerUp(0);
  const found: number[] = [];
  for (let at = modem.wakeAt(); at !== undefined && found.length < 8; at = modem.wakeAt()) {
    found.push(at);
    modem.tell({ from: "clock" }, at);
    if (found.length === 2) modem.tell({ from: "host", bytes: Buffer.from("AT\r") }, at);
  }
  return found;
}

test("realistic times are the same for the same seed, and different for another", () => {
  expect(moments(7).length).toBeGreaterThan(2);
  expect(moments(7)[0]).toBe(3000); // the banner
  expect(moments(7)).toEqual(moments(7));
  expect(moments(7)).not.toEqual(moments(8));
});
