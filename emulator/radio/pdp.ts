import type { Octets } from "../../at/octets.js";
import type { NetworkSettings, PdpContext } from "../memory/network-settings.js";
import type { Surroundings } from "../profile/profile.js";
import { attachContext, isAttached, type Radio } from "./radio.js";

/** The network has IPv4 only: the cause of +NIPINFO where there is no address, of all kinds (AT manual). */
const noAddressCause = 5;

/** The address of an active context: that of the profile, and the `<cid>` added to its last number. None without IPv4. decided */
export function addressOf(cid: number, type: PdpContext["type"], { address }: Surroundings): string | undefined {
  if (type !== "IP" && type !== "IPV4V6") return undefined;
  const [last = 0, ...others] = address.split(".").map(Number).reverse();
  return [...others.reverse(), (last + cid) % 256].join(".");
}

/** What +NIPINFO and +NGACTR have told. */
interface Told {
  readonly active: Radio["active"];
  readonly denied: boolean;
}

const none: readonly Octets[] = [];
const nothingTold: Told = { active: new Set(), denied: false };

/** The URCs of the PDP contexts: of their state (AT+NGACTR) and their addresses (AT+NIPINFO). */
export class ContextReports {
  #told = nothingTold;

  /** Returns the URCs of what has changed since the last call. */
  settle(radio: Radio, settings: NetworkSettings, surroundings: Surroundings): readonly Octets[] {
    const before = this.#told;
    const { active } = radio;
    const isDenied = radio.stage === "denied";
    if (active === before.active && isDenied === before.denied) return none;
    const told = { active, denied: isDenied };
    this.#told = told;
    const changed = [...new Set([...before.active, ...told.active])]
      .filter((cid) => told.active.has(cid) !== before.active.has(cid))
      .toSorted((one, other) => one - other);
    const denied = told.denied && !before.denied && settings.nipinfo === 1;
    return [
      ...changed.flatMap((cid) => changeLines(cid, told.active.has(cid), settings, surroundings)),
      ...(denied ? [addressLine(attachContext, undefined)] : none),
    ];
  }
}

const addressLine = (cid: number, address: string | undefined): Octets =>
  `+NIPINFO:${cid},IP,${address ?? `,${noAddressCause}`}`;

function changeLines(
  cid: number,
  isActive: boolean,
  { ngactr, nipinfo, contexts }: NetworkSettings,
  surroundings: Surroundings,
): readonly Octets[] {
  const type = contexts.get(cid)?.type;
  const hasAddress = nipinfo === 1 && isActive && type !== undefined && type !== "NONIP";
  return [
    ...(ngactr === 1 ? [`+NGACTR:${cid},${Number(isActive)},0`] : none),
    ...(hasAddress ? [addressLine(cid, addressOf(cid, type, surroundings))] : none),
  ];
}

/** The radio with a context made active or inactive. Only an attached module has active contexts. */
export function withContext(radio: Radio, cid: number, isActive: boolean): Radio {
  if (!isAttached(radio)) return radio;
  const others = [...radio.active].filter((each) => each !== cid);
  return { ...radio, active: new Set(isActive ? [...others, cid] : others) };
}
