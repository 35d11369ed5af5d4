import { type FinalResult, finalResult, finalWords, information, prompt, unsolicited } from "../at/format.js";
import type { Octets } from "../at/octets.js";
import type { Millis } from "../mqtt/packet.js";
import type { LinkId } from "../mqtt/session.js";
import type { Effect, LinkEvent, Reset, Stimulus } from "./border.js";
import type { Outcome } from "./client.js";
import { Effects } from "./effects.js";
import { type Ending, type Machine, runLine, type Said, submitPayload } from "./execute.js";
import type { Profile } from "./profile.js";
import { isAttached, type RadioChange, radioOn } from "./radio.js";
import { powerUp, type Ram } from "./ram.js";
import type { RebootCause } from "./reboot.js";
import type { Turn } from "./talk.js";
import { urc } from "./urc.js";
import type { Change, Demand, World } from "./world.js";

/** How a module is made. */
export interface ModemOptions {
  readonly profile: Profile;
  /** Where randomness starts from. */
  readonly seed?: number;
}

/** The module: what reaches it goes in, what it does comes out, in order. It reads no clock and opens nothing. */
export class Modem implements Machine {
  readonly profile: Profile;
  readonly #effects = new Effects();
  #ram: Ram;
  #booting: { readonly until: Millis; readonly cause: RebootCause } | undefined;
  #now: Millis = 0;

  constructor({ profile }: ModemOptions) {
    this.profile = profile;
    this.#ram = powerUp(profile, this.#effects, radioOn, 0);
  }

  /** Switches the module on: the banner comes when it has started. */
  powerUp(now: Millis): readonly Effect[] {
    this.#now = now;
    this.#boot("REBOOT_CAUSE_SECURITY_PMU_POWER_ON_RESET");
    return this.#effects.take();
  }

  /** Switches the module off: the broker gets its DISCONNECT, the host nothing. */
  powerDown(now: Millis): readonly Effect[] {
    const { client, state } = this.#ram;
    if (client.session.phase === "idle") return [];
    return client.step({ kind: "close" }, now, state.settings).filter((outcome) => outcome.to !== "outbox");
  }

  /** Takes in what reaches the module at `now`, and gives what it does. */
  tell(stimulus: Stimulus, now: Millis): readonly Effect[] {
    this.#now = now;
    if (stimulus.from === "host") this.#hearHost(stimulus.bytes);
    else if (stimulus.from === "link") this.#hearLink(stimulus.link, stimulus.event);
    else if (stimulus.from === "world") this.#hearWorld(stimulus.change);
    else this.#hearClock();
    this.#settle();
    return this.#effects.take();
  }

  /** When the module wants to be told of the clock again, if at all. */
  wakeAt(): Millis | undefined {
    const { client, talk, outbox } = this.#ram;
    const booted = this.#booting?.until ?? Number.POSITIVE_INFINITY;
    const at = Math.min(client.wakeAt ?? Number.POSITIVE_INFINITY, talk.wakeAt(!outbox.isEmpty), booted);
    return at === Number.POSITIVE_INFINITY ? undefined : at;
  }

  // What a running line sees and does

  world(): World {
    const { client } = this.#ram;
    const { dte, settings, radio } = this.#ram.state;
    return { dte, settings, radio, profile: this.profile, session: client.session, isCongested: client.isCongested };
  }

  apply(change: Change): void {
    this.#ram.state = { ...this.#ram.state, ...change };
  }

  demand(demand: Demand): void {
    const { client, behind, state } = this.#ram;
    if (demand.to === "host") behind.push({ to: "outbox", report: demand.report });
    else behind.push(...client.step(demand.request, this.#now, state.settings));
  }

  // What reaches the module

  #hearHost(bytes: Uint8Array): void {
    if (this.#booting === undefined) this.#ram.talk.hear(bytes, this.#now);
    else this.#effects.trace({ kind: "dropped", bytes: bytes.length });
  }

  #hearLink(link: number, event: LinkEvent): void {
    const { client, state } = this.#ram;
    if (!client.isCurrent(link)) return;
    if (event.kind === "up") this.#effects.trace({ kind: "up", link });
    if (event.kind === "down") this.#effects.trace({ kind: "down", link, reason: event.reason });
    if (event.kind === "sent") this.#route(client.step(client.left(event.total), this.#now, state.settings));
    else client.put(event);
  }

  #hearWorld(change: RadioChange | Reset): void {
    if (change.kind === "reset") this.#reboot(change.cause);
    else {
      const { kind: _, ...given } = change;
      this.#effects.trace({ kind: "radio", change });
      this.apply({ radio: { ...this.#ram.state.radio, ...given } });
    }
  }

  /** At equal moments: the end of a boot, then an answer that took its time, then MQTT's deadlines. */
  #hearClock(): void {
    const booting = this.#booting;
    if (booting !== undefined && booting.until <= this.#now) this.#start(booting.cause);
    this.#settle();
    const { client, state } = this.#ram;
    this.#route(client.step({ kind: "time" }, this.#now, state.settings));
  }

  /** Whatever became possible happens: the radio's loss, lines that waited, packets, and the host's next turn. */
  #settle(): void {
    for (let turn: Turn | undefined; ; ) {
      this.#noticeNetworkLoss();
      this.#release();
      this.#readLink();
      turn = this.#ram.talk.next(this.#now, this.#ram.state.dte);
      if (turn === undefined) return;
      this.#say(this.#perform(turn));
    }
  }

  // The host's side of the street

  #perform(turn: Turn): Said {
    if (turn.kind === "line") return runLine(turn.line, this);
    if (turn.kind === "payload") return submitPayload(turn.entry, turn.payload, this);
    return { blocks: [], ending: turn };
  }

  #say({ blocks, ending }: Said): void {
    const { dte } = this.#ram.state;
    for (const { lines, shown } of blocks) {
      for (const line of shown) this.#effects.trace({ kind: "answer", line });
      this.#effects.say(information(lines, dte));
    }
    if (ending.kind === "final") this.#final(ending.result);
    else if (ending.kind === "entry") this.#prompt(ending);
    else {
      this.#effects.say(information(ending.lines, dte));
      this.#reboot("REBOOT_CAUSE_APPLICATION_AT");
    }
  }

  /** The final result, and behind it what the line has set off. */
  #final(result: FinalResult): void {
    const { state, behind } = this.#ram;
    this.#effects.trace({ kind: "answer", line: finalWords(result, state.dte) });
    if (!state.dte.quiet) this.#effects.say(finalResult(result, state.dte));
    this.#ram.behind = [];
    this.#route(behind);
  }

  #prompt(entry: Extract<Ending, { readonly kind: "entry" }>): void {
    this.#effects.trace({ kind: "answer", line: prompt });
    this.#effects.say(prompts[this.profile.quirks.prompt]);
    this.#ram.talk.startEntry(entry, this.#now);
  }

  /** Says what waited, if this is a moment in which the module may speak unasked. */
  #release(): void {
    const { outbox, state, talk } = this.#ram;
    if (outbox.isEmpty || !talk.mayInterrupt(this.#now)) return;
    for (const line of outbox.takeAll()) {
      this.#effects.trace({ kind: "urc", line });
      if (!state.dte.quiet) this.#effects.say(unsolicited(line));
    }
  }

  // The broker's side of the street

  #route(outcomes: readonly Outcome[]): void {
    for (const outcome of outcomes) {
      if (outcome.to === "outbox") this.#ram.outbox.put(urc(outcome.report, this.profile.quirks));
      else this.#effects.do(outcome);
    }
  }

  /** The client learns of a lost network when the line that lost it is done. */
  #noticeNetworkLoss(): void {
    const { client, state } = this.#ram;
    const { phase, link } = client.session;
    if (phase === "idle" || isAttached(state.radio)) return;
    this.#forgetActsOn(link);
    this.#effects.do({ to: "link", link, act: { kind: "reset" } });
    this.#route(client.step({ kind: "down", reason: "networkGone" }, this.#now, state.settings));
    this.#release();
  }

  #readLink(): void {
    const { client, outbox, state } = this.#ram;
    while (!outbox.isFull && !client.isClogged) {
      const input = client.next();
      if (input === undefined) break;
      if (input.kind === "packet") this.#effects.trace({ kind: "packet", way: "came", packet: input.packet });
      if (input.kind === "violation") this.#effects.trace({ kind: "violation", why: input.why });
      if (input.kind === "down") this.#forgetActsOn(client.session.link);
      this.#route(client.step(input, this.#now, state.settings));
      this.#release();
    }
    this.#regulate();
  }

  /** What a line has set off cannot happen any more to a link that is gone. */
  #forgetActsOn(link: LinkId): void {
    const { behind } = this.#ram;
    this.#ram.behind = behind.filter((outcome) => outcome.to !== "link" || outcome.link !== link);
  }

  /** While too much waits for the host, or for TCP, what the broker sends waits in TCP. */
  #regulate(): void {
    const { client, outbox, paused } = this.#ram;
    const { link, phase } = client.session;
    const isPaused = link === paused;
    const pause = outbox.isFull || client.isClogged;
    if (phase === "idle" || pause === isPaused) return;
    this.#ram.paused = pause ? link : undefined;
    this.#effects.do({ to: "link", link, act: { kind: isPaused ? "resume" : "pause" } });
  }

  // Starting over

  /** What the line had set off on a link still happens to the link; the host is told nothing. */
  #reboot(cause: RebootCause): void {
    const { client, behind } = this.#ram;
    const { session } = client;
    this.#effects.trace({ kind: "reboot", cause });
    this.#route(behind.filter(({ to }) => to !== "outbox"));
    if (session.phase !== "idle") {
      this.#effects.do({ to: "link", link: session.link, act: { kind: "reset" } });
    }
    this.#boot(cause);
  }

  #boot(cause: RebootCause): void {
    const { state, client, talk } = this.#ram;
    this.#ram = powerUp(this.profile, this.#effects, state.radio, client.session.link);
    const { bootTime } = this.profile.quirks;
    if (bootTime === 0) {
      this.#ram.talk.takeOver(talk); // nothing came during the boot, so nothing is lost
      this.#start(cause);
    } else this.#booting = { until: this.#now + bootTime, cause };
  }

  #start(cause: RebootCause): void {
    this.#booting = undefined;
    const banner = [cause, "Neul ", "OK"];
    for (const line of banner) this.#effects.trace({ kind: "urc", line });
    this.#effects.say(information(banner, this.#ram.state.dte));
  }
}

const prompts: { readonly [P in Profile["quirks"]["prompt"]]: Octets } = {
  "\\r\\n>": "\r\n>",
  "\\r\\n> ": "\r\n> ",
};
