import { type FinalResult, finalResult, finalWords, information, prompt, unsolicited } from "../at/format.js";
import type { Octets } from "../at/octets.js";
import type { Millis } from "../mqtt/packet.js";
import type { Input, LinkId } from "../mqtt/session.js";
import type { CallId, CallOutcome, Effect, LinkEvent, Reset, Stimulus } from "./border.js";
import type { Outcome } from "./client.js";
import { confirmSpeed } from "./commands/natspeed.js";
import { Effects } from "./effects.js";
import { type Ending, type Machine, runLine, type Said, submitPayload } from "./execute.js";
import { factoryNvm, type Nvm } from "./nvm.js";
import { portWakeAt, settlePort } from "./port.js";
import { isSignalled } from "./preferences.js";
import type { Profile } from "./profile.js";
import { isAttached, type Pace, type RadioChange, radioOn, radioWakeAt, settleRadio } from "./radio.js";
import { type Lasting, powerUp, type Ram } from "./ram.js";
import { Random } from "./random.js";
import type { RebootCause } from "./reboot.js";
import type { Turn } from "./talk.js";
import { timings } from "./timing.js";
import { resolvedLine, urc } from "./urc.js";
import type { Change, Demand, World } from "./world.js";

/** How a module is made. */
export interface ModemOptions {
  readonly profile: Profile;
  /** Where randomness starts from. */
  readonly seed?: number;
  /** What an earlier run has kept; left out: as from the factory. */
  readonly nvm?: Nvm;
  /** Calendar time at moment 0, in ms as Date has it. */
  readonly epochAtStart?: Millis;
}

const never: Millis = Number.POSITIVE_INFINITY;

/** The module: what reaches it goes in, what it does comes out, in order. It reads no clock and opens nothing. */
export class Modem implements Machine {
  readonly profile: Profile;
  readonly #effects = new Effects();
  readonly #pace: Pace;
  readonly #epochAtStart: Millis;
  #ram: Ram;
  /** The number of the last call; a pending one is answered by this number. */
  #call = 0;
  #booting: { readonly until: Millis; readonly cause: RebootCause } | undefined;
  /** The speed that the UART was last told. */
  #baud = 0;
  #now: Millis = 0;

  constructor({ profile, seed = 0, nvm = factoryNvm, epochAtStart = 0 }: ModemOptions) {
    this.profile = profile;
    this.#epochAtStart = epochAtStart;
    const random = new Random(seed);
    this.#pace = (what) => Math.round(random.between(timings[profile.timing][what]));
    this.#ram = this.#newRam({ nvm, radio: radioOn, lastLink: 0 });
  }

  #newRam(lasting: Lasting): Ram {
    return powerUp(this.profile, this.#effects, this.#pace, lasting);
  }

  /** Switches the module on: the banner comes when it has started. */
  powerUp(now: Millis): readonly Effect[] {
    this.#now = now;
    this.#boot("REBOOT_CAUSE_SECURITY_PMU_POWER_ON_RESET");
    return this.#effects.take();
  }

  /** Switches the module off: the broker gets its DISCONNECT, the host nothing. */
  powerDown(now: Millis): readonly Effect[] {
    const { client, air, state } = this.#ram;
    const waiting = air.flush();
    if (client.session.phase === "idle") return waiting;
    const closing = client.step({ kind: "close" }, now, state.settings);
    return [...waiting, ...closing.filter((outcome) => outcome.to !== "outbox")];
  }

  /** Takes in what reaches the module at `now`, and gives what it does. */
  tell(stimulus: Stimulus, now: Millis): readonly Effect[] {
    this.#now = now;
    if (stimulus.from === "host") this.#hearHost(stimulus.bytes);
    else if (stimulus.from === "link") this.#hearLink(stimulus.link, stimulus.event);
    else if (stimulus.from === "call") this.#hearCall(stimulus.id, stimulus.outcome);
    else if (stimulus.from === "world") this.#hearWorld(stimulus.change);
    else this.#hearClock();
    this.#settle();
    return this.#effects.take();
  }

  /** When the module wants to be told of the clock again, if at all. */
  wakeAt(): Millis | undefined {
    if (this.#booting !== undefined) return this.#booting.until;
    const { client, talk, outbox, air, timetable, state } = this.#ram;
    const radio = Math.min(radioWakeAt(state.radio), air.wakeAt);
    const lines = Math.min(timetable.wakeAt, portWakeAt(state.port));
    const at = Math.min(client.wakeAt ?? never, talk.wakeAt(!outbox.isEmpty), radio, lines);
    return at === never ? undefined : at;
  }

  // What a running line sees and does

  world(): World {
    const { client, air } = this.#ram;
    const { dte, port, settings, radio, preferences, nvm } = this.#ram.state;
    const time = this.#epochAtStart + this.#now;
    return {
      // Named one by one, because this is done for every command and a spread takes three times as long.
      dte,
      port,
      settings,
      radio,
      preferences,
      nvm,
      profile: this.profile,
      session: client.session,
      isCongested: client.isCongested,
      power: air.power,
      now: this.#now,
      time,
    };
  }

  apply(change: Change): void {
    const { state, air } = this.#ram;
    this.#ram.state = { ...state, ...change };
    if (change.nvm !== undefined) this.#effects.do({ to: "nvm", nvm: change.nvm });
    if (isSignalled(state.preferences, this.#ram.state.preferences)) air.raise(this.#now);
    this.#settleRadio();
  }

  ignore(what: string): void {
    this.#effects.trace({ kind: "ignored", what });
  }

  demand(demand: Demand): void {
    const { client, behind, state, timetable } = this.#ram;
    if (demand.to === "host") behind.push({ to: "outbox", report: demand.report });
    else if (demand.to === "later") timetable.put({ line: demand.line, at: this.#now + demand.after });
    else if (demand.to === "peer") this.#askPeer(demand);
    else if (demand.to === "call") behind.push({ to: "call", id: ++this.#call, call: demand.call });
    else behind.push(...client.step(demand.request, this.#now, state.settings));
  }

  #askPeer({ answer, silence }: Extract<Demand, { readonly to: "peer" }>): void {
    const { air, timetable } = this.#ram;
    const sentAt = air.raise(this.#now);
    const otherwise = { line: silence.line, at: sentAt + silence.after };
    if (answer === undefined) timetable.put(otherwise);
    else timetable.put({ line: answer.line, at: sentAt + answer.after, otherwise });
  }

  // What reaches the module

  #hearHost(bytes: Uint8Array): void {
    if (this.#booting === undefined) this.#ram.talk.hear(bytes, this.#now);
    else this.#effects.trace({ kind: "dropped", bytes: bytes.length });
  }

  #hearLink(link: number, event: LinkEvent): void {
    const { client, air } = this.#ram;
    if (event.kind === "down") air.forget(link);
    if (!client.isCurrent(link)) return;
    if (event.kind === "up") this.#effects.trace({ kind: "up", link });
    if (event.kind === "down") this.#effects.trace({ kind: "down", link, reason: event.reason });
    this.#noteTraffic(event);
    if (event.kind === "sent") this.#step(client.left(event.total));
    else client.put(event);
  }

  /** What the network sends keeps the connection up; asleep the module hears it only while its own SYN is repeated. */
  #noteTraffic({ kind }: LinkEvent): void {
    const { client, air } = this.#ram;
    const heard = !air.isAsleep || client.session.phase === "opening";
    if (heard && kind !== "sent" && kind !== "sendFailed") air.touch(this.#now);
  }

  #hearCall(id: CallId, { address }: CallOutcome): void {
    if (id !== this.#call) return;
    this.#ram.air.touch(this.#now);
    this.#endCall(address);
  }

  #endCall(address: string | undefined): void {
    const { state, outbox } = this.#ram;
    if (!state.preferences.qdnsPending) return;
    this.#call += 1; // whatever else comes of it is too late
    this.#ram.state = { ...state, preferences: { ...state.preferences, qdnsPending: false } };
    outbox.put(resolvedLine(address));
  }

  #hearWorld(change: RadioChange | Reset): void {
    if (change.kind === "reset") this.#reset(change.cause);
    else {
      const { kind: _, ...given } = change;
      this.#effects.trace({ kind: "radio", change });
      const { state } = this.#ram;
      this.#ram.state = { ...state, radio: { ...state.radio, ...given } };
    }
  }

  /** At equal moments: the end of a boot, all of the air, an answer that took its time, then MQTT's deadlines. */
  #hearClock(): void {
    const booting = this.#booting;
    if (booting !== undefined && booting.until <= this.#now) this.#start(booting.cause);
    this.#settle();
    this.#step({ kind: "time" });
  }

  /** Whatever became possible happens: the radio's loss, lines that waited, packets, and the host's next turn. */
  #settle(): void {
    if (this.#booting !== undefined) return;
    for (let turn: Turn | undefined; ; ) {
      this.#settlePort();
      this.#settleAir();
      this.#release();
      this.#readLink();
      turn = this.#ram.talk.next(this.#now, this.#ram.state.dte);
      if (turn === undefined) return;
      this.#say(this.#perform(turn));
    }
  }

  // The host's side of the street

  #perform(turn: Turn): Said {
    if (turn.kind === "line") return this.#run(turn.line);
    if (turn.kind === "payload") return submitPayload(turn.entry, turn.payload, this);
    return { blocks: [], ending: turn };
  }

  /** A line that is obeyed has come at the right speed. */
  #run(line: Octets): Said {
    const { trial } = this.#ram.state.port;
    const said = runLine(line, this);
    const { ending } = said;
    const obeyed = ending.kind !== "final" || ending.result === "OK";
    if (obeyed && trial !== undefined && this.#ram.state.port.trial === trial)
      this.apply(confirmSpeed(this.#ram.state));
    return said;
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
      else if (outcome.to === "link" || outcome.to === "call") this.#do(this.#ram.air.send(outcome, this.#now));
      else this.#effects.do(outcome);
    }
  }

  #do(effects: readonly Effect[]): void {
    for (const effect of effects) this.#effects.do(effect);
  }

  #settlePort(): void {
    const { state } = this.#ram;
    const port = settlePort(state.port, this.#now);
    if (port !== state.port) this.#ram.state = { ...state, port };
    this.#tellSpeed();
  }

  /** The final result of AT+NATSPEED still leaves at the old speed (AT manual). */
  #tellSpeed(): void {
    const { baud } = this.#ram.state.port.speed;
    if (baud !== this.#baud) this.#effects.do({ to: "port", speed: baud });
    this.#baud = baud;
  }

  /** At equal moments: registration, what waited for the connection, the connection itself, lines that fall due. */
  #settleAir(): void {
    this.#settleRadio();
    this.#dropLostLink();
    const { air, outbox, timetable } = this.#ram;
    this.#do(air.takeSent(this.#now));
    this.#tellAir();
    for (const { line, otherwise } of timetable.takeDue(this.#now)) {
      if (otherwise !== undefined) air.touch(this.#now); // the network has sent it
      outbox.put(line);
    }
  }

  #settleRadio(): void {
    const { state } = this.#ram;
    const radio = settleRadio(state.radio, this.#now, this.#pace);
    if (radio !== state.radio) this.#ram.state = { ...state, radio };
    this.#tellAir();
    if (isAttached(state.radio) && !isAttached(radio)) this.#loseNetwork();
  }

  /** What has changed on the air is told. */
  #tellAir(): void {
    const { air, state, outbox } = this.#ram;
    const lines = air.settle(state.radio, state.preferences, this.profile.surroundings, this.#now);
    for (const line of lines) outbox.put(line);
  }

  /** Nothing that was asked of the network will be answered. */
  #loseNetwork(): void {
    const { client, air, timetable } = this.#ram;
    const { phase, link } = client.session;
    if (phase !== "idle") this.#ram.lostLink = link;
    this.#do(air.abandon(link));
    timetable.loseNetwork();
    this.#endCall(undefined);
  }

  /** The client learns of a lost network when the line that lost it is done, even if it is back by then. */
  #dropLostLink(): void {
    const { client, lostLink } = this.#ram;
    this.#ram.lostLink = undefined;
    if (lostLink === undefined || !client.isCurrent(lostLink)) return;
    this.#route([{ to: "link", link: lostLink, act: { kind: "reset" } }]);
    this.#step({ kind: "down", reason: "networkGone" });
  }

  #readLink(): void {
    const { client, outbox, air } = this.#ram;
    while (!outbox.isFull && !client.isClogged && !air.isAsleep) {
      const input = client.next();
      if (input === undefined) break;
      if (input.kind === "packet") this.#effects.trace({ kind: "packet", way: "came", packet: input.packet });
      if (input.kind === "violation") this.#effects.trace({ kind: "violation", why: input.why });
      this.#step(input);
      this.#release();
    }
    this.#regulate();
  }

  /** The client takes what no line has asked for. */
  #step(input: Input): void {
    const { client, state } = this.#ram;
    const { link } = client.session;
    const outcomes = client.step(input, this.#now, state.settings);
    if (!client.isCurrent(link)) this.#forgetActsOn(link);
    this.#route(outcomes);
  }

  /** What a line has set off cannot happen any more to a link that is gone. */
  #forgetActsOn(link: LinkId): void {
    const { behind } = this.#ram;
    this.#ram.behind = behind.filter((outcome) => outcome.to !== "link" || outcome.link !== link);
  }

  /** While too much waits for the host or for TCP, or the radio sleeps, what the broker sends waits in TCP. */
  #regulate(): void {
    const { client, outbox, air, paused } = this.#ram;
    const { link, phase } = client.session;
    const pausable = phase === "idle" || phase === "opening" ? undefined : link;
    const pause = outbox.isFull || client.isClogged || air.isAsleep ? pausable : undefined;
    if (pause === paused) return;
    this.#ram.paused = pause;
    if (pausable !== undefined)
      this.#effects.do({ to: "link", link, act: { kind: pause === undefined ? "resume" : "pause" } });
  }

  // Starting over

  /** From outside: what the UART has not sent yet is lost. */
  #reset(cause: RebootCause): void {
    this.#effects.do({ to: "port", speed: this.#baud, cut: true });
    this.#reboot(cause);
  }

  /** What the line had set off on a link still happens to the link; the host is told nothing. */
  #reboot(cause: RebootCause): void {
    const { client, air, behind } = this.#ram;
    const { link, phase } = client.session;
    this.#effects.trace({ kind: "reboot", cause });
    this.#route(behind.filter(({ to }) => to === "link" || to === "trace"));
    if (phase !== "idle") this.#route([{ to: "link", link, act: { kind: "reset" } }]);
    this.#do(air.abandon());
    this.#boot(cause);
  }

  #boot(cause: RebootCause): void {
    const { state, client, talk } = this.#ram;
    this.#call += 1; // whatever is pending comes too late
    this.#ram = this.#newRam({ nvm: state.nvm, radio: state.radio, lastLink: client.session.link });
    this.#tellSpeed();
    const takes = this.profile.quirks.bootTime + this.#pace("boot");
    if (takes === 0) {
      this.#ram.talk.takeOver(talk); // nothing came during the boot, so nothing is lost
      this.#start(cause);
    } else this.#booting = { until: this.#now + takes, cause };
  }

  #start(cause: RebootCause): void {
    this.#booting = undefined;
    const banner = [cause, "Neul ", "OK"];
    for (const line of banner) this.#effects.trace({ kind: "urc", line });
    this.#effects.say(information(banner, this.#ram.state.dte));
    this.#settleAir();
  }
}

const prompts: { readonly [P in Profile["quirks"]["prompt"]]: Octets } = {
  "\\r\\n>": "\r\n>",
  "\\r\\n> ": "\r\n> ",
};
