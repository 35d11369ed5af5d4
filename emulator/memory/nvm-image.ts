import { isIpv4 } from "../addresses.js";
import { all, type Check, listOf, oneOf, type Shape, secret, shown, some, text, whole } from "../profile/schema.js";
import {
  baudRates,
  coreLevels,
  factoryNvm,
  type Natspeed,
  type NconfigName,
  type Nvm,
  nconfigNames,
  nconfigValue,
  nconfigValues,
  supportedBands,
} from "./nvm.js";
import { maxPinTries, maxPukTries, type SimCard } from "./sim-card.js";

/** The version of the image format. An image of another version is refused. */
export const nvmVersion = 1;

/** The memory with any parts left out, as an image may hold it. */
interface PartialNvm extends Omit<Nvm, "nconfig" | "natspeed" | "nloglevel"> {
  readonly nconfig: Partial<Nvm["nconfig"]>;
  readonly natspeed: Partial<Natspeed>;
  readonly nloglevel: Partial<Nvm["nloglevel"]>;
}

const nconfigRule = (name: NconfigName): Check<string> =>
  text(nconfigValues(name), (value) => nconfigValue(name, value) === value);

const nconfigRules = Object.fromEntries(nconfigNames.map((name) => [name, nconfigRule(name)])) as Shape<Nvm["nconfig"]>;

const natspeedRules: Shape<Natspeed> = {
  baud: oneOf(...baudRates),
  sync: oneOf(0, 1, 2, 3),
  stop: oneOf(1, 2),
  parity: oneOf(0, 1, 2),
  xonxoff: oneOf(0, 1),
};

const level = oneOf(...coreLevels);

const pinRule = secret("text of 4 to 8 digits", /^\d{4,8}$/);

const simRules: Shape<SimCard> = {
  iccid: text("20 digits", /^\d{20}$/),
  firstPin: pinRule,
  wasAsked: oneOf(0, 1),
  puk: secret("text of 8 digits", /^\d{8}$/),
  pin: pinRule,
  isAsked: oneOf(0, 1),
  pinTries: whole(0, maxPinTries),
  pukTries: whole(0, maxPukTries),
};

/** The legal values of each field: the same as in the command that sets it. */
const nvmRules: Shape<PartialNvm> = {
  nconfig: some(nconfigRules),
  natspeed: some(natspeedRules),
  bands: listOf(oneOf(...supportedBands), supportedBands.length),
  qregswt: oneOf(0, 1, 2),
  qledmode: oneOf(0, 1),
  nsonmi: oneOf(0, 1, 2, 3),
  ncdp: all({ ip: text("an IPv4 address", isIpv4), port: whole(1, 65_535) }),
  cipca: oneOf(0, 1),
  ctzr: oneOf(0, 1, 2, 3),
  nitz: oneOf(0, 1),
  sim: all(simRules),
  nloglevel: some({ PROTOCOL: level, APPLICATION: level, SECURITY: level }),
};

/** The image of the memory, to be stored as JSON. */
export const nvmImage = (nvm: Nvm): object => ({ version: nvmVersion, ...nvm });

/**
 * Reads a stored image (parsed JSON). A `problem` is one line that names the key. Parts that are left out get the factory
 * settings, because an image may be written by hand.
 */
export function nvmFrom(json: unknown): { readonly nvm: Nvm } | { readonly problem: string } {
  const problem = versionProblem(json);
  if (problem !== undefined) return { problem };
  const checked = some<PartialNvm & { readonly version: number }>({ version: oneOf(nvmVersion), ...nvmRules })(
    json,
    "",
  );
  if ("problem" in checked) return checked;
  const { version: _, ...given } = checked.value;
  const { nconfig, natspeed, nloglevel } = factoryNvm;
  const nvm: Nvm = {
    ...factoryNvm,
    ...given,
    nconfig: { ...nconfig, ...given.nconfig },
    natspeed: { ...natspeed, ...given.natspeed },
    nloglevel: { ...nloglevel, ...given.nloglevel },
  };
  const clash = clashIn(nvm);
  return clash === undefined ? { nvm } : { problem: clash };
}

/** The problem of the version. Checked first, because another version may have other keys. */
function versionProblem(json: unknown): string | undefined {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return undefined;
  if (!Object.hasOwn(json, "version")) return "version: it is missing";
  const { version } = json as { readonly version: unknown };
  return version === nvmVersion
    ? undefined
    : `version: ${shown(version)} is not ${nvmVersion}, the only one known here`;
}

/** The problem of values that are legal only by themselves; undefined: none. */
function clashIn({ natspeed: { sync, baud }, bands }: Nvm): string | undefined {
  if (sync === 3 && (baud === 4800 || baud === 57_600)) return `natspeed.sync: 3 cannot be had at ${baud} baud`;
  return new Set(bands).size < bands.length ? "bands: one is named twice" : undefined;
}
