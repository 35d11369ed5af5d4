import type { Effect, LinkAct, Stimulus } from "../emulator/io.js";
import type { Nvm } from "../emulator/memory/nvm.js";
import type { Modem } from "../emulator/modem.js";
import type { RequestAct, RequestId } from "../emulator/request.js";
import type { TraceEvent } from "../emulator/trace.js";
import type { DownReason } from "../mqtt/session.js";
import type { Dial } from "./link/dialer.js";
import type { Link, LinkEvents } from "./link/link.js";
import type { RequestRunner } from "./link/requests.js";
import type { PortEvents, SerialPort } from "./serial.js";
import type { Clock, Millis } from "./time/clock.js";

/** What the loop connects. */
export interface Wiring {
  readonly modem: Modem;
  readonly clock: Clock;
  readonly dial: Dial;
  readonly calls: Pick<RequestRunner, "start">;
  /** Gets the non-volatile memory whenever it has changed. */
  readonly keep: (nvm: Nvm) => void;
  /** Gets every trace event, with the modem's time. */
  readonly trace: (event: TraceEvent, now: Millis) => void;
}

/** The one loop: a stimulus in, effects out, one alarm. */
export class Loop {
  readonly #wiring: Wiring;
  readonly #ports = new Set<SerialPort>();
  /** What gives each call up that is not over yet. */
  readonly #calls = new Map<RequestId, () => void>();
  #link: { readonly id: number; readonly link: Link } | undefined;
  #alarm: { readonly at: Millis; readonly off: () => void } | undefined;
  /** The module has power. */
  #on = false;

  constructor(wiring: Wiring) {
    this.#wiring = wiring;
  }

  /** Joins a front end to the module's UART: what the module says goes to all of them. */
  join(port: SerialPort): void {
    this.#ports.add(port);
  }

  /** What a front end calls when the host sends something. */
  events(onChange: PortEvents["onChange"]): PortEvents {
    return { onBytes: (bytes) => this.tell({ from: "host", bytes }), onChange };
  }

  /** Switches the module on. */
  powerUp(): void {
    const { modem, clock } = this.#wiring;
    this.#on = true;
    this.#carryOutAll(modem.powerUp(clock.now()));
  }

  /** Switches the module off, politely towards the broker; nothing reaches it afterwards. */
  powerDown(): void {
    const { modem, clock } = this.#wiring;
    this.#carryOutAll(modem.powerDown(clock.now()));
    this.#on = false;
    this.#alarm?.off();
  }

  /** The network drops the link that the module has, if it has one: it is told, and so is the other end. */
  cut(reason: DownReason): void {
    this.#link?.link.cut(reason);
  }

  /** Lets something reach the module; without power it hears nothing. */
  tell(stimulus: Stimulus): void {
    if (!this.#on) return;
    const { modem, clock } = this.#wiring;
    clock.movement?.moved();
    this.#carryOutAll(modem.tell(stimulus, clock.now()));
  }

  #carryOutAll(effects: readonly Effect[]): void {
    for (const effect of effects) this.#carryOut(effect);
    this.#setAlarm();
  }

  #carryOut(effect: Effect): void {
    if (effect.to === "host") for (const port of this.#ports) port.write(effect.bytes);
    else if (effect.to === "link") this.#actOn(effect.link, effect.act);
    else if (effect.to === "call") this.#call(effect.id, effect.act);
    else if (effect.to === "port") this.#set(effect);
    else if (effect.to === "nvm") this.#wiring.keep(effect.nvm);
    else this.#wiring.trace(effect.event, this.#wiring.clock.now());
  }

  #set({ to: _, ...setting }: Extract<Effect, { readonly to: "port" }>): void {
    for (const port of this.#ports) port.set(setting);
  }

  #actOn(id: number, act: LinkAct): void {
    if (act.kind === "dial") {
      this.#link = { id, link: this.#wiring.dial(act.host, act.port, this.#linkEvents(id)) };
      return;
    }
    if (this.#link?.id !== id) return;
    const { link } = this.#link;
    if (act.kind === "bytes") link.write(act.bytes);
    else link[act.kind]();
  }

  #call(id: RequestId, act: RequestAct): void {
    if (act.kind === "giveUp") {
      this.#calls.get(id)?.();
      this.#calls.delete(id);
      return;
    }
    const giveUp = this.#wiring.calls.start(act, (outcome) => {
      this.#calls.delete(id);
      this.tell({ from: "call", id, outcome });
    });
    this.#calls.set(id, giveUp);
  }

  #linkEvents(link: number): LinkEvents {
    const tell = (event: Extract<Stimulus, { readonly from: "link" }>["event"]): void =>
      this.tell({ from: "link", link, event });
    return {
      up: () => tell({ kind: "up" }),
      down: (reason) => tell({ kind: "down", reason }),
      bytes: (bytes) => tell({ kind: "bytes", bytes }),
      sent: (total) => tell({ kind: "sent", total }),
      sendFailed: () => tell({ kind: "sendFailed" }),
    };
  }

  /**
   * An alarm that rings too early finds nothing due and is set anew; that is cheaper than to move it each time, but not
   * where time waits for stillness behind every alarm.
   */
  #setAlarm(): void {
    const { modem, clock } = this.#wiring;
    const at = modem.wakeAt();
    if (at === undefined || !this.#on) return;
    if (this.#alarm !== undefined && (clock.movement ? this.#alarm.at === at : this.#alarm.at <= at)) return;
    this.#alarm?.off();
    this.#alarm = { at, off: clock.alarm(at, () => this.#ring()) };
  }

  #ring(): void {
    this.#alarm = undefined;
    const { modem, clock } = this.#wiring;
    const at = modem.wakeAt();
    if (at !== undefined && at <= clock.now()) this.tell({ from: "clock" });
    else this.#setAlarm();
  }
}
