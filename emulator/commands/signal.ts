import { form, ok } from "../../at/command.js";
import type { Octets } from "../../at/octets.js";
import { word } from "../../at/params.js";
import type { CommandView, ModuleCommand } from "../command-view.js";
import type { Surroundings } from "../profile/profile.js";
import { hearsCell } from "../radio/radio.js";

/** Signal Quality. The bit error rate is always 99, unknown. */
const csq: ModuleCommand = {
  names: ["+CSQ"],
  manual: "AT manual",
  within: 300,
  test: () => ["+CSQ:(0-31,99),(99)"],
  exec: ({ radio, now }) => ok(`+CSQ:${hearsCell(radio, now) ? radio.rssi : 99},99`),
};

type Measured = Readonly<Record<string, number>>;

const measured = (it: Surroundings): Measured => ({
  "Signal power": it.signalPower,
  "Total power": it.totalPower,
  "TX power": it.txPower,
  "TX time": it.txTime,
  "RX time": it.rxTime,
  "Cell ID": it.cellId,
  ECL: it.ecl,
  SNR: it.snr,
  EARFCN: it.earfcn,
  PCI: it.pci,
  RSRQ: it.rsrq,
  "OPERATOR MODE": 4,
  "CURRENT BAND": it.band,
});

/** The values while the module receives no cell (field). */
const unmeasured: Measured = {
  "Signal power": -32_768,
  "Total power": -32_768,
  "TX power": -32_768,
  "TX time": 0,
  "RX time": 0,
  "Cell ID": 4_294_967_295,
  ECL: 255,
  SNR: -32_768,
  EARFCN: 4_294_967_295,
  PCI: 65_535,
  RSRQ: -32_768,
  "OPERATOR MODE": 0,
  "CURRENT BAND": 0,
};

const radioLines = ({ radio, profile, now }: CommandView): readonly Octets[] =>
  Object.entries(hearsCell(radio, now) ? measured(profile.surroundings) : unmeasured).map(
    ([name, value]) => `${name}:${value}`,
  );

/** `<earfcn>,<physical cell id>,<primary cell>,<rsrp>,<rsrq>,<rssi>,<snr>`, one line for each cell. */
function cellLines({ radio, profile: { surroundings }, now }: CommandView): readonly Octets[] {
  const { earfcn, pci, signalPower, rsrq, totalPower, snr } = surroundings;
  return hearsCell(radio, now) ? [[earfcn, pci, 1, signalPower, rsrq, totalPower, snr].join(",")] : [];
}

/** Constant values: blocks and heap are not modelled. decided */
const throughput = ["RLC UL,0", "RLC DL,0", "MAC UL,0", "MAC DL,0"];
const blockErrors = [
  "RLC UL BLER,0",
  "RLC DL BLER,0",
  "MAC UL BLER,0",
  "MAC DL BLER,0",
  "Total TX bytes,0",
  "Total RX bytes,0",
  "Total TX blocks,0",
  "Total RX blocks,0",
  "Total RTX blocks,0",
  "Total ACK/NACK RX,0",
];
const memory = ["Current Allocated:26464", "Total Free:31944", "Max Free:31536", "Num Allocs:3122", "Num Frees:2997"];

const statistics = {
  RADIO: radioLines,
  CELL: cellLines,
  BLER: () => blockErrors,
  THP: () => throughput,
  APPSMEM: () => memory,
} as const satisfies Record<string, (view: CommandView) => readonly Octets[]>;

const kinds = ["RADIO", "CELL", "BLER", "THP", "APPSMEM"] as const;

const linesOf = (kind: (typeof kinds)[number], view: CommandView): readonly Octets[] =>
  statistics[kind](view).map((line) => `NUESTATS:${kind},${line}`);

/** Query UE Statistics. */
const nuestats: ModuleCommand = {
  names: ["+NUESTATS"],
  manual: "AT manual",
  within: 300,
  partly: "the figures are the profile's, and do not change",
  test: () => [`NUESTATS:(${[...kinds, "ALL"].join(",")})`],
  exec: (view) => ok(...radioLines(view)),
  write: form({ type: word(...kinds, "ALL") }, ({ type }, view: CommandView) =>
    ok(...(type === "ALL" ? kinds.flatMap((kind) => linesOf(kind, view)) : linesOf(type, view))),
  ),
};

/** The commands for signal quality and statistics. */
export const signalCommands: readonly ModuleCommand[] = [csq, nuestats];
