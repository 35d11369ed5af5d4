import type { Octets } from "../../at/octets.js";
import type { Millis } from "../../mqtt/packet.js";
import type { LinkId } from "../../mqtt/session.js";
import type { Effect } from "../io.js";
import { type NetworkSettings, pagingWindow, psmTimers } from "../memory/network-settings.js";
import type { Surroundings } from "../profile/profile.js";
import type { RequestId } from "../request.js";
import { type Power, powerNone, settlePower, touch } from "./power.js";
import { isAttached, type Pace, type Radio } from "./radio.js";
import { registration, registrationStat } from "./registration.js";

const never: Millis = Number.POSITIVE_INFINITY;

/** The state of the radio that the last URCs reported. */
interface Reported {
  readonly stat: number;
  readonly connected: boolean;
  readonly asleep: boolean;
  /** The granted eDRX value, if +CEDRXP is on. */
  readonly edrx: Octets | undefined;
}

/** An effect that needs the RRC connection. */
type NetworkEffect = Effect & { readonly to: "link" | "call" };

const unchanged: readonly Octets[] = [];

const isSame = (one: Reported, other: Reported): boolean =>
  one.stat === other.stat &&
  one.connected === other.connected &&
  one.asleep === other.asleep &&
  one.edrx === other.edrx;

/** The RRC connection. It is set up before data are sent, and is released after a time without data. */
export class Rrc {
  readonly #pace: Pace;
  #power: Power = powerNone;
  #reported: Reported = { stat: 0, connected: false, asleep: false, edrx: undefined };
  /** Effects that wait for the connection. */
  #held: readonly NetworkEffect[] = [];
  /** When the connection that is being set up will be up. */
  #upAt: Millis = never;
  /** The latest link that has ended, even if the MQTT client does not know it yet. */
  #ended: LinkId = 0;

  constructor(pace: Pace) {
    this.#pace = pace;
  }

  get power(): Power {
    return this.#power;
  }

  /** Whether the module is in PSM. Data from the network wait there. */
  get isAsleep(): boolean {
    return this.#power.mode === "psm";
  }

  get wakeAt(): Millis {
    return Math.min(this.#power.until, this.#upAt);
  }

  /** Restarts the inactivity time, because data were received. */
  touch(now: Millis): void {
    if (this.#power.mode !== "none") this.#power = touch(now);
  }

  /** Sets the connection up if it is not up; returns when it will be up. */
  raise(now: Millis): Millis {
    if (this.#power.mode === "none") return now;
    if (this.#upAt !== never) return this.#upAt;
    const takes = this.#power.mode === "connected" ? 0 : this.#pace("rrcSetup");
    if (takes === 0) this.touch(now);
    else this.#upAt = now + takes;
    return now + takes;
  }

  /** Returns whether an effect is carried out at once. If not, it waits for the connection, or is dropped with its link. */
  send(effect: NetworkEffect, now: Millis): boolean {
    if (effect.to === "link") {
      const { act, link } = effect;
      if (act.kind === "pause" || act.kind === "resume") return true; // nothing is sent
      if (act.kind === "reset") return this.#dropForReset(link);
    } else if (effect.act.kind === "giveUp") return !this.#dropRequest(effect.id);
    const isUp = this.raise(now) <= now;
    if (effect.to === "link" && effect.link === this.#ended) return false;
    if (isUp && this.#held.length === 0) return true;
    this.#held = [...this.#held, effect];
    return false;
  }

  /** Drops the effects that wait for a link that has ended. */
  forget(link: LinkId): void {
    this.#ended = Math.max(this.#ended, link);
    this.#held = this.#held.filter((it) => it.to !== "link" || it.link !== link);
  }

  /** Returns the waiting effects once the connection is up. */
  takeSent(now: Millis): readonly Effect[] {
    if (this.#upAt > now) return [];
    this.#upAt = never;
    this.touch(now);
    return this.flush();
  }

  /** Returns the waiting effects at once, because the module is switched off. */
  flush(): readonly Effect[] {
    const held = this.#held;
    this.#held = [];
    return held;
  }

  /**
   * Drops the waiting effects, because the connection will not come up. Effects of link `kept` stay.
   * Returns resets for links that were about to close.
   */
  abandon(kept?: LinkId): readonly Effect[] {
    const isKept = (it: NetworkEffect): boolean => it.to === "link" && it.link === kept;
    const lost = this.#held.filter((it) => !isKept(it));
    this.#held = this.#held.filter(isKept);
    this.#upAt = never;
    const dialled = lost.flatMap((it) => (it.to === "link" && it.act.kind === "dial" ? [it.link] : []));
    return lost.flatMap((it) => {
      const closes = it.to === "link" && it.act.kind === "end" && !dialled.includes(it.link);
      return closes ? [{ ...it, act: { kind: "reset" } } as const] : [];
    });
  }

  /** Updates the connection to `now`; returns the URCs of the changes. */
  settle(radio: Radio, networkSettings: NetworkSettings, surroundings: Surroundings, now: Millis): readonly Octets[] {
    this.#power = settlePower(this.#power, isAttached(radio), psmTimers(networkSettings.cpsms), now);
    const before = this.#reported;
    const seen = this.#reportable(radio, networkSettings);
    this.#reported = seen;
    if (isSame(seen, before)) return unchanged;
    const { cereg, cscon, npsmr } = networkSettings;
    const line = (changed: boolean, text: () => Octets) => (changed ? [text()] : []);
    const sleep = line(npsmr === 1 && seen.asleep !== before.asleep, () => `+NPSMR:${Number(seen.asleep)}`);
    return [
      ...(seen.asleep ? [] : sleep),
      ...line(cscon === 1 && seen.connected !== before.connected, () => `+CSCON:${Number(seen.connected)}`),
      ...line(
        cereg > 0 && seen.stat !== before.stat,
        () => `+CEREG:${registration(radio, networkSettings, surroundings)}`,
      ),
      ...line(
        seen.edrx !== undefined && seen.edrx !== before.edrx,
        () => `+CEDRXP:5,"${seen.edrx}","${seen.edrx}","${pagingWindow}"`,
      ),
      ...(seen.asleep ? sleep : []),
    ];
  }

  #reportable(radio: Radio, { cedrxs }: NetworkSettings): Reported {
    const { mode } = this.#power;
    const granted = isAttached(radio) && cedrxs.mode === 2;
    return {
      stat: registrationStat(radio),
      connected: mode === "connected",
      asleep: mode === "psm",
      edrx: granted ? cedrxs.value : undefined,
    };
  }

  /** Drops a request that has not left yet; returns whether there was one. */
  #dropRequest(id: RequestId): boolean {
    const held = this.#held;
    this.#held = held.filter((it) => it.to !== "call" || it.id !== id);
    return this.#held.length < held.length;
  }

  /** Drops the waiting effects of a link; returns whether the link was dialled and must be reset. */
  #dropForReset(link: LinkId): boolean {
    const held = this.#held;
    const was = this.#ended;
    this.forget(link);
    return link !== was && !held.some((it) => it.to === "link" && it.link === link && it.act.kind === "dial");
  }
}
