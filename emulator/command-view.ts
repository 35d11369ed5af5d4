import type { Answer, Command } from "../at/command.js";
import type { Octets } from "../at/octets.js";
import type { Millis } from "../mqtt/packet.js";
import type { Report, Request, Session } from "../mqtt/session.js";
import type { Clock } from "./clock.js";
import type { Dte } from "./dte.js";
import type { MqttSettings } from "./memory/mqtt-settings.js";
import type { NetworkSettings } from "./memory/network-settings.js";
import type { Nvm } from "./memory/nvm.js";
import type { Profile } from "./profile/profile.js";
import type { Power } from "./radio/power.js";
import type { Radio } from "./radio/radio.js";
import type { NetworkRequest, PendingRequests } from "./request.js";
import type { Socket, SocketRequest, SocketTable } from "./sockets/socket.js";
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
  /** Undefined until the network has given the time, or the host has set it. */
  readonly clock: Clock | undefined;
  /** The last password from AT+QMTENAUTH, until a reboot. decided */
  readonly token: Octets | undefined;
  /** Undefined until the first socket is created. */
  readonly sockets: SocketTable | undefined;
}

/** The state that a command reads. */
export interface CommandView extends ModuleState {
  readonly profile: Profile;
  readonly session: Session;
  readonly power: Power;
  /** The module's clock, in ms. */
  readonly now: Millis;
  /** Calendar time, in ms since 1970. */
  readonly time: Millis;
  /** Whether so many bytes wait for TCP that publish, subscribe and unsubscribe are refused. */
  readonly isCongested: boolean;
  /** Whether so many bytes of a socket wait for TCP, or for the RRC connection, that it takes no more. */
  isSocketCongested(socket: Socket): boolean;
}

/** The parts of the state that a command replaces. */
export type Change = Partial<ModuleState>;

/** A request of a command. Its output follows the final result of the line. */
export type Demand =
  | { readonly to: "mqtt"; readonly request: Request }
  | { readonly to: "host"; readonly report: Report }
  /** A URC after a delay. */
  | ({ readonly to: "later" } & LaterLine)
  /** A message to a peer. `answer` is the URC of its answer, and `silence` the URC when no answer comes. */
  | { readonly to: "peer"; readonly answer: LaterLine | undefined; readonly silence: LaterLine }
  /** A DNS look-up. The outcome is the URC +QDNS. */
  | { readonly to: "network"; readonly request: NetworkRequest }
  /** A request that holds a random number. The outcome is the URC +QMTTENAUTH. */
  | { readonly to: "networkWithNonce"; request(nonce: number): NetworkRequest }
  | { readonly to: "socket"; readonly request: SocketRequest };

/** A line, and its delay in ms. */
export interface LaterLine {
  readonly line: Octets;
  readonly after: Millis;
}

export type ModuleAnswer = Answer<CommandView, Change, Demand>;
export type ModuleCommand = Command<CommandView, Change, Demand>;
