import type { Millis } from "../mqtt/packet.js";
import { answerTurn } from "./answer-turn.js";
import { CommandContext } from "./command-context.js";
import type { CompleteInput } from "./command-queue.js";
import type { CommandView } from "./command-view.js";
import type { Context } from "./context.js";
import { Effects } from "./effects.js";
import { type HostFaults, noHostFaults } from "./host-faults.js";
import type { Effect, Stimulus, WorldChange } from "./io.js";
import { factoryNvm, type Nvm } from "./memory/nvm.js";
import { readPackets, step, takeLinkEvent } from "./mqtt-link.js";
import type { Profile } from "./profile/profile.js";
import { type Pace, type RadioChange, radioAt, radioWakeAt } from "./radio/radio.js";
import { timings } from "./radio/timing.js";
import { detach, settleRadioLink } from "./radio-link.js";
import { powerUp, type Ram } from "./ram.js";
import { Random } from "./random.js";
import { off } from "./reboot.js";
import { dropRequests, requestsWakeAt, takeOutcome } from "./requests.js";
import { boot, endBoot, reboot, reset, switchSupply } from "./restart.js";
import type { LineContext } from "./run-line.js";
import { hidden, revealed } from "./secrets.js";
import { socketsWakeAt } from "./sockets/socket.js";
import { controlSocketReading, socketEnds, takeSocketEvent } from "./sockets/socket-traffic.js";
import type { TraceEvent } from "./trace.js";
import { sendPendingUrcs, settleUartSpeed } from "./uart-output.js";
import { uartSpeedWakeAt } from "./uart-speed.js";

/** The options of a `Modem`. */
export interface ModemOptions {
  readonly profile: Profile;
  /** The seed of the random numbers. Left out: 0. */
  readonly seed?: number;
  /** The non-volatile memory at the start. Left out: the factory settings. */
  readonly nvm?: Nvm;
  /** The calendar time when the module's clock is at 0, in ms since 1970. Left out: 0. */
  readonly epochAtStart?: Millis;
  /** Whether the trace has the events of each line and each packet. Left out: yes. */
  readonly isTraced?: boolean;
  /** Whether the trace shows secrets as they are. Left out: no, they are masked. */
  readonly showsSecrets?: boolean;
}

const never: Millis = Number.POSITIVE_INFINITY;

/** The module. It takes stimuli and returns effects in their order. It reads no clock and opens nothing. */
export class Modem {
  readonly #context: Context;
  readonly #commands: LineContext;

  constructor({
    profile,
    seed = 0,
    nvm = factoryNvm,
    epochAtStart = 0,
    isTraced = true,
    showsSecrets = false,
  }: ModemOptions) {
    const random = new Random(seed);
    const pace: Pace = (what) => Math.round(random.between(timings[profile.timing][what]));
    const effects = new Effects(isTraced, showsSecrets ? revealed : hidden);
    const radio = radioAt(profile.surroundings);
    const ram = powerUp(profile, effects, pace, { nvm, radio, lastLink: 0 });
    this.#context = {
      // Each field is named: with a spread of so many fields it becomes a hash table, and each access takes longer.
      profile,
      effects,
      hostFaults: noHostFaults,
      random,
      pace,
      epochAtStart,
      ram,
      booting: off,
      now: 0,
      baud: 0,
      lastRequest: 0,
      lastSocket: 0,
    };
    this.#commands = new CommandContext(this.#context);
  }

  get #ram(): Ram {
    return this.#context.ram;
  }

  /** Switches the module on. The banner comes at the end of the boot. */
  powerUp(now: Millis): readonly Effect[] {
    this.#context.now = now;
    boot(this.#context, off.cause);
    this.#settle();
    return this.#context.effects.take();
  }

  /** From here on faults may act on the talk with the host. `make` gets what they trace with. */
  attach(make: (trace: (event: TraceEvent) => void) => HostFaults): void {
    this.#context.hostFaults = make((event) => this.#context.effects.trace(event));
  }

  /** Whether the trace has the events of each line and each packet. */
  set isTraced(isTraced: boolean) {
    this.#context.effects.isTraced = isTraced;
  }

  /** Switches the module off. The broker gets a DISCONNECT, the host gets nothing. */
  powerDown(now: Millis): readonly Effect[] {
    this.#context.now = now;
    dropRequests(this.#context);
    const { client, rrc, state } = this.#ram;
    const waiting = [...this.#context.effects.take(), ...rrc.flush(), ...socketEnds(state.sockets, "end")];
    if (client.session.phase === "idle") return waiting;
    const closing = client.step({ kind: "close" }, now, state.mqttSettings);
    return [...waiting, ...closing.filter((outcome) => outcome.to !== "urcQueue")];
  }

  /** Gives a stimulus to the module at `now`; returns its effects. */
  tell(stimulus: Stimulus, now: Millis): readonly Effect[] {
    this.#context.now = now;
    if (stimulus.from === "host") this.#takeInput(stimulus.bytes);
    else if (stimulus.from === "link") takeLinkEvent(this.#context, stimulus.link, stimulus.event);
    else if (stimulus.from === "call") takeOutcome(this.#context, stimulus.id, stimulus.outcome);
    else if (stimulus.from === "socket") takeSocketEvent(this.#context, stimulus.handle, stimulus.event);
    else if (stimulus.from === "world") this.#takeWorldChange(stimulus.change);
    else this.#takeClock();
    this.#settle();
    return this.#context.effects.take();
  }

  /** The next moment at which the module needs a `clock` stimulus; undefined: none. */
  wakeAt(): Millis | undefined {
    const { booting } = this.#context;
    if (booting !== undefined) return booting === off ? undefined : booting.until;
    const { client, commandQueue, urcQueue, rrc, scheduledUrcs, state } = this.#ram;
    const radio = Math.min(radioWakeAt(state.radio), rrc.wakeAt, requestsWakeAt(state.requests));
    const lines = Math.min(scheduledUrcs.wakeAt, uartSpeedWakeAt(state.uart), commandQueue.wakeAt(!urcQueue.isEmpty));
    const at = Math.min(client.wakeAt ?? never, radio, lines, socketsWakeAt(state.sockets));
    return at === never ? undefined : at;
  }

  /** Whether the module has power, and has said its banner. */
  get stage(): "off" | "booting" | "ready" {
    if (this.#isOff) return "off";
    return this.#context.booting === undefined ? "ready" : "booting";
  }

  /** The state that a command would see now. */
  view(): CommandView {
    return this.#commands.view();
  }

  // Stimuli

  #takeInput(bytes: Uint8Array): void {
    if (this.#context.booting === undefined) this.#ram.commandQueue.take(bytes, this.#context.now);
    else this.#context.effects.trace({ kind: "dropped", bytes: bytes.length, why: this.#isOff ? "off" : "boot" });
  }

  #takeWorldChange(change: WorldChange): void {
    if (change.kind === "radio") this.#changeRadio(change);
    else if (change.kind === "power") switchSupply(this.#context, change.on);
    else if (this.#isOff) return;
    else if (change.kind === "reset") reset(this.#context, change.cause);
    else if (change.kind === "detach") detach(this.#context);
    else this.#ram.urcQueue.put(change.line);
  }

  #changeRadio(change: RadioChange): void {
    const { kind: _, ...given } = change;
    this.#context.effects.trace({ kind: "radio", change });
    const { state } = this.#ram;
    this.#ram.state = { ...state, radio: { ...state.radio, ...given } };
  }

  /** The order at equal moments: the end of a boot, the radio, a delayed answer, then MQTT's deadlines. */
  #takeClock(): void {
    const { booting } = this.#context;
    if (booting !== undefined && booting.until <= this.#context.now) endBoot(this.#context, booting.cause);
    this.#settle();
    step(this.#context, { kind: "time" });
  }

  /** Handles everything that is due: the radio, URCs, packets of the broker, then the host's next line or payload. */
  #settle(): void {
    if (this.#context.booting !== undefined) return;
    for (let turn: CompleteInput | undefined; ; ) {
      settleUartSpeed(this.#context);
      settleRadioLink(this.#context);
      sendPendingUrcs(this.#context);
      readPackets(this.#context);
      controlSocketReading(this.#context);
      turn = this.#ram.commandQueue.next(this.#context.now, this.#ram.state.dte);
      if (turn === undefined) return;
      if (turn.kind === "line" && this.#context.hostFaults.mustWait(turn.line)) {
        this.#ram.commandQueue.hold(turn, this.#context.now);
        return;
      }
      if (answerTurn(this.#context, this.#commands, turn) === "reboot")
        reboot(this.#context, "REBOOT_CAUSE_APPLICATION_AT");
    }
  }

  get #isOff(): boolean {
    return this.#context.booting === off;
  }
}
