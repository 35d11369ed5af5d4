import type { Octets } from "../at/octets.js";
import type { Millis } from "../mqtt/packet.js";
import { CommandSide } from "./command-context.js";
import type { Turn } from "./command-queue.js";
import type { World } from "./command-view.js";
import { confirmSpeed } from "./commands/natspeed.js";
import type { Board } from "./context.js";
import { Effects } from "./effects.js";
import type { Effect, Reset, Stimulus } from "./io.js";
import { factoryNvm, type Nvm } from "./memory/nvm.js";
import { hearLink, readLink, route, step } from "./mqtt-link.js";
import type { Profile } from "./profile/profile.js";
import { type Pace, type RadioChange, radioOn, radioWakeAt } from "./radio/radio.js";
import { timings } from "./radio/timing.js";
import { settleAir } from "./radio-link.js";
import { type Lasting, powerUp, type Ram } from "./ram.js";
import { Random } from "./random.js";
import type { RebootCause } from "./reboot.js";
import { callsWakeAt, dropCalls, hearCall } from "./requests.js";
import { type Machine, runLine, type Said, submitPayload } from "./run-line.js";
import {
  askForPayload,
  release,
  sayBanner,
  sayBlocks,
  sayFinal,
  sayLines,
  settlePort,
  tellSpeed,
} from "./uart-output.js";
import { portWakeAt } from "./uart-speed.js";

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
export class Modem {
  readonly #board: Board;
  readonly #commands: Machine;
  #booting: { readonly until: Millis; readonly cause: RebootCause } | undefined;

  constructor({ profile, seed = 0, nvm = factoryNvm, epochAtStart = 0 }: ModemOptions) {
    const random = new Random(seed);
    const pace: Pace = (what) => Math.round(random.between(timings[profile.timing][what]));
    const effects = new Effects();
    const ram = powerUp(profile, effects, pace, { nvm, radio: radioOn, lastLink: 0 });
    this.#board = { profile, effects, random, pace, epochAtStart, ram, now: 0, baud: 0, call: 0 };
    this.#commands = new CommandSide(this.#board);
  }

  get #ram(): Ram {
    return this.#board.ram;
  }

  /** Switches the module on: the banner comes when it has started. */
  powerUp(now: Millis): readonly Effect[] {
    this.#board.now = now;
    this.#boot("REBOOT_CAUSE_SECURITY_PMU_POWER_ON_RESET");
    return this.#board.effects.take();
  }

  /** Switches the module off: the broker gets its DISCONNECT, the host nothing. */
  powerDown(now: Millis): readonly Effect[] {
    this.#board.now = now;
    dropCalls(this.#board);
    const { client, air, state } = this.#ram;
    const waiting = [...this.#board.effects.take(), ...air.flush()];
    if (client.session.phase === "idle") return waiting;
    const closing = client.step({ kind: "close" }, now, state.settings);
    return [...waiting, ...closing.filter((outcome) => outcome.to !== "outbox")];
  }

  /** Takes in what reaches the module at `now`, and gives what it does. */
  tell(stimulus: Stimulus, now: Millis): readonly Effect[] {
    this.#board.now = now;
    if (stimulus.from === "host") this.#hearHost(stimulus.bytes);
    else if (stimulus.from === "link") hearLink(this.#board, stimulus.link, stimulus.event);
    else if (stimulus.from === "call") hearCall(this.#board, stimulus.id, stimulus.outcome);
    else if (stimulus.from === "world") this.#hearWorld(stimulus.change);
    else this.#hearClock();
    this.#settle();
    return this.#board.effects.take();
  }

  /** When the module wants to be told of the clock again, if at all. */
  wakeAt(): Millis | undefined {
    if (this.#booting !== undefined) return this.#booting.until;
    const { client, talk, outbox, air, timetable, state } = this.#ram;
    const radio = Math.min(radioWakeAt(state.radio), air.wakeAt, callsWakeAt(state.calls));
    const lines = Math.min(timetable.wakeAt, portWakeAt(state.port));
    const at = Math.min(client.wakeAt ?? never, talk.wakeAt(!outbox.isEmpty), radio, lines);
    return at === never ? undefined : at;
  }

  /** What a command would see now. */
  world(): World {
    return this.#commands.world();
  }

  // What reaches the module

  #hearHost(bytes: Uint8Array): void {
    if (this.#booting === undefined) this.#ram.talk.hear(bytes, this.#board.now);
    else this.#board.effects.trace({ kind: "dropped", bytes: bytes.length });
  }

  #hearWorld(change: RadioChange | Reset): void {
    if (change.kind === "reset") this.#reset(change.cause);
    else {
      const { kind: _, ...given } = change;
      this.#board.effects.trace({ kind: "radio", change });
      const { state } = this.#ram;
      this.#ram.state = { ...state, radio: { ...state.radio, ...given } };
    }
  }

  /** At equal moments: the end of a boot, all of the air, an answer that took its time, then MQTT's deadlines. */
  #hearClock(): void {
    const booting = this.#booting;
    if (booting !== undefined && booting.until <= this.#board.now) this.#start(booting.cause);
    this.#settle();
    step(this.#board, { kind: "time" });
  }

  /** Whatever became possible happens: the radio's loss, lines that waited, packets, and the host's next turn. */
  #settle(): void {
    if (this.#booting !== undefined) return;
    for (let turn: Turn | undefined; ; ) {
      settlePort(this.#board);
      settleAir(this.#board);
      release(this.#board);
      readLink(this.#board);
      turn = this.#ram.talk.next(this.#board.now, this.#ram.state.dte);
      if (turn === undefined) return;
      this.#say(this.#perform(turn));
    }
  }

  // What the host wants

  #perform(turn: Turn): Said {
    if (turn.kind === "line") return this.#run(turn.line);
    if (turn.kind === "payload") return submitPayload(turn.entry, turn.payload, this.#commands);
    return { blocks: [], ending: turn };
  }

  /** A line that is obeyed has come at the right speed. */
  #run(line: Octets): Said {
    const { trial } = this.#ram.state.port;
    const said = runLine(line, this.#commands);
    const { ending } = said;
    const obeyed = ending.kind !== "final" || ending.result === "OK";
    if (obeyed && trial !== undefined && this.#ram.state.port.trial === trial)
      this.#commands.apply(confirmSpeed(this.#ram.state));
    return said;
  }

  /** What the line has set off goes out behind its final result, or behind the prompt, for its timers run already. */
  #say({ blocks, ending }: Said): void {
    sayBlocks(this.#board, blocks);
    if (ending.kind === "reboot") {
      sayLines(this.#board, ending.lines);
      this.#reboot("REBOOT_CAUSE_APPLICATION_AT");
      return;
    }
    if (ending.kind === "entry") askForPayload(this.#board, ending);
    else sayFinal(this.#board, ending.result);
    const { behind } = this.#ram;
    this.#ram.behind = [];
    route(this.#board, behind);
  }

  // Starting over

  /** From outside: what the UART has not sent yet is lost. */
  #reset(cause: RebootCause): void {
    this.#board.effects.do({ to: "port", speed: this.#board.baud, cut: true });
    this.#reboot(cause);
  }

  /** What the line had set off on a link still happens to the link; the host is told nothing. */
  #reboot(cause: RebootCause): void {
    this.#board.effects.trace({ kind: "reboot", cause });
    dropCalls(this.#board);
    const { client, air, behind } = this.#ram;
    const { link, phase } = client.session;
    route(
      this.#board,
      behind.filter(({ to }) => to === "link" || to === "trace"),
    );
    if (phase !== "idle") route(this.#board, [{ to: "link", link, act: { kind: "reset" } }]);
    this.#board.effects.doAll(air.abandon());
    this.#boot(cause);
  }

  #boot(cause: RebootCause): void {
    const { state, client, talk } = this.#ram;
    const { effects, pace, now } = this.#board;
    const lasting: Lasting = { nvm: state.nvm, radio: state.radio, lastLink: client.session.link };
    this.#board.ram = powerUp(this.#board.profile, effects, pace, lasting);
    tellSpeed(this.#board);
    const takes = this.#board.profile.quirks.bootTime + pace("boot");
    if (takes === 0) {
      this.#ram.talk.takeOver(talk); // nothing came during the boot, so nothing is lost
      this.#start(cause);
    } else this.#booting = { until: now + takes, cause };
  }

  #start(cause: RebootCause): void {
    this.#booting = undefined;
    sayBanner(this.#board, cause);
    settleAir(this.#board);
  }
}
