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

/** What commands may change at once. */
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

/** What a handler sees. */
export interface CommandView extends ModuleState {
  readonly profile: Profile;
  readonly session: Session;
  readonly power: Power;
  /** The moment, as deadlines count it. */
  readonly now: Millis;
  /** Calendar time in ms, as Date has it. */
  readonly time: Millis;
  /** Too much waits for TCP. */
  readonly isCongested: boolean;
}

/** What a handler changes: these parts are replaced. */
export type Change = Partial<ModuleState>;

/** What a handler asks for. What goes to the host comes behind the final result. */
export type Demand =
  | { readonly to: "mqtt"; readonly request: Request }
  | { readonly to: "host"; readonly report: Report }
  /** A line that comes by itself, after so long. */
  | ({ readonly to: "later" } & LaterLine)
  /** Something is sent, and a peer answers after so long, or never; `silence` comes where it does not. */
  | { readonly to: "peer"; readonly answer: LaterLine | undefined; readonly silence: LaterLine }
  /** A name to be looked up; the outcome comes as +QDNS. */
  | { readonly to: "call"; readonly call: NetworkRequest }
  /** A call that holds a number drawn for it; the outcome comes as +QMTTENAUTH. */
  | { readonly to: "numberedCall"; call(nonce: number): NetworkRequest };

/** A line, and after how long it comes. */
export interface LaterLine {
  readonly line: Octets;
  readonly after: Millis;
}

export type ModuleAnswer = Answer<CommandView, Change, Demand>;
export type ModuleCommand = Command<CommandView, Change, Demand>;
