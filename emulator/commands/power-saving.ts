import { changed, form, ok, refused } from "../../at/command.js";
import type { Octets } from "../../at/octets.js";
import { choice, keeping, optional, type Param, text } from "../../at/params.js";
import type { CommandView, ModuleCommand } from "../command-view.js";
import { pagingWindow, standardTimers } from "../memory/network-settings.js";
import { isAttached } from "../radio/radio.js";

/** A parameter of `count` binary digits, with or without quotes. */
const bits = (count: number): Param<Octets> => ({
  ...text("bits", count, { min: count, check: (digits) => /^[01]+$/.test(digits) }),
  range: `(${"0".repeat(count)}-${"1".repeat(count)})`,
  probes: {
    good: ["0".repeat(count), `"${"1".repeat(count)}"`],
    bad: ["0".repeat(count - 1), "0".repeat(count + 1), "2".repeat(count), '""', "x"],
  },
});

/** A parameter that must be empty: it is for GSM and UMTS. */
const unused = keeping({ ...text("unused", 0, { min: 0 }), probes: { good: ['""'], bad: ["0", "x", '"0"'] } });

/** Power Saving Mode Setting: T3412 extended and T3324, coded as in 24.008 10.5.7.4a and 10.5.7.3. */
const cpsms: ModuleCommand = {
  names: ["+CPSMS"],
  manual: "AT manual",
  within: 300,
  test: () => ["+CPSMS:(0,1,2),,,( 00000000-11111111), (00000000-11111111)"],
  read: ({ networkSettings: { cpsms: kept } }) =>
    ok(kept === undefined ? "+CPSMS:0" : `+CPSMS:1,,,${kept.periodic},${kept.active}`),
  write: form(
    {
      mode: choice(0, 1, 2),
      periodicRau: unused,
      readyTimer: unused,
      periodic: keeping(bits(8)),
      active: keeping(bits(8)),
    },
    ({ mode, periodic, active }, { networkSettings }: CommandView) => {
      const asked = { periodic: periodic ?? standardTimers.periodic, active: active ?? standardTimers.active };
      return changed({ networkSettings: { ...networkSettings, cpsms: mode === 1 ? asked : undefined } });
    },
  ),
};

/** The only access technology of the module: E-UTRAN, NB-S1 mode. */
const narrowBand = choice(5);

/** eDRX Setting. Mode 3 switches eDRX off and restores the default value (27.007 7.40). */
const cedrxs: ModuleCommand = {
  names: ["+CEDRXS"],
  manual: "AT manual",
  within: 300,
  partly: "granted as asked for; it delays nothing",
  test: () => ['+CEDRXS:(0,1,2,3),(5),("0000"-"1111")'],
  read: ({ networkSettings: { cedrxs: kept } }) => (kept.mode === 0 ? ok() : ok(`+CEDRXS:5,"${kept.value}"`)),
  write: form(
    {
      mode: choice(0, 1, 2, 3),
      technology: optional(narrowBand),
      value: optional(bits(4)),
    },
    ({ mode, technology, value }, { networkSettings }: CommandView) => {
      if ((technology === undefined) !== (mode === 3)) return refused("badParameter");
      const kept = mode === 3 ? standardEdrx : { mode, value: value ?? networkSettings.cedrxs.value };
      return changed({ networkSettings: { ...networkSettings, cedrxs: kept } });
    },
  ),
};

const standardEdrx = { mode: 0, value: "0101" } as const;

/** eDRX Read Dynamic Parameters: what was asked for, what is granted, and the paging time window (27.007 7.41). */
const cedrxrdp: ModuleCommand = {
  names: ["+CEDRXRDP"],
  manual: "AT manual",
  within: 300,
  test: () => [],
  exec: ({ networkSettings: { cedrxs: kept }, radio }) =>
    ok(
      kept.mode === 0 || !isAttached(radio)
        ? "+CEDRXRDP:0"
        : `+CEDRXRDP:5,"${kept.value}","${kept.value}","${pagingWindow}"`,
    ),
};

/** Power Saving Mode Status Report. */
const npsmr: ModuleCommand = {
  names: ["+NPSMR"],
  manual: "AT manual",
  within: 300,
  test: () => ["+NPSMR:(0,1)"],
  read: ({ networkSettings, power }) => {
    const asleep = power.mode === "psm" ? 1 : 0;
    return ok(networkSettings.npsmr === 0 ? "+NPSMR:0" : `+NPSMR:1,${asleep}`);
  },
  write: form({ n: choice(0, 1) }, ({ n }, { networkSettings }: CommandView) =>
    changed({ networkSettings: { ...networkSettings, npsmr: n } }),
  ),
};

/** The commands for power saving. */
export const powerSavingCommands: readonly ModuleCommand[] = [cpsms, cedrxs, cedrxrdp, npsmr];
