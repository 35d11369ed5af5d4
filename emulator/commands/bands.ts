import { changed, form, ok, refused } from "../../at/command.js";
import { choice, int, optional, repeat, text } from "../../at/params.js";
import type { CommandView, ModuleAnswer, ModuleCommand } from "../command-view.js";
import { supportedBands } from "../memory/nvm.js";

/** One of the module's bands. The test form lists them by their number. */
const band = { ...choice(...supportedBands), range: `(${supportedBands.toSorted((one, other) => one - other)})` };

/** The answer, or error 3 while the radio is on. */
const whileOff = ({ radio }: CommandView, answer: ModuleAnswer): ModuleAnswer =>
  radio.functionality ? refused("operationNotAllowed") : answer;

/** Set Supported Bands. Stored in NVM. The emulated network is on every band. */
const nband: ModuleCommand = {
  names: ["+NBAND"],
  manual: "AT manual",
  within: 300,
  partly: "kept; the network here is on every band",
  test: () => [`+NBAND:${band.range}`],
  read: ({ nvm }) => ok(`+NBAND:${nvm.bands}`),
  write: form({ bands: repeat({ band }) }, ({ bands }, view: CommandView) => {
    const chosen = bands.map(({ band }) => band);
    if (new Set(chosen).size < chosen.length) return refused("badParameter");
    return whileOff(view, changed({ nvm: { ...view.nvm, bands: chosen } }));
  }),
};

/** Clear Stored EARFCN. It does not change the search. */
const ncsearfcn: ModuleCommand = {
  names: ["+NCSEARFCN"],
  manual: "AT manual",
  within: 300,
  partly: "taken; the search does not change",
  exec: (view) => whileOff(view, ok()),
};

const isCellId = (digits: string): boolean => /^[0-9a-f]{1,3}$/i.test(digits) && Number.parseInt(digits, 16) <= 0x1f7;

const cellId = {
  ...text("pci", 3, { check: isCellId }),
  probes: { good: ["0", "1F7", "1f7"], bad: ["1F8", "G", "0001", "-1", '""'] },
};

/** Specify Search Frequencies. The emulated network is on every frequency. */
const nearfcn: ModuleCommand = {
  names: ["+NEARFCN"],
  manual: "AT manual",
  within: 300,
  partly: "taken; the network here is on every frequency",
  test: () => [],
  write: form({ mode: choice(0), earfcn: int(1, 65_535), pci: optional(cellId) }, () => ok()),
};

/** The commands for bands and frequencies. */
export const bandCommands: readonly ModuleCommand[] = [nband, ncsearfcn, nearfcn];
