import type { Effect, LinkEvent, Stimulus } from "../../emulator/io.js";
import type { Nvm } from "../../emulator/memory/nvm.js";
import { Modem } from "../../emulator/modem.js";
import { profileWith } from "../../emulator/profile/profiles.js";
import { isAttached } from "../../emulator/radio/radio.js";
import type { TimingName } from "../../emulator/radio/timing.js";
import type { NetworkRequest, RequestId, RequestOutcome } from "../../emulator/request.js";
import { serverPacket } from "../conversation/server-packet.js";

type LinkEffect = Extract<Effect, { readonly to: "link" }>;

export const octetsOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

/** All that the host hears of some effects. */
export const heardIn = (effects: readonly Effect[]): string =>
  effects.flatMap((effect) => (effect.to === "host" ? [octetsOf(effect.bytes)] : [])).join("");

/** All that is asked of links. */
export const linkEffects = (effects: readonly Effect[]): readonly LinkEffect[] =>
  effects.filter((effect) => effect.to === "link");

/** How long things take, and what an earlier run has kept. */
export interface BenchOptions {
  readonly timing?: TimingName;
  readonly seed?: number;
  readonly nvm?: Nvm;
}

/** A modem, and the least of a world around it: TCP takes all bytes at once, and time stands still unless told. */
export class Bench {
  readonly modem: Modem;
  now = 0;
  /** The last link that was dialled. */
  link = 0;
  /** Links that were dialled, and that neither side has ended. */
  readonly alive = new Set<number>();
  /** Acts on links that are not there, and dials while another link is. */
  readonly misdeeds: string[] = [];
  /** All calls that were made. */
  readonly calls: { readonly id: RequestId; readonly kind: NetworkRequest["kind"] }[] = [];
  /** Those that are neither answered nor given up. */
  readonly waiting = new Set<RequestId>();
  /** TCP takes what it is given, and does not say so. */
  silent = false;
  #sent = 0;

  constructor(quirks: Readonly<Record<string, string>> = {}, { timing = "instant", ...options }: BenchOptions = {}) {
    this.modem = new Modem({ profile: { ...profileWith(quirks), timing }, ...options });
    this.modem.powerUp(0);
    this.wait(this.untilAlarm);
  }

  /** How long it is until the modem wants to be told of the clock; no time at all where it does not. */
  get untilAlarm(): number {
    return Math.max(0, (this.modem.wakeAt() ?? this.now) - this.now);
  }

  /** Tells the modem something; what it does, and what comes of TCP's answers to that. */
  tell(stimulus: Stimulus): readonly Effect[] {
    const effects = this.modem.tell(stimulus, this.now);
    const acts = linkEffects(effects);
    for (const effect of acts) this.#watch(effect);
    for (const effect of effects) if (effect.to === "call") this.#watchCall(effect);
    const wrote = !this.silent && acts.some(({ link, act }) => act.kind === "bytes" && this.alive.has(link));
    return wrote ? [...effects, ...this.onLink({ kind: "sent", total: this.#sent })] : effects;
  }

  #watch({ link, act }: LinkEffect): void {
    if (act.kind === "dial" ? this.alive.size > 0 : !this.alive.has(link)) this.misdeeds.push(`${act.kind} ${link}`);
    if (act.kind === "dial") [this.link, this.#sent] = [link, 0];
    if (act.kind === "dial") this.alive.add(link);
    if (act.kind === "bytes") this.#sent += act.bytes.length;
    if (act.kind === "end" || act.kind === "reset") this.alive.delete(link);
  }

  #watchCall({ id, act: { kind } }: Effect & { readonly to: "call" }): void {
    if (kind === "giveUp") {
      if (!this.waiting.delete(id)) this.misdeeds.push(`give up ${id}`);
      return;
    }
    if (this.calls.some((call) => call.kind === kind && this.waiting.has(call.id))) this.misdeeds.push(`${kind} ${id}`);
    this.calls.push({ id, kind });
    this.waiting.add(id);
  }

  /** A call is answered, if it was made so long ago. */
  answer(back: number, outcomes: { readonly [K in NetworkRequest["kind"]]: RequestOutcome }): readonly Effect[] {
    const call = this.calls.at(-1 - back);
    if (call === undefined) return [];
    this.waiting.delete(call.id);
    return this.tell({ from: "call", id: call.id, outcome: outcomes[call.kind] });
  }

  /** The host types; all that the modem does. */
  types(octets: string): readonly Effect[] {
    return this.tell({ from: "host", bytes: Buffer.from(octets, "latin1") });
  }

  /** The host types a line; all that it hears. */
  says(line: string): string {
    return heardIn(this.types(`${line}\r`));
  }

  onLink(event: LinkEvent, link = this.link): readonly Effect[] {
    if (event.kind === "down") this.alive.delete(link);
    return this.tell({ from: "link", link, event });
  }

  /** The broker sends a packet. */
  broker(notation: string): readonly Effect[] {
    return this.onLink({ kind: "bytes", bytes: serverPacket(notation) });
  }

  /** Time passes, at once. */
  wait(span: number): readonly Effect[] {
    this.now += span;
    return this.tell({ from: "clock" });
  }

  /** Brings an idle modem this far. */
  reach(state: "idle" | "open" | "connected"): this {
    if (state === "idle") return this;
    for (let turn = 0; turn < 9 && !isAttached(this.modem.view().radio); turn += 1) this.wait(this.untilAlarm);
    this.#obeys('AT+QMTOPEN=0,"broker.example",1883');
    this.onLink({ kind: "up" });
    if (state === "open") return this;
    this.#obeys('AT+QMTCONN=0,"me"');
    this.broker("CONNACK 0");
    return this;
  }

  #obeys(line: string): void {
    let heard = this.says(line);
    for (let turn = 0; turn < 9 && !heard.includes("OK"); turn += 1) heard += heardIn(this.wait(this.untilAlarm));
  }
}
