import { type FinalResult, finalResult, finalWords, information, unsolicited } from "../at/format.js";
import { type Edited, LineEditor } from "../at/line-editor.js";
import { maskLine } from "../at/mask.js";
import { type Octets, toBytes } from "../at/octets.js";
import type { Millis } from "../mqtt/packet.js";
import type { Effect, LinkEvent, Reset, Stimulus } from "./border.js";
import { Client, type Outcome } from "./client.js";
import { commands } from "./commands/index.js";
import { defaultDte } from "./dte.js";
import { type Ending, type Machine, runLine, type Said, submitPayload } from "./execute.js";
import { Outbox } from "./outbox.js";
import type { Profile } from "./profile.js";
import { isAttached, type RadioChange, radioOn } from "./radio.js";
import type { RebootCause } from "./reboot.js";
import { defaultSettings } from "./settings.js";
import type { TraceEvent } from "./trace.js";
import { urc } from "./urc.js";
import type { Change, Demand, State, World } from "./world.js";

const mostWaiting = 4096;
const never: Millis = Number.POSITIVE_INFINITY;

type Entry = Extract<Ending, { readonly kind: "entry" }>;

/** A byte of the host, and when it came. */
interface Typed {
  readonly byte: number;
  readonly at: Millis;
}

/** What the module does apart from listening: nothing, or something that ends at a moment. */
type Busy =
  | { readonly kind: "thinking"; readonly until: Millis; readonly then: () => Said }
  | { readonly kind: "booting"; readonly until: Millis; readonly cause: RebootCause };

/** How a module is made. */
export interface ModemOptions {
  readonly profile: Profile;
  /** Where randomness starts from. */
  readonly seed?: number;
}

/** All that a reboot forgets, made anew in one place. */
function powerUp(profile: Profile, radio: State["radio"], lastLink: number) {
  const state: State = { dte: defaultDte(profile.quirks), settings: defaultSettings, radio };
  return {
    state,
    client: new Client(profile, lastLink),
    editor: new LineEditor(),
    outbox: new Outbox(),
    waiting: [] as Typed[],
    entry: undefined as Entry | undefined,
    busy: undefined as Busy | undefined,
    /** What the running line has set off, to go out behind its final result. */
    behind: [] as Outcome[],
    paused: false,
  };
}

/** The module: what reaches it goes in, what it does comes out, in order. It reads no clock and opens nothing. */
export class Modem implements Machine {
  readonly profile: Profile;
  #ram: ReturnType<typeof powerUp>;
  #now: Millis = 0;
  /** When the host last sent something. */
  #heardAt: Millis = Number.NEGATIVE_INFINITY;
  #effects: Effect[] = [];
  /** What goes to the host next, not yet an effect. */
  #said: Octets = "";

  constructor({ profile }: ModemOptions) {
    this.profile = profile;
    this.#ram = powerUp(profile, radioOn, 0);
  }

  /** Switches the module on: the banner comes when it has started. */
  powerUp(now: Millis): readonly Effect[] {
    this.#now = now;
    this.#boot("REBOOT_CAUSE_SECURITY_PMU_POWER_ON_RESET");
    return this.#takeEffects();
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
    return this.#takeEffects();
  }

  /** When the module wants to be told of the clock again, if at all. */
  wakeAt(): Millis | undefined {
    const { client, busy, outbox, entry, editor } = this.#ram;
    const { urcHold, entryTimeout } = this.profile.quirks;
    const heldBack = !outbox.isEmpty && busy === undefined && entry === undefined && editor.halfTyped;
    const at = Math.min(
      client.wakeAt ?? never,
      busy?.until ?? never,
      heldBack ? this.#heardAt + urcHold : never,
      entry !== undefined && entryTimeout > 0 && busy === undefined ? this.#heardAt + entryTimeout : never,
    );
    return at === never ? undefined : at;
  }

  // Machine: what a running line sees and does

  world(): World {
    const { state, client } = this.#ram;
    return { ...state, profile: this.profile, session: client.session, backlog: client.backlog };
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
    this.#heardAt = this.#now;
    for (const byte of bytes) this.#hearByte({ byte, at: this.#now });
  }

  #hearByte(typed: Typed): void {
    const { busy, waiting } = this.#ram;
    if (busy === undefined) this.#type(typed);
    else if (busy.kind === "booting") this.#trace({ kind: "dropped", bytes: 1 });
    else if (this.profile.quirks.whileBusy === "refuse") this.#type(typed);
    else if (waiting.length < mostWaiting) waiting.push(typed);
    else this.#trace({ kind: "dropped", bytes: 1 });
  }

  #hearLink(link: number, event: LinkEvent): void {
    const { client } = this.#ram;
    if (!client.isCurrent(link)) return;
    if (event.kind === "up") this.#trace({ kind: "up", link });
    if (event.kind === "down") this.#trace({ kind: "down", link, reason: event.reason });
    client.put(event);
  }

  #hearWorld(change: RadioChange | Reset): void {
    if (change.kind === "reset") this.#reboot(change.cause);
    else {
      const { kind: _, ...given } = change;
      this.#trace({ kind: "radio", change });
      this.apply({ radio: { ...this.#ram.state.radio, ...given } });
    }
  }

  #hearClock(): void {
    const { busy } = this.#ram;
    if (busy !== undefined && busy.until <= this.#now) {
      this.#ram.busy = undefined;
      if (busy.kind === "booting") this.#start(busy.cause);
      else this.#say(busy.then());
    }
    this.#expireEntry();
    const { client, state } = this.#ram;
    this.#route(client.step({ kind: "time" }, this.#now, state.settings));
  }

  /** Decided: an entry that nobody ends in time is aborted, and the line is refused. */
  #expireEntry(): void {
    const { entry, busy } = this.#ram;
    const { entryTimeout } = this.profile.quirks;
    if (entry === undefined || busy !== undefined || entryTimeout === 0) return;
    if (this.#now < this.#heardAt + entryTimeout) return;
    this.#leaveEntry();
    this.#final("commandAborted");
  }

  // The host's side of the street

  #type({ byte, at }: Typed): void {
    const { editor, state } = this.#ram;
    if (state.dte.echo && editor.echoes(byte, at)) this.#said += String.fromCharCode(byte);
    const { lineEnd, lfGrace } = this.profile.quirks;
    const reading = { lineFeedEnds: lineEnd === "cr-or-lf", lfGrace, backspace: state.dte.s5 };
    const edited = editor.type(byte, at, reading);
    if (edited !== undefined) this.#act(edited);
  }

  #act(edited: Edited): void {
    if (edited.kind === "line" || edited.kind === "overlong") this.#takeLine(edited);
    else if (edited.kind === "payload") this.#takePayload(edited.payload);
    else this.#cancel();
  }

  #takeLine(edited: Extract<Edited, { readonly kind: "line" | "overlong" }>): void {
    const line = edited.kind === "line" ? edited.line : "";
    this.#trace({ kind: "line", line: maskLine(line, commands), terminator: edited.terminator });
    if (this.#ram.busy !== undefined)
      this.#final("abortedInProcessing"); // whileBusy = refuse
    else if (edited.kind === "overlong") this.#think(() => ended("uartBufferError"));
    else this.#think(() => runLine(line, this));
  }

  #takePayload(payload: Octets): void {
    const { entry } = this.#ram;
    this.#trace({ kind: "payload", length: payload.length });
    this.#leaveEntry();
    if (entry !== undefined) this.#think(() => submitPayload(entry, payload, this));
  }

  #cancel(): void {
    this.#trace({ kind: "cancelled" });
    this.#leaveEntry();
    this.#think(() => ended("OK"));
  }

  #leaveEntry(): void {
    this.#ram.entry = undefined;
    this.#ram.editor.endEntry();
  }

  /** Answers now, or when the quirk answerDelay has passed; the line is busy until then. */
  #think(then: () => Said): void {
    const { answerDelay } = this.profile.quirks;
    if (answerDelay === 0) this.#say(then());
    else this.#ram.busy = { kind: "thinking", until: this.#now + answerDelay, then };
  }

  #say({ blocks, ending }: Said): void {
    const { dte } = this.#ram.state;
    for (const { lines, shown } of blocks) {
      for (const line of shown) this.#trace({ kind: "answer", line });
      this.#said += information(lines, dte);
    }
    if (ending.kind === "final") this.#final(ending.result);
    else if (ending.kind === "entry") this.#prompt(ending);
    else {
      this.#said += information(ending.lines, dte);
      this.#reboot("REBOOT_CAUSE_APPLICATION_AT");
    }
  }

  #final(result: FinalResult): void {
    const { dte } = this.#ram.state;
    this.#trace({ kind: "answer", line: finalWords(result, dte) });
    if (!dte.quiet) this.#said += finalResult(result, dte);
    const behind = this.#ram.behind;
    this.#ram.behind = [];
    this.#route(behind);
    this.#settle();
  }

  #prompt(entry: Entry): void {
    this.#ram.entry = entry;
    this.#ram.editor.startEntry(entry.until);
    this.#trace({ kind: "answer", line: ">" });
    this.#said += prompts[this.profile.quirks.prompt];
    this.#heardAt = this.#now;
    this.#drain();
  }

  /** After an answer, what the host sent meanwhile gets its turn. */
  #drain(): void {
    for (;;) {
      const { busy, waiting } = this.#ram;
      if (busy !== undefined) return;
      const typed = waiting.shift();
      if (typed === undefined) return;
      this.#type(typed);
    }
  }

  // The broker's side of the street

  #route(outcomes: readonly Outcome[]): void {
    for (const outcome of outcomes) {
      if (outcome.to === "outbox") this.#ram.outbox.put(urc(outcome.report, this.profile.quirks));
      else this.#do(outcome);
    }
  }

  /** Whatever became possible happens: the radio's loss, lines that waited, packets, the host's waiting input. */
  #settle(): void {
    this.#noticeNetworkLoss();
    this.#release();
    this.#readLink();
    this.#drain();
  }

  /** The client learns of a lost network when the line that lost it is done. */
  #noticeNetworkLoss(): void {
    const { client, state, busy } = this.#ram;
    const { phase, link } = client.session;
    if (isAttached(state.radio) || phase === "idle" || busy?.kind === "booting") return;
    this.#do({ to: "link", link, act: { kind: "reset" } });
    this.#route(client.step({ kind: "down", reason: "networkGone" }, this.#now, state.settings));
  }

  #readLink(): void {
    const { client, outbox, state } = this.#ram;
    while (!outbox.isFull) {
      const input = client.next();
      if (input === undefined) break;
      if (input.kind === "packet") this.#trace({ kind: "packet", way: "came", packet: input.packet });
      if (input.kind === "violation") this.#trace({ kind: "violation", why: input.why });
      this.#route(client.step(input, this.#now, state.settings));
      this.#release();
    }
    this.#regulate();
  }

  /** While too much waits for the host, what the broker sends waits in TCP. */
  #regulate(): void {
    const { client, outbox, paused } = this.#ram;
    if (outbox.isFull === paused) return;
    this.#ram.paused = outbox.isFull;
    const { link, phase } = client.session;
    if (phase !== "idle") this.#do({ to: "link", link, act: { kind: paused ? "resume" : "pause" } });
  }

  /** Says what waited, if this is a moment in which the module may speak unasked. */
  #release(): void {
    const { outbox, state } = this.#ram;
    if (outbox.isEmpty || !this.#mayInterrupt()) return;
    for (const line of outbox.takeAll()) {
      this.#trace({ kind: "urc", line });
      if (!state.dte.quiet) this.#said += unsolicited(line);
    }
  }

  #mayInterrupt(): boolean {
    const { busy, entry, editor } = this.#ram;
    if (busy !== undefined || entry !== undefined) return false;
    return !editor.halfTyped || this.#now - this.#heardAt >= this.profile.quirks.urcHold;
  }

  // Starting over

  #reboot(cause: RebootCause): void {
    const { session } = this.#ram.client;
    this.#trace({ kind: "reboot", cause });
    if (session.phase !== "idle") this.#do({ to: "link", link: session.link, act: { kind: "reset" } });
    this.#boot(cause);
  }

  #boot(cause: RebootCause): void {
    const { radio } = this.#ram.state;
    const started = { ...radio, functionality: radioOn.functionality, wanted: radioOn.wanted };
    this.#ram = powerUp(this.profile, started, this.#ram.client.session.link);
    const { bootTime } = this.profile.quirks;
    if (bootTime === 0) this.#start(cause);
    else this.#ram.busy = { kind: "booting", until: this.#now + bootTime, cause };
  }

  #start(cause: RebootCause): void {
    const banner = [cause, "Neul ", "OK"];
    for (const line of banner) this.#trace({ kind: "urc", line });
    this.#said += information(banner, this.#ram.state.dte);
  }

  // What goes out

  #do(effect: Effect): void {
    if (effect.to !== "trace") this.#flushSaid();
    this.#effects.push(effect);
  }

  #trace(event: TraceEvent): void {
    this.#effects.push({ to: "trace", event });
  }

  #flushSaid(): void {
    if (this.#said === "") return;
    this.#effects.push({ to: "host", bytes: toBytes(this.#said) });
    this.#said = "";
  }

  #takeEffects(): readonly Effect[] {
    this.#flushSaid();
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }
}

const prompts: { readonly [P in Profile["quirks"]["prompt"]]: Octets } = {
  "\\r\\n>": "\r\n>",
  "\\r\\n> ": "\r\n> ",
};

const ended = (result: FinalResult): Said => ({ blocks: [], ending: { kind: "final", result } });
