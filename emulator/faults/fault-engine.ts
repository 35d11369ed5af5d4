import type { Millis } from "../../mqtt/packet.js";
import type { DownReason } from "../../mqtt/session.js";
import type { Effect, Stimulus } from "../io.js";
import type { Modem } from "../modem.js";
import type { TraceEvent } from "../trace.js";
import { AwaitedEvents, eventIn } from "./awaited-events.js";
import { DialogueFaults } from "./dialogue.js";
import type { EngineStart } from "./engine-start.js";
import type { Added } from "./fault.js";
import { FaultActions } from "./fault-actions.js";
import { Faults } from "./faults.js";
import type { Scenario } from "./language/scenario.js";
import type { Sentence } from "./language/sentence.js";
import { LinkFaults } from "./links.js";
import { ModuleClock } from "./module-clock.js";
import { Moments } from "./moments.js";
import { RequestFaults } from "./requests.js";
import { SocketFaults } from "./sockets.js";
import { Stage } from "./stage.js";
import { UartFaults } from "./uart.js";

/** The faults of a module: all input and output of the module passes through here. */
export class FaultEngine {
  readonly #modem: Modem;
  readonly #isTraced: boolean;
  readonly #stage = new Stage(
    (stimulus) => this.#toModule(stimulus),
    (active) => this.#actions.ruleEnded(active),
  );
  readonly #clock = new ModuleClock();
  readonly #moments = new Moments(
    (span, act) => this.#stage.after(span, act),
    () => this.#clock.sincePowerUp(this.#stage.now),
  );
  readonly #events = new AwaitedEvents(this.#stage, this.#moments);
  readonly #sockets = new SocketFaults(this.#stage, () => this.#modem.view().sockets?.sockets ?? []);
  readonly #links = new LinkFaults(this.#stage, this.#events, (active) => this.#sockets.isBound(active));
  readonly #requests = new RequestFaults(this.#stage);
  readonly #uart: UartFaults;
  readonly #dialogue = new DialogueFaults(this.#stage, (line) => this.#announce(line));
  readonly #actions: FaultActions;
  readonly faults: Faults;

  constructor({ modem, seed, isTraced, now, poweredAt, baud, link }: EngineStart) {
    this.#modem = modem;
    this.#isTraced = isTraced;
    this.#stage.now = now;
    this.#uart = new UartFaults(this.#stage, baud);
    const { coverage, rssi, sim, network } = modem.view().radio;
    const power = poweredAt === undefined || modem.stage !== "off";
    const values = { coverage, rssi, sim, network, power, frozen: false };
    this.#actions = new FaultActions(
      {
        stage: this.#stage,
        clock: this.#clock,
        moments: this.#moments,
        links: this.#links,
        sockets: this.#sockets,
        uart: this.#uart,
        dialogue: this.#dialogue,
      },
      values,
    );
    this.faults = new Faults(this.#stage, this.#events, this.#actions, seed);
    if (link !== undefined) this.#links.table.open(link);
    if (poweredAt !== undefined) this.#actions.begin();
    if (poweredAt !== undefined && power) this.#clock.switch(true, poweredAt);
    modem.attach((trace) => this.#dialogue.tracing(trace));
  }

  /** Switches the module on, with faults that count from then on, before the banner. */
  powerUp(faults: readonly Sentence[], scenarios: readonly Scenario[], now: Millis): readonly Effect[] {
    this.#stage.now = now;
    for (const sentence of faults) this.faults.add(sentence);
    for (const scenario of scenarios) this.faults.play(scenario);
    this.#stage.settle();
    if (this.#actions.circumstances.value("power")) {
      this.#actions.powered(true);
      this.#emit(this.#modem.powerUp(this.#clock.at(now)));
    }
    this.#actions.begin();
    return this.#finish();
  }

  /** Switches the module off. The broker gets a DISCONNECT, the host gets nothing. */
  powerDown(now: Millis): readonly Effect[] {
    this.#stage.now = now;
    this.#stage.settle();
    this.#uart.flush();
    this.#emit(this.#modem.powerDown(this.#clock.at(now)));
    this.#stage.settle();
    this.#links.flush();
    this.#sockets.flush();
    return this.#stage.takeOut();
  }

  /** Gives a stimulus to the module at `now`; returns its effects. */
  tell(stimulus: Stimulus, now: Millis): readonly Effect[] {
    this.#stage.now = now;
    if (this.#isIdle && stimulus.from !== "world") return this.#passThrough(stimulus);
    this.#stage.settle();
    if (stimulus.from === "host") this.#hearHost(stimulus.bytes);
    else if (stimulus.from === "link") this.#links.hear(stimulus);
    else if (stimulus.from === "socket") this.#sockets.hear(stimulus);
    else if (stimulus.from === "world") this.#actions.hearWorld(stimulus.change);
    else if (stimulus.from === "call") this.#stage.give(stimulus);
    return this.#finish();
  }

  /** The next moment at which a `clock` stimulus is needed; undefined: none. */
  wakeAt(): Millis | undefined {
    const own = this.#clock.isFrozen ? undefined : this.#modem.wakeAt();
    const at = Math.min(this.#stage.wakeAt, own === undefined ? Number.POSITIVE_INFINITY : this.#clock.outside(own));
    return at === Number.POSITIVE_INFINITY ? undefined : at;
  }

  /** What the module's own clock shows. */
  clockAt(now: Millis): Millis {
    return this.#clock.at(now);
  }

  /** Whether the module stands still. */
  get isFrozen(): boolean {
    return this.#clock.isFrozen;
  }

  /** Gives faults, all or none. */
  add(sentences: readonly Sentence[], now: Millis): Added {
    this.#stage.now = now;
    const refusal = this.faults.refusalOf(sentences.length);
    if (refusal !== undefined) return { problem: refusal };
    const added = sentences.map((sentence) => this.faults.add(sentence));
    const effects = this.#finish();
    return { faults: added.map((fault) => this.faults.status(fault)), effects };
  }

  /** Plays a scenario from its first step on. */
  play(scenario: Scenario, now: Millis): readonly Effect[] {
    return this.#do(now, () => this.faults.play(scenario));
  }

  /** Takes a fault back, or all of them. */
  takeBack(id: number | "all", now: Millis): readonly Effect[] {
    return this.#do(now, () => (id === "all" ? this.faults.clear() : this.faults.remove(id)));
  }

  /** The network ends the link to the broker. Both ends notice. */
  cut(reason: DownReason, now: Millis): readonly Effect[] {
    return this.#do(now, () => this.#links.drop("dropLink", reason));
  }

  get #isIdle(): boolean {
    const waits = this.#events.count > 0;
    const arePassing = this.#links.table.isIdle && this.#sockets.isIdle && this.#uart.isIdle;
    return this.#stage.isIdle && !waits && !this.#clock.isFrozen && arePassing;
  }

  #passThrough(stimulus: Stimulus): readonly Effect[] {
    if (stimulus.from === "link") this.#links.table.follow(stimulus);
    const effects = this.#modem.tell(stimulus, this.#clock.at(this.#stage.now));
    for (const effect of effects) {
      if (effect.to === "link") this.#links.table.see(effect);
      else if (effect.to === "port") this.#uart.baud = effect.speed;
    }
    return effects;
  }

  #do(now: Millis, act: () => unknown): readonly Effect[] {
    this.#stage.now = now;
    act();
    return this.#finish();
  }

  #finish(): readonly Effect[] {
    this.#stage.settle();
    const { now } = this.#stage;
    const own = this.#clock.isFrozen ? undefined : this.#modem.wakeAt();
    if (own !== undefined && this.#clock.outside(own) <= now) {
      this.#toModule({ from: "clock" });
      this.#stage.settle();
    }
    this.#modem.isTraced = this.#isTraced || this.#events.needsTrace;
    return this.#stage.takeOut();
  }

  #toModule(stimulus: Stimulus): void {
    if (!this.#clock.isFrozen) this.#emit(this.#modem.tell(stimulus, this.#clock.at(this.#stage.now)));
    else this.#actions.miss(stimulus);
  }

  #emit(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.to === "host") this.#uart.toHost(effect);
      else if (effect.to === "link") this.#links.act(effect);
      else if (effect.to === "socket") this.#sockets.act(effect);
      else if (effect.to === "call") this.#requests.act(effect);
      else if (effect.to === "port") this.#uart.set(effect);
      else this.#stage.put(effect);
      if (effect.to === "trace") this.#noteTrace(effect.event);
    }
  }

  #noteTrace(event: TraceEvent): void {
    if (event.kind === "power") this.#actions.powered(event.on);
    const happened = eventIn(event);
    if (happened !== undefined) this.#events.note(happened);
  }

  #hearHost(bytes: Uint8Array): void {
    if (!this.#clock.isFrozen) this.#uart.fromHost(bytes);
    else this.#stage.put({ to: "trace", event: { kind: "dropped", bytes: bytes.length, why: "fault" } });
  }

  /** The host has sent a line. What waits for it happens first, and then the module carries the line out. */
  #announce(line: string): boolean {
    if (this.#events.count === 0 || !this.#events.note({ kind: "hostSends", line })) return false;
    const goOn = (): void => {
      this.#dialogue.goOn();
      this.#toModule({ from: "clock" });
    };
    this.#stage.soon(() => this.#stage.soon(goOn)); // after the stimuli that the actions give to the module
    return true;
  }
}
