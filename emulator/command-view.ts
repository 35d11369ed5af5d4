import type { Answer, Command } from "../at/command.js";
import type { Octets } from "../at/octets.js";
import type { Millis } from "../mqtt/packet.js";
import type { Report, Request, Session } from "../mqtt/session.js";
import type { Dte } from "./dte.js";
import type { MqttSettings } from "./memory/mqtt-settings.js";
import type { NetworkSettings } from "./memory/network-settings.js";
import type { Nvm } from "./memory/nvm.js";
import type { Profile } from "./profile/profile.js";
import type { Power } from "./radio/power.js";
import type { Radio } from "./radio/radio.js";
import type { NetworkRequest, PendingRequests } from "./request.js";
import type { UartSpeed } from "./uart-speed.js";

/** The state that commands may change. */
export interface ModuleState {
  readonly dte: Dte;
  readonly uart: UartSpeed;
  readonly mqttSettings: MqttSettings;
  readonly radio: Radio;
  readonly networkSettings: NetworkSettings;
  readonly nvm: Nvm;
  readonly requests: PendingRequests;
  /** The last password that AT+QMTENAUTH got; a reboot forgets it. decided */
  readonly token: Octets | undefined;
}

/** The state that a command reads. */
export interface CommandView extends ModuleState {
  readonly profile: Profile;
  readonly session: Session;
  readonly power: Power;
  /** The module's clock, in ms. */
  readonly now: Millis;
  /** Calendar time, in ms as `Date` counts it. */
  readonly time: Millis;
  /** 64 KiB or more wait for TCP. */
  readonly isCongested: boolean;
}

/** The parts of the state that a command replaces. */
export type Change = Partial<ModuleState>;

/** A request of a command, carried out after the final result of its line. */
export type Demand =
  | { readonly to: "mqtt"; readonly request: Request }
  | { readonly to: "host"; readonly report: Report }
  /** A URC after a time. */
  | ({ readonly to: "later" } & LaterLine)
  /** A message to a peer, with the URC of its answer; `silence` is the URC where no answer comes. */
  | { readonly to: "peer"; readonly answer: LaterLine | undefined; readonly silence: LaterLine }
  /** A name to be looked up; the outcome comes as +QDNS. */
  | { readonly to: "call"; readonly call: NetworkRequest }
  /** A call that holds a number drawn for it; the outcome comes as +QMTTENAUTH. */
  | { readonly to: "numberedCall"; call(nonce: number): NetworkRequest };

/** A line, and the time until it is sent, in ms. */
export interface LaterLine {
  readonly line: Octets;
  readonly after: Millis;
}

export type ModuleAnswer = Answer<CommandView, Change, Demand>;
export type ModuleCommand = Command<CommandView, Change, Demand>;
