import type { FaultyModem } from "../../emulator/faults/faulty-modem.js";
import { readSentence } from "../../emulator/faults/language/read-sentence.js";
import type { Effect, LinkEvent, Stimulus } from "../../emulator/io.js";
import { factoryNvm } from "../../emulator/memory/nvm.js";
import type { RequestId } from "../../emulator/request.js";
import type { TraceEvent } from "../../emulator/trace.js";
import type { Millis } from "../../mqtt/packet.js";
import type { PortChange } from "../../net/serial.js";
import { hostInput } from "./host-text.js";
import { Link, type LinkOutput } from "./link.js";
import type { Line } from "./script.js";
import { type SocketOutput, Sockets } from "./sockets.js";
import { brokerInput, linkEventOf, outcomeOf, outsideChangeOf, requestText, spanOf } from "./stimulus.js";

/** The part of a modem that is used. */
type Device = Pick<FaultyModem, "powerUp" | "tell" | "wakeAt" | "add" | "takeBack">;

/** Something that the modem has put out, and when. */
export type Output = { readonly at: Millis } & (
  | { readonly channel: "host"; readonly bytes: Buffer }
  | { readonly channel: "port"; readonly text: string }
  | ({ readonly channel: LinkOutput["channel"] } & LinkOutput)
  | SocketOutput
);

/** Observes the trace of the modem. */
export interface Observer {
  observe(event: TraceEvent, now: Millis): void;
  /** A front end has reported something. */
  port?(change: PortChange, now: Millis): void;
  /** Time has passed without an event. */
  passed(now: Millis): void;
}

/** How bytes arrive at the modem, from the host and from the broker. */
export type Chunks = "whole" | "byte by byte";

/** After how many events without an end the modem counts as looping. */
const maxEvents = 100_000;

/** Plays the lines of a conversation to a modem and records its output. The clock is virtual. */
export class Player {
  now: Millis = 0;
  /** All effects so far, in order. */
  readonly effects: Effect[] = [];
  readonly #modem: Device;
  readonly #chunks: Chunks;
  readonly #observers: readonly Observer[];
  readonly #links: Link[] = [];
  readonly #sockets = new Sockets();
  /** The ids of the requests so far. */
  readonly #requests: RequestId[] = [];
  #speed: number = factoryNvm.natspeed.baud;
  #output: Output[] = [];

  constructor(modem: Device, chunks: Chunks, observers: readonly Observer[] = []) {
    this.#modem = modem;
    this.#chunks = chunks;
    this.#observers = observers;
  }

  /** Plays a line; returns the output until the modem is idle again. */
  play(line: Line): readonly Output[] {
    this.#output = [];
    this.#input(line);
    this.#settle();
    for (const link of this.#links) this.#record(link.incomplete);
    return this.#output;
  }

  #input({ channel, text }: Line): void {
    if (channel === "host") for (const bytes of this.#chunksOf(hostInput(text))) this.#tell({ from: "host", bytes });
    else if (channel === "clock") this.#wait(spanOf(text));
    else if (channel === "module" && text === "power") this.#carryOut(this.#modem.powerUp(this.now));
    else if (channel === "module") this.#tell(outsideChangeOf(text));
    else if (channel === "fault") this.#fault(text);
    else if (channel === "peer") this.#sockets.peer(text);
    else if (channel === "network" && text.startsWith("socket ")) this.#socketEvent(this.#sockets.network(text));
    else if (channel === "network" && outcomeOf(text) !== undefined) this.#endRequest(text);
    else if (channel === "trace" || channel === "referee") throw new SyntaxError(`the ${channel} is only heard`);
    else if (channel === "port") this.#port(text);
    else this.#inputOnLink(channel, text);
  }

  /** A front end reports something: a host attaches or detaches, or bytes for it are lost. The module does not know it. */
  #port(text: string): void {
    const [, kind, bytes] = /^(?:(attach|detach)|dropped (\d+))$/.exec(text) ?? [];
    const change = kind === undefined ? { kind: "dropped", bytes: Number(bytes) } : { kind };
    if (kind === undefined && bytes === undefined) throw new SyntaxError(`a port does not report "${text}"`);
    for (const observer of this.#observers) observer.port?.(change as PortChange, this.now);
  }

  /** Gives a fault; `clear` takes all back. */
  #fault(text: string): void {
    if (text === "clear") {
      this.#carryOut(this.#modem.takeBack("all", this.now));
      return;
    }
    const read = readSentence(text);
    if ("problem" in read) throw new SyntaxError(read.problem);
    const added = this.#modem.add([read.sentence], this.now);
    if ("problem" in added) throw new SyntaxError(added.problem);
    this.#carryOut(added.effects);
  }

  #endRequest(text: string): void {
    const outcome = outcomeOf(text);
    const id = this.#requests.at(/^old /.test(text) ? -2 : -1);
    if (id === undefined || outcome === undefined) throw new SyntaxError("there is no such call");
    this.#tell({ from: "call", id, outcome });
  }

  #inputOnLink(channel: "broker" | "network", text: string): void {
    const isOld = /^old /.test(text);
    const link = this.#links.at(isOld ? -2 : -1);
    if (link === undefined) throw new SyntaxError("there is no such link");
    const input = isOld ? text.slice(4) : text;
    if (channel === "broker") for (const bytes of this.#chunksOf(brokerInput(input))) this.#receive(link, bytes);
    else if (input === "stuck" || input === "flowing") link.stuck = input === "stuck";
    else this.#linkEvent(link, linkEventOf(input));
  }

  #chunksOf(bytes: Buffer): readonly Buffer[] {
    return this.#chunks === "whole" ? [bytes] : [...bytes].map((byte) => Buffer.of(byte));
  }

  #receive(link: Link, bytes: Buffer): void {
    link.receive(bytes);
    const event = link.nextBytes();
    if (event !== undefined) this.#linkEvent(link, event);
  }

  #linkEvent(link: Link, event: LinkEvent): void {
    link.event(event);
    this.#tell({ from: "link", link: link.id, event });
  }

  #socketEvent(next: ReturnType<Sockets["next"]>): void {
    if (next !== undefined) this.#tell({ from: "socket", ...next });
  }

  #tell(stimulus: Stimulus): void {
    this.#carryOut(this.#modem.tell(stimulus, this.now));
  }

  /** Lets time pass, from one alarm to the next. */
  #wait(span: Millis): void {
    const end = this.now + span;
    for (let at = this.#modem.wakeAt(); at !== undefined && at <= end; at = this.#modem.wakeAt()) {
      this.now = Math.max(this.now, at);
      this.#tell({ from: "clock" });
      this.#settle();
    }
    this.now = end;
    for (const observer of this.#observers) observer.passed(this.now);
  }

  /** Reports the events of TCP and rings due alarms until there are no more. */
  #settle(): void {
    for (let count = 0; count < maxEvents; count += 1) {
      const hadEvent = this.#links.some((link) => {
        const event = link.nextEvent();
        if (event !== undefined) this.#linkEvent(link, event);
        return event !== undefined;
      });
      const next = hadEvent ? undefined : this.#sockets.next();
      this.#socketEvent(next);
      if (next !== undefined) continue;
      const at = this.#modem.wakeAt();
      if (!hadEvent && (at === undefined || at > this.now)) return;
      if (!hadEvent) this.#tell({ from: "clock" });
    }
    throw new Error("the modem's alarm rings without end");
  }

  #carryOut(effects: readonly Effect[]): void {
    for (const effect of effects) {
      this.effects.push(effect);
      if (effect.to === "host") this.#output.push({ channel: "host", bytes: Buffer.from(effect.bytes), at: this.now });
      else if (effect.to === "trace") for (const observer of this.#observers) observer.observe(effect.event, this.now);
      else if (effect.to === "call") this.#request(effect);
      else if (effect.to === "port") this.#setSpeed(effect.speed);
      else if (effect.to === "socket") this.#record([this.#sockets.act(effect.handle, effect.act)]);
      else if (effect.to === "nvm")
        continue; // no channel shows the memory
      else if (effect.act.kind === "dial") this.#dial(effect.link, effect.act);
      else this.#linkAct(effect.link, effect.act);
    }
  }

  /** Records a change of speed; the factory's speed at the start is none. */
  #setSpeed(speed: number): void {
    if (speed !== this.#speed) this.#output.push({ channel: "port", text: `speed ${speed}`, at: this.now });
    this.#speed = speed;
  }

  #request({ id, act }: Effect & { to: "call" }): void {
    if (act.kind !== "giveUp") this.#requests.push(id);
    this.#record([{ channel: "network", text: requestText(act) }]);
  }

  #dial(id: number, { host, port }: { readonly host: string; readonly port: number }): void {
    const isKnown = this.#links.some((link) => link.id === id);
    this.#links.push(new Link(id));
    const again = isKnown ? " again under the same number" : "";
    this.#record([{ channel: "network", text: `dial "${host}":${port}${again}` }]);
  }

  #linkAct(id: number, act: Exclude<(Effect & { to: "link" })["act"], { kind: "dial" }>): void {
    const link = this.#links.findLast((each) => each.id === id);
    this.#record(link?.act(act) ?? [{ channel: "network", text: `${act.kind} on a link that nobody dialled` }]);
  }

  #record(outputs: readonly (LinkOutput | SocketOutput)[]): void {
    for (const output of outputs) this.#output.push({ ...output, at: this.now });
  }
}
