import { changed, form, ok, refused } from "../../at/command.js";
import { choice, type Param, text } from "../../at/params.js";
import { clockText, readClock } from "../clock.js";
import type { CommandView, ModuleCommand } from "../command-view.js";
import { numberSetting } from "./number-setting.js";

/** A parameter that is a moment with its zone. */
const moment: Param<string> = {
  ...text("time", 20, { check: (octets) => readClock(octets, 0) !== undefined }),
  probes: {
    good: ['"18/11/09,05:36:42+32"', '"00/01/01,00:00:00+00"', '"96/02/29,23:59:59-96"', '"99/12/31,23:59:59+96"'],
    bad: [
      ...['""', "", "x", '"18/11/09,05:36:42"', '"2018/11/09,05:36:42+32"', "18/11/09,05:36:42+32"],
      ...['"18/13/01,00:00:00+00"', '"19/02/29,00:00:00+00"', '"18/11/09,24:00:00+00"', '"18/11/09,05:36:60+32"'],
      ...['"18/11/09,05:36:42+97"', '"18/11/09,05:36:42+3"', '"18/11/09,05:36:42+032"'],
    ],
  },
};

/** Set and Return Current Date and Time. The time is unknown until the first attach, or until the host sets it. */
const cclk: ModuleCommand = {
  names: ["+CCLK"],
  manual: "AT manual",
  within: 300,
  test: () => [],
  read: ({ clock, time }) => (clock === undefined ? ok() : ok(`+CCLK:${clockText(clock, time)}`)),
  write: form({ moment }, ({ moment }, { time }: CommandView) => {
    const clock = readClock(moment, time);
    return clock === undefined ? refused("badParameter") : changed({ clock });
  }),
};

/** Automatic Time Zone Update by the network, at each attach. */
const nitz = numberSetting("nitz", choice(0, 1));

/** Time Zone Reporting (27.007 8.41). */
const ctzr = numberSetting("ctzr", { ...choice(0, 1, 2, 3), range: "(0,1,2,3)" });

/** The commands for the time. */
export const clockCommands: readonly ModuleCommand[] = [cclk, nitz, ctzr];
