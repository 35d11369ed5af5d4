import type { Octets } from "../at/octets.js";
import type { Millis } from "../mqtt/packet.js";
import { CommandContext } from "./command-context.js";
import type { CompleteInput } from "./command-queue.js";
import type { CommandView } from "./command-view.js";
import { confirmSpeed } from "./commands/natspeed.js";
import type { Context } from "./context.js";
import { Effects } from "./effects.js";
import type { Effect, Reset, Stimulus } from "./io.js";
import { factoryNvm, type Nvm } from "./memory/nvm.js";
import { readPackets, routeOutcomes, step, takeLinkEvent } from "./mqtt-link.js";
import type { Profile } from "./profile/profile.js";
import { type Pace, type RadioChange, radioOn, radioWakeAt } from "./radio/radio.js";
import { timings } from "./radio/timing.js";
import { settleRadioLink } from "./radio-link.js";
import { type Kept, powerUp, type Ram } from "./ram.js";
import { Random } from "./random.js";
import type { RebootCause } from "./reboot.js";
import { dropRequests, requestsWakeAt, takeOutcome } from "./requests.js";
import { type LineContext, type LineResult, runLine, submitPayload } from "./run-line.js";
import {
  applyUartSpeed,
  sendBanner,
  sendFinalResult,
  sendInformation,
  sendLines,
  sendPendingUrcs,
  sendPrompt,
  settleUartSpeed,
} from "./uart-output.js";
import { uartSpeedWakeAt } from "./uart-speed.js";

/** The options of a `Modem`. */
export interface ModemOptions {
  readonly profile: Profile;
  /** The seed of everything that is drawn. Left out: 0. */
  readonly seed?: number;
  /** The non-volatile memory at the start. Left out: as from the factory. */
  readonly nvm?: Nvm;
  /** The calendar time when the module's clock is at 0, in ms as `Date` counts it. */
  readonly epochAtStart?: Millis;
  /** Whether someone looks at the events of every line and every packet. Left out: yes. */
  readonly isTraced?: boolean;
}

const never: Millis = Number.POSITIVE_INFINITY;

/** The module. It takes stimuli and returns effects in their order. It reads no clock and opens nothing. */
export class Modem {
  readonly #context: Context;
  readonly #commands: LineContext;
  #booting: { readonly until: Millis; readonly cause: RebootCause } | undefined;

  constructor({ profile, seed = 0, nvm = factoryNvm, epochAtStart = 0, isTraced = true }: ModemOptions) {
    const random = new Random(seed);
    const pace: Pace = (what) => Math.round(random.between(timings[profile.timing][what]));
    const effects = new Effects(isTraced);
    const ram = powerUp(profile, effects, pace, { nvm, radio: radioOn, lastLink: 0 });
    this.#context = { profile, effects, random, pace, epochAtStart, ram, now: 0, baud: 0, lastRequest: 0 };
    this.#commands = new CommandContext(this.#context);
  }

  get #ram(): Ram {
    return this.#context.ram;
  }

  /** Switches the module on. The banner comes at the end of the boot. */
  powerUp(now: Millis): readonly Effect[] {
    this.#context.now = now;
    this.#boot("REBOOT_CAUSE_SECURITY_PMU_POWER_ON_RESET");
    return this.#context.effects.take();
  }

  /** Switches the module off. The broker gets a DISCONNECT, the host gets nothing. */
  powerDown(now: Millis): readonly Effect[] {
    this.#context.now = now;
    dropRequests(this.#context);
    const { client, rrc, state } = this.#ram;
    const waiting = [...this.#context.effects.take(), ...rrc.flush()];
    if (client.session.phase === "idle") return waiting;
    const closing = client.step({ kind: "close" }, now, state.mqttSettings);
    return [...waiting, ...closing.filter((outcome) => outcome.to !== "urcQueue")];
  }

  /** Gives a stimulus to the module at `now`; returns its effects. */
  tell(stimulus: Stimulus, now: Millis): readonly Effect[] {
    this.#context.now = now;
    if (stimulus.from === "host") this.#hearHost(stimulus.bytes);
    else if (stimulus.from === "link") takeLinkEvent(this.#context, stimulus.link, stimulus.event);
    else if (stimulus.from === "call") takeOutcome(this.#context, stimulus.id, stimulus.outcome);
    else if (stimulus.from === "world") this.#hearWorld(stimulus.change);
    else this.#hearClock();
    this.#settle();
    return this.#context.effects.take();
  }

  /** The next moment at which the module needs a `clock` stimulus; undefined: none. */
  wakeAt(): Millis | undefined {
    if (this.#booting !== undefined) return this.#booting.until;
    const { client, commandQueue, urcQueue, rrc, scheduledUrcs, state } = this.#ram;
    const radio = Math.min(radioWakeAt(state.radio), rrc.wakeAt, requestsWakeAt(state.requests));
    const lines = Math.min(scheduledUrcs.wakeAt, uartSpeedWakeAt(state.uart));
    const at = Math.min(client.wakeAt ?? never, commandQueue.wakeAt(!urcQueue.isEmpty), radio, lines);
    return at === never ? undefined : at;
  }

  /** The state that a command would see now. */
  view(): CommandView {
    return this.#commands.view();
  }

  // Stimuli

  #hearHost(bytes: Uint8Array): void {
    if (this.#booting === undefined) this.#ram.commandQueue.hear(bytes, this.#context.now);
    else this.#context.effects.trace({ kind: "dropped", bytes: bytes.length });
  }

  #hearWorld(change: RadioChange | Reset): void {
    if (change.kind === "reset") this.#reset(change.cause);
    else {
      const { kind: _, ...given } = change;
      this.#context.effects.trace({ kind: "radio", change });
      const { state } = this.#ram;
      this.#ram.state = { ...state, radio: { ...state.radio, ...given } };
    }
  }

  /** The order at equal moments: the end of a boot, the radio, an answer that was delayed, then MQTT's deadlines. */
  #hearClock(): void {
    const booting = this.#booting;
    if (booting !== undefined && booting.until <= this.#context.now) this.#start(booting.cause);
    this.#settle();
    step(this.#context, { kind: "time" });
  }

  /** Does everything that is due: changes of the radio, pending URCs, packets of the broker, then the host's next line or payload. */
  #settle(): void {
    if (this.#booting !== undefined) return;
    for (let turn: CompleteInput | undefined; ; ) {
      settleUartSpeed(this.#context);
      settleRadioLink(this.#context);
      sendPendingUrcs(this.#context);
      readPackets(this.#context);
      turn = this.#ram.commandQueue.next(this.#context.now, this.#ram.state.dte);
      if (turn === undefined) return;
      this.#say(this.#perform(turn));
    }
  }

  // Command lines and payloads

  #perform(turn: CompleteInput): LineResult {
    if (turn.kind === "line") return this.#run(turn.line);
    if (turn.kind === "payload") return submitPayload(turn.entry, turn.payload, this.#commands);
    return { blocks: [], ending: turn };
  }

  /** Runs a command line. One that is answered with OK confirms a UART speed that is on trial. */
  #run(line: Octets): LineResult {
    const { trial } = this.#ram.state.uart;
    const said = runLine(line, this.#commands);
    const { ending } = said;
    const obeyed = ending.kind !== "final" || ending.result === "OK";
    if (obeyed && trial !== undefined && this.#ram.state.uart.trial === trial)
      this.#commands.apply(confirmSpeed(this.#ram.state));
    return said;
  }

  /** Sends the result of a line. Its requests follow the final result, or the prompt, because their timers run already. */
  #say({ blocks, ending }: LineResult): void {
    sendInformation(this.#context, blocks);
    if (ending.kind === "reboot") {
      sendLines(this.#context, ending.lines);
      this.#reboot("REBOOT_CAUSE_APPLICATION_AT");
      return;
    }
    if (ending.kind === "entry") sendPrompt(this.#context, ending);
    else sendFinalResult(this.#context, ending.result);
    const { afterResult: behind } = this.#ram;
    this.#ram.afterResult = [];
    routeOutcomes(this.#context, behind);
  }

  // Reboot

  /** A reset from outside. Output that the UART has not sent yet is lost. */
  #reset(cause: RebootCause): void {
    this.#context.effects.do({ to: "port", speed: this.#context.baud, cut: true });
    this.#reboot(cause);
  }

  /** Reboots without a word to the host. Requests of the running line still reach their link. */
  #reboot(cause: RebootCause): void {
    this.#context.effects.trace({ kind: "reboot", cause });
    dropRequests(this.#context);
    const { client, rrc, afterResult: behind } = this.#ram;
    const { link, phase } = client.session;
    routeOutcomes(
      this.#context,
      behind.filter(({ to }) => to === "link" || to === "trace"),
    );
    if (phase !== "idle") routeOutcomes(this.#context, [{ to: "link", link, act: { kind: "reset" } }]);
    this.#context.effects.doAll(rrc.abandon());
    this.#boot(cause);
  }

  #boot(cause: RebootCause): void {
    const { state, client, commandQueue } = this.#ram;
    const { effects, pace, now } = this.#context;
    const lasting: Kept = { nvm: state.nvm, radio: state.radio, lastLink: client.session.link };
    this.#context.ram = powerUp(this.#context.profile, effects, pace, lasting);
    applyUartSpeed(this.#context);
    const takes = this.#context.profile.quirks.bootTime + pace("boot");
    if (takes === 0) {
      this.#ram.commandQueue.takeOver(commandQueue); // nothing came during the boot, so nothing is lost
      this.#start(cause);
    } else this.#booting = { until: now + takes, cause };
  }

  #start(cause: RebootCause): void {
    this.#booting = undefined;
    sendBanner(this.#context, cause);
    settleRadioLink(this.#context);
  }
}
