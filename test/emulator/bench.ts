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

/** The output to the host in a list of effects. */
export const heardIn = (effects: readonly Effect[]): string =>
  effects.flatMap((effect) => (effect.to === "host" ? [octetsOf(effect.bytes)] : [])).join("");

/** The actions on links in a list of effects. */
export const linkEffects = (effects: readonly Effect[]): readonly LinkEffect[] =>
  effects.filter((effect) => effect.to === "link");

/** The timing of a bench, and its memory from an earlier run. */
export interface BenchOptions {
  readonly timing?: TimingName;
  readonly seed?: number;
  readonly nvm?: Nvm;
}

/** A modem with a minimal environment: TCP takes all bytes at once, and only `wait` advances the time. */
export class Bench {
  readonly modem: Modem;
  now = 0;
  /** The link that was dialled last. */
  link = 0;
  /** Links that were dialled, and that neither side has ended. */
  readonly alive = new Set<number>();
  /** Illegal actions: on a link or request that does not exist, or a second link or request of the same kind. */
  readonly violations: string[] = [];
  /** All requests that were made. */
  readonly calls: { readonly id: RequestId; readonly kind: NetworkRequest["kind"] }[] = [];
  /** The requests that are neither answered nor cancelled. */
  readonly waiting = new Set<RequestId>();
  /** Whether TCP takes bytes without reporting `sent`. */
  silent = false;
  #sent = 0;
  readonly #socketBytes = new Map<number, number>();

  constructor(quirks: Readonly<Record<string, string>> = {}, { timing = "instant", ...options }: BenchOptions = {}) {
    this.modem = new Modem({ profile: { ...profileWith(quirks), timing }, ...options });
    this.modem.powerUp(0);
    this.wait(this.untilAlarm);
  }

  /** The time until the modem needs a `clock` stimulus; 0 where it needs none. */
  get untilAlarm(): number {
    return Math.max(0, (this.modem.wakeAt() ?? this.now) - this.now);
  }

  /** Gives a stimulus to the modem; returns its effects, and those of TCP's `sent`. */
  tell(stimulus: Stimulus): readonly Effect[] {
    const effects = this.modem.tell(stimulus, this.now);
    const acts = linkEffects(effects);
    for (const effect of acts) this.#watch(effect);
    for (const effect of effects) if (effect.to === "call") this.#watchCall(effect);
    const answers = this.silent
      ? []
      : effects.flatMap((effect) => (effect.to === "socket" ? this.#answer(effect) : []));
    if (answers.length > 0) return [...effects, ...answers];
    const wrote = !this.silent && acts.some(({ link, act }) => act.kind === "bytes" && this.alive.has(link));
    return wrote ? [...effects, ...this.onLink({ kind: "sent", total: this.#sent })] : effects;
  }

  /** The number of the socket that was dialled or used last. */
  get lastSocket(): number {
    return Math.max(0, ...this.#socketBytes.keys());
  }

  /** A server accepts every dial of a socket, and takes all bytes. */
  #answer({ handle, act }: Extract<Effect, { readonly to: "socket" }>): readonly Effect[] {
    if (act.kind === "dial" || !this.#socketBytes.has(handle)) this.#socketBytes.set(handle, 0);
    if (act.kind === "dial") return this.tell({ from: "socket", handle, event: { kind: "up" } });
    if (act.kind === "datagram" && act.number !== undefined)
      return this.tell({ from: "socket", handle, event: { kind: "handed", number: act.number } });
    if (act.kind !== "bytes") return [];
    const total = (this.#socketBytes.get(handle) ?? 0) + act.bytes.length;
    this.#socketBytes.set(handle, total);
    return this.tell({ from: "socket", handle, event: { kind: "sent", total } });
  }

  #watch({ link, act }: LinkEffect): void {
    if (act.kind === "dial" ? this.alive.size > 0 : !this.alive.has(link)) this.violations.push(`${act.kind} ${link}`);
    if (act.kind === "dial") [this.link, this.#sent] = [link, 0];
    if (act.kind === "dial") this.alive.add(link);
    if (act.kind === "bytes") this.#sent += act.bytes.length;
    if (act.kind === "end" || act.kind === "reset") this.alive.delete(link);
  }

  #watchCall({ id, act: { kind } }: Effect & { readonly to: "call" }): void {
    if (kind === "giveUp") {
      if (!this.waiting.delete(id)) this.violations.push(`give up ${id}`);
      return;
    }
    if (this.calls.some((call) => call.kind === kind && this.waiting.has(call.id)))
      this.violations.push(`${kind} ${id}`);
    this.calls.push({ id, kind });
    this.waiting.add(id);
  }

  /** Answers a request; `back` counts from the last one. */
  answer(back: number, outcomes: { readonly [K in NetworkRequest["kind"]]: RequestOutcome }): readonly Effect[] {
    const call = this.calls.at(-1 - back);
    if (call === undefined) return [];
    this.waiting.delete(call.id);
    return this.tell({ from: "call", id: call.id, outcome: outcomes[call.kind] });
  }

  /** The host types octets; returns all effects. */
  types(octets: string): readonly Effect[] {
    return this.tell({ from: "host", bytes: Buffer.from(octets, "latin1") });
  }

  /** The host types a line; returns the output to the host. */
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

  /** Advances the time in one step. */
  wait(span: number): readonly Effect[] {
    this.now += span;
    return this.tell({ from: "clock" });
  }

  /** Brings an idle modem into a state. */
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
