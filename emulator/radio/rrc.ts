import type { Octets } from "../../at/octets.js";
import type { Millis } from "../../mqtt/packet.js";
import type { LinkId } from "../../mqtt/session.js";
import type { Effect } from "../io.js";
import { type NetworkSettings, pagingWindow, psmTimers } from "../memory/network-settings.js";
import type { Surroundings } from "../profile/profile.js";
import type { RequestId } from "../request.js";
import type { SocketHandle } from "../sockets/endpoint.js";
import { type Power, powerNone, released, settlePower, touch } from "./power.js";
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
type NetworkEffect = Effect & { readonly to: "link" | "call" | "socket" };

const unchanged: readonly Octets[] = [];
const nothing: readonly Effect[] = [];

type SocketEffect = Effect & { readonly to: "socket" };

/** The effects that close a socket whose end waited for the connection; none if its dial waited, too. */
function closingOf({ handle, act }: SocketEffect, lost: readonly NetworkEffect[]): readonly Effect[] {
  const isDialled = !lost.some((it) => it.to === "socket" && it.handle === handle && it.act.kind === "dial");
  if (act.kind === "close") return [{ to: "socket", handle, act }];
  return act.kind === "end" && isDialled ? [{ to: "socket", handle, act: { kind: "reset" } }] : [];
}

/** The RRC connection. It is set up before data are sent, and is released after a time without data. */
export class Rrc {
  readonly #pace: Pace;
  #power: Power = powerNone;
  #reported: Reported = { stat: 0, connected: false, asleep: false, edrx: undefined };
  /** Effects that wait for the connection. */
  #held: readonly NetworkEffect[] = [];
  /** When the connection that is being set up will be up. */
  #upAt: Millis = never;
  /** The connection that is being set up is released soon after it is up. */
  #isReleased = false;
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
    if (effect.to === "socket") return this.#sendOnSocket(effect, now);
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

  /** Releases the connection soon. If it is not up yet, this happens soon after it is up. */
  release(now: Millis): void {
    if (this.#held.length > 0) this.#isReleased = true;
    else this.#power = released(this.#power, now);
  }

  /** How many bytes of sockets wait for the connection. */
  get heldBytes(): number {
    return this.#held.reduce((sum, it) => sum + (it.to === "socket" && "bytes" in it.act ? it.act.bytes.length : 0), 0);
  }

  /** Whether the datagram with a number waits for the connection. */
  holdsDatagram(handle: SocketHandle | undefined, number: number): boolean {
    return this.#held.some(
      (it) => it.to === "socket" && it.handle === handle && it.act.kind === "datagram" && it.act.number === number,
    );
  }

  /** Drops the effects that wait for a link that has ended. */
  forget(link: LinkId): void {
    this.#ended = Math.max(this.#ended, link);
    this.#held = this.#held.filter((it) => it.to !== "link" || it.link !== link);
  }

  /** Drops the effects that wait for a socket that has ended in the network. */
  forgetSocket(handle: SocketHandle | undefined): void {
    if (this.#held.length > 0) this.#held = this.#held.filter((it) => it.to !== "socket" || it.handle !== handle);
  }

  /** Returns the waiting effects once the connection is up. */
  takeSent(now: Millis): readonly Effect[] {
    if (this.#upAt > now) return nothing;
    this.#upAt = never;
    this.touch(now);
    const sent = this.flush();
    if (this.#isReleased) this.#power = released(this.#power, now);
    this.#isReleased = false;
    return sent;
  }

  /** Returns the waiting effects at once, because the module is switched off. */
  flush(): readonly Effect[] {
    const held = this.#held;
    this.#held = [];
    return held;
  }

  /**
   * Drops the waiting effects, because the connection will not come up. Effects of link `kept` stay.
   * Returns resets for links that were about to close, and effects that close sockets.
   */
  abandon(kept?: LinkId): readonly Effect[] {
    const isKept = (it: NetworkEffect): boolean => it.to === "link" && it.link === kept;
    const lost = this.#held.filter((it) => !isKept(it));
    this.#held = this.#held.filter(isKept);
    this.#upAt = never;
    this.#isReleased = false;
    const dialled = lost.flatMap((it) => (it.to === "link" && it.act.kind === "dial" ? [it.link] : []));
    return lost.flatMap((it) => {
      if (it.to === "socket") return closingOf(it, lost);
      const closes = it.to === "link" && it.act.kind === "end" && !dialled.includes(it.link);
      return closes ? [{ ...it, act: { kind: "reset" } } as const] : [];
    });
  }

  /** Updates the connection to `now`; returns the URCs of the changes. */
  settle(radio: Radio, networkSettings: NetworkSettings, surroundings: Surroundings, now: Millis): readonly Octets[] {
    this.#power = settlePower(this.#power, isAttached(radio), psmTimers(networkSettings.cpsms), now);
    const before = this.#reported;
    const seen = this.#reportable(radio, networkSettings);
    if (seen === before) return unchanged;
    this.#reported = seen;
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

  /** The state that URCs report. If nothing has changed it is the same object as before, because this runs for each input. */
  #reportable(radio: Radio, { cedrxs }: NetworkSettings): Reported {
    const before = this.#reported;
    const { mode } = this.#power;
    const stat = registrationStat(radio);
    const [connected, asleep] = [mode === "connected", mode === "psm"];
    const edrx = isAttached(radio) && cedrxs.mode === 2 ? cedrxs.value : undefined;
    const isSame = stat === before.stat && connected === before.connected && asleep === before.asleep;
    return isSame && edrx === before.edrx ? before : { stat, connected, asleep, edrx };
  }

  /**
   * `send` for a socket. A reset drops the waiting effects of the socket; it is carried out only if the dial is not among
   * them. The end of a socket waits behind its data.
   */
  #sendOnSocket(effect: SocketEffect, now: Millis): boolean {
    const { handle, act } = effect;
    const isOwn = (it: NetworkEffect): boolean => it.to === "socket" && it.handle === handle;
    if (act.kind === "pause" || act.kind === "resume") return true;
    if (act.kind === "reset") {
      const isDialled = !this.#held.some((it) => isOwn(it) && it.act.kind === "dial");
      this.#held = this.#held.filter((it) => !isOwn(it));
      return isDialled;
    }
    const isSent = act.kind === "close" ? !this.#held.some(isOwn) : this.raise(now) <= now && this.#held.length === 0;
    if (!isSent) this.#held = [...this.#held, effect];
    return isSent;
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
