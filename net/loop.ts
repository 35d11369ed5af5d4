import type { FaultyModem } from "../emulator/faults/faulty-modem.js";
import type { Effect, LinkAct, Stimulus } from "../emulator/io.js";
import type { Nvm } from "../emulator/memory/nvm.js";
import type { RequestAct, RequestId } from "../emulator/request.js";
import type { TraceEvent } from "../emulator/trace.js";
import type { Dial } from "./link/dialer.js";
import type { Link, LinkEvents } from "./link/link.js";
import { ModuleSockets } from "./link/module-sockets.js";
import type { RequestRunner } from "./link/requests.js";
import type { OpenUdp } from "./link/udp.js";
import type { PortEvents, SerialPort } from "./serial.js";
import type { Clock, Millis } from "./time/clock.js";

/** The parts that the loop connects. */
export interface Wiring {
  readonly modem: Pick<FaultyModem, "powerUp" | "powerDown" | "tell" | "wakeAt">;
  readonly clock: Clock;
  readonly dial: Dial;
  readonly request: RequestRunner["start"];
  readonly sockets: () => { readonly openUdp: OpenUdp };
  /** Called with the non-volatile memory whenever it has changed. */
  readonly keep: (nvm: Nvm) => void;
  /** Called with every trace event and the module's time. */
  readonly trace: (event: TraceEvent, now: Millis) => void;
  /** Called with the bytes of the serial line, before the module takes them and before a front end sends them. */
  readonly onBytes?: ((way: "received" | "sent", bytes: Uint8Array) => void) | undefined;
}

/** A link that is not over. */
interface OpenLink {
  readonly id: number;
  readonly link: Link;
}

/** The event loop of a module: gives it each stimulus, carries out its effects, and keeps one alarm for it. */
export class Loop {
  readonly #wiring: Wiring;
  #modem: Wiring["modem"];
  readonly #ports = new Set<SerialPort>();
  /** A function for each running request that cancels it. */
  readonly #requests = new Map<RequestId, () => void>();
  /** The links that are not over; more than one where a broker has not heard that the module has closed its link. */
  #links: readonly OpenLink[] = [];
  /** Made for the first socket of the host. */
  #sockets: ModuleSockets | undefined;
  #alarm: { readonly at: Millis; readonly off: () => void } | undefined;
  /** The module has power. */
  #on = false;

  constructor(wiring: Wiring) {
    this.#wiring = wiring;
    this.#modem = wiring.modem;
  }

  /** Adds a front end to the module's UART: the module's output goes to all of them. */
  join(port: SerialPort): void {
    this.#ports.add(port);
  }

  /** The events to open a front end with. */
  events(onChange: PortEvents["onChange"]): PortEvents {
    return { onBytes: (bytes) => this.hear(bytes), onChange };
  }

  /** Gives the module bytes of a host. */
  hear(bytes: Uint8Array): void {
    if (this.#on) this.#wiring.onBytes?.("received", bytes);
    this.tell({ from: "host", bytes });
  }

  /** Switches the module on. Stimuli before that are lost. */
  powerUp(): void {
    const { clock } = this.#wiring;
    this.#on = true;
    this.#carryOutAll(this.#modem.powerUp(clock.now()));
  }

  /** Switches the module off: it disconnects from the broker, and nothing reaches it afterwards. */
  powerDown(): void {
    const { clock } = this.#wiring;
    this.#carryOutAll(this.#modem.powerDown(clock.now()));
    this.#on = false;
    this.#alarm?.off();
  }

  /** Another module takes the place of this one, as if it had just been switched on. Links are reset, requests cancelled. */
  renew(modem: Wiring["modem"]): void {
    for (const { link } of this.#links) link.reset();
    for (const cancel of this.#requests.values()) cancel();
    this.#sockets?.close();
    this.#sockets = undefined;
    this.#links = [];
    this.#requests.clear();
    this.#alarm?.off();
    this.#alarm = undefined;
    for (const port of this.#ports) port.set({ cut: true });
    this.#modem = modem;
    this.#wiring.clock.quiescence?.moved();
    this.powerUp();
  }

  /** Gives a stimulus to the module and carries out its effects. Does nothing while the module is off. */
  tell(stimulus: Stimulus): void {
    if (!this.#on) return;
    const { clock } = this.#wiring;
    this.carryOut(this.#modem.tell(stimulus, clock.now()));
  }

  /** Carries out what a module does that was changed otherwise than by a stimulus. */
  carryOut(effects: readonly Effect[]): void {
    this.#wiring.clock.quiescence?.moved();
    this.#carryOutAll(effects);
  }

  #carryOutAll(effects: readonly Effect[]): void {
    for (const effect of effects) this.#carryOut(effect);
    this.#setAlarm();
  }

  #carryOut(effect: Effect): void {
    if (effect.to === "host") this.#say(effect.bytes);
    else if (effect.to === "link") this.#actOn(effect.link, effect.act);
    else if (effect.to === "call") this.#request(effect.id, effect.act);
    else if (effect.to === "socket") this.#socketsOf().act(effect.handle, effect.act);
    else if (effect.to === "port") this.#set(effect);
    else if (effect.to === "nvm") this.#wiring.keep(effect.nvm);
    else this.#wiring.trace(effect.event, this.#wiring.clock.now());
  }

  #say(bytes: Uint8Array): void {
    this.#wiring.onBytes?.("sent", bytes);
    for (const port of this.#ports) port.write(bytes);
  }

  #socketsOf(): ModuleSockets {
    if (this.#sockets !== undefined) return this.#sockets;
    const { dial, sockets } = this.#wiring;
    const { openUdp } = sockets();
    this.#sockets = new ModuleSockets({ dial, openUdp }, (handle, event) =>
      this.tell({ from: "socket", handle, event }),
    );
    return this.#sockets;
  }

  #set({ to: _, ...setting }: Extract<Effect, { readonly to: "port" }>): void {
    for (const port of this.#ports) port.set(setting);
  }

  #actOn(id: number, act: LinkAct): void {
    if (act.kind === "dial") {
      const link = this.#wiring.dial(act.host, act.port, this.#linkEvents(id));
      this.#links = [...this.#links, { id, link }];
      return;
    }
    const link = this.#links.find((open) => open.id === id)?.link;
    if (act.kind === "bytes") link?.write(act.bytes);
    else link?.[act.kind]();
    if (act.kind === "end" || act.kind === "reset") this.#forget(id);
  }

  #forget(id: number): void {
    this.#links = this.#links.filter((open) => open.id !== id);
  }

  #request(id: RequestId, act: RequestAct): void {
    if (act.kind === "giveUp") {
      this.#requests.get(id)?.();
      this.#requests.delete(id);
      return;
    }
    const cancel = this.#wiring.request(act, (outcome) => {
      this.#requests.delete(id);
      this.tell({ from: "call", id, outcome });
    });
    this.#requests.set(id, cancel);
  }

  #linkEvents(link: number): LinkEvents {
    const tell = (event: Extract<Stimulus, { readonly from: "link" }>["event"]): void =>
      this.tell({ from: "link", link, event });
    return {
      up: () => tell({ kind: "up" }),
      down: (reason) => {
        this.#forget(link);
        tell({ kind: "down", reason });
      },
      bytes: (bytes) => tell({ kind: "bytes", bytes }),
      sent: (total) => tell({ kind: "sent", total }),
      sendFailed: () => tell({ kind: "sendFailed" }),
    };
  }

  /**
   * Sets the alarm for the module. One that is set for an earlier time stays: it rings in vain and is set again, which costs
   * less than to replace it each time. With a manual clock it is replaced, because each alarm costs a wait for quiescence.
   */
  #setAlarm(): void {
    const { clock } = this.#wiring;
    const at = this.#modem.wakeAt();
    if (at === undefined || !this.#on) return;
    if (this.#alarm !== undefined && (clock.quiescence ? this.#alarm.at === at : this.#alarm.at <= at)) return;
    this.#alarm?.off();
    this.#alarm = { at, off: clock.alarm(at, () => this.#ring()) };
  }

  #ring(): void {
    this.#alarm = undefined;
    const { clock } = this.#wiring;
    const at = this.#modem.wakeAt();
    if (at !== undefined && at <= clock.now()) this.tell({ from: "clock" });
    else this.#setAlarm();
  }
}
