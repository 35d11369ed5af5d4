import type { Effect, LinkEvent, Stimulus } from "../../emulator/io.js";
import { factoryNvm } from "../../emulator/memory/nvm.js";
import type { RequestId } from "../../emulator/request.js";
import type { TraceEvent } from "../../emulator/trace.js";
import type { Millis } from "../../mqtt/packet.js";
import { hostSays } from "./host-text.js";
import { type FromLink, Link } from "./link.js";
import type { Line } from "./script.js";
import { brokerSays, callText, linkEventOf, outcomeOf, spanOf, worldOf } from "./stimulus.js";

/** The three things that a modem can be asked to do. */
interface Device {
  powerUp(now: Millis): readonly Effect[];
  tell(stimulus: Stimulus, now: Millis): readonly Effect[];
  wakeAt(): Millis | undefined;
}

/** Something heard from the modem, and when. */
export type Heard = { readonly at: Millis } & (
  | { readonly wire: "host"; readonly bytes: Buffer }
  | { readonly wire: "port"; readonly text: string }
  | ({ readonly wire: FromLink["wire"] } & FromLink)
);

/** Watches what the modem does, besides what is heard. */
export interface Watcher {
  watch(event: TraceEvent, now: Millis): void;
  wait(now: Millis): void;
}

/** How bytes arrive on both wires. */
export type Cut = "whole" | "byte by byte";

const mostTurns = 100_000;

/** Plays a conversation's lines to a modem and hears everything. The clock is virtual. */
export class Player {
  now: Millis = 0;
  /** Every effect so far, in order. */
  readonly effects: Effect[] = [];
  readonly #modem: Device;
  readonly #cut: Cut;
  readonly #watcher: Watcher | undefined;
  readonly #links: Link[] = [];
  /** The numbers of the calls so far. */
  readonly #calls: RequestId[] = [];
  #speed: number = factoryNvm.natspeed.baud;
  #heard: Heard[] = [];

  constructor(modem: Device, cut: Cut, watcher?: Watcher) {
    this.#modem = modem;
    this.#cut = cut;
    this.#watcher = watcher;
  }

  /** Says a line; what is heard until the modem is quiet again. */
  play(line: Line): readonly Heard[] {
    this.#heard = [];
    this.#say(line);
    this.#settle();
    for (const link of this.#links) this.#note(link.torn);
    return this.#heard;
  }

  #say({ speaker, text }: Line): void {
    if (speaker === "host") for (const bytes of this.#cuts(hostSays(text))) this.#tell({ from: "host", bytes });
    else if (speaker === "clock") this.#wait(spanOf(text));
    else if (speaker === "module" && text === "power") this.#take(this.#modem.powerUp(this.now));
    else if (speaker === "module") this.#tell(worldOf(text));
    else if (speaker === "network" && outcomeOf(text) !== undefined) this.#answerCall(text);
    else if (speaker === "trace") throw new SyntaxError("the trace is only heard");
    else if (speaker === "port") throw new SyntaxError("the port says nothing");
    else this.#sayOnLink(speaker, text);
  }

  #answerCall(text: string): void {
    const outcome = outcomeOf(text);
    const id = this.#calls.at(/^old /.test(text) ? -2 : -1);
    if (id === undefined || outcome === undefined) throw new SyntaxError("there is no such call");
    this.#tell({ from: "call", id, outcome });
  }

  #sayOnLink(speaker: "broker" | "network", text: string): void {
    const old = /^old /.test(text);
    const link = this.#links.at(old ? -2 : -1);
    if (link === undefined) throw new SyntaxError("there is no such link");
    const words = old ? text.slice(4) : text;
    if (speaker === "broker") for (const bytes of this.#cuts(brokerSays(words))) this.#feed(link, bytes);
    else if (words === "stuck" || words === "flowing") link.stuck = words === "stuck";
    else this.#tellLink(link, linkEventOf(words));
  }

  #cuts(bytes: Buffer): readonly Buffer[] {
    return this.#cut === "whole" ? [bytes] : [...bytes].map((byte) => Buffer.of(byte));
  }

  #feed(link: Link, bytes: Buffer): void {
    link.hold(bytes);
    const event = link.nextBytes();
    if (event !== undefined) this.#tellLink(link, event);
  }

  #tellLink(link: Link, event: LinkEvent): void {
    link.tell(event);
    this.#tell({ from: "link", link: link.id, event });
  }

  #tell(stimulus: Stimulus): void {
    this.#take(this.#modem.tell(stimulus, this.now));
  }

  /** Time passes, from one alarm to the next. */
  #wait(span: Millis): void {
    const end = this.now + span;
    for (let at = this.#modem.wakeAt(); at !== undefined && at <= end; at = this.#modem.wakeAt()) {
      this.now = Math.max(this.now, at);
      this.#tell({ from: "clock" });
      this.#settle();
    }
    this.now = end;
    this.#watcher?.wait(this.now);
  }

  /** TCP answers, and alarms that are due ring, until there is nothing more to tell. */
  #settle(): void {
    for (let turn = 0; turn < mostTurns; turn += 1) {
      const told = this.#links.some((link) => {
        const event = link.next();
        if (event !== undefined) this.#tellLink(link, event);
        return event !== undefined;
      });
      const at = this.#modem.wakeAt();
      if (!told && (at === undefined || at > this.now)) return;
      if (!told) this.#tell({ from: "clock" });
    }
    throw new Error("the modem's alarm rings without end");
  }

  #take(effects: readonly Effect[]): void {
    for (const effect of effects) {
      this.effects.push(effect);
      if (effect.to === "host") this.#hearHost(Buffer.from(effect.bytes));
      else if (effect.to === "trace") this.#watcher?.watch(effect.event, this.now);
      else if (effect.to === "call") this.#call(effect);
      else if (effect.to === "port") this.#hearSpeed(effect.speed);
      else if (effect.to === "nvm")
        continue; // nobody hears a memory
      else if (effect.act.kind === "dial") this.#dial(effect.link, effect.act);
      else this.#hearLink(effect.link, effect.act);
    }
  }

  #hearHost(bytes: Buffer): void {
    this.#heard.push({ wire: "host", bytes, at: this.now });
  }

  /** Everybody knows at which speed a module starts. */
  #hearSpeed(speed: number): void {
    if (speed !== this.#speed) this.#heard.push({ wire: "port", text: `speed ${speed}`, at: this.now });
    this.#speed = speed;
  }

  #call({ id, act }: Effect & { to: "call" }): void {
    if (act.kind !== "giveUp") this.#calls.push(id);
    this.#note([{ wire: "network", text: callText(act) }]);
  }

  #dial(id: number, { host, port }: { readonly host: string; readonly port: number }): void {
    const known = this.#links.some((link) => link.id === id);
    this.#links.push(new Link(id));
    this.#note([{ wire: "network", text: `dial "${host}":${port}${known ? " again under the same number" : ""}` }]);
  }

  #hearLink(id: number, act: Exclude<(Effect & { to: "link" })["act"], { kind: "dial" }>): void {
    const link = this.#links.findLast((each) => each.id === id);
    this.#note(link?.hear(act) ?? [{ wire: "network", text: `${act.kind} on a link that nobody dialled` }]);
  }

  #note(heard: readonly FromLink[]): void {
    for (const each of heard) this.#heard.push({ ...each, at: this.now });
  }
}
