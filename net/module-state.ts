import type { Dte } from "../emulator/dte.js";
import type { FaultyModem } from "../emulator/faults/faulty-modem.js";
import type { MqttSettings } from "../emulator/memory/mqtt-settings.js";
import type { Nvm } from "../emulator/memory/nvm.js";
import type { PowerMode } from "../emulator/radio/power.js";
import { isAttached, type Radio } from "../emulator/radio/radio.js";
import { type Socket, type SocketId, settledTable } from "../emulator/sockets/socket.js";
import { flows } from "../mqtt/delivery.js";
import { pingAt } from "../mqtt/keep-alive.js";
import type { Millis } from "../mqtt/packet.js";
import type { Phase, Session } from "../mqtt/session.js";
import { textOf } from "./trace/recorded-event.js";

/** The module at one moment. Secrets are masked. */
export interface ModuleState {
  readonly module: {
    readonly stage: "off" | "booting" | "ready" | "frozen";
    /** Power Saving Mode. */
    readonly isAsleep: boolean;
    /** The module's clock, in ms. */
    readonly clock: Millis;
    /** When the module next does something by itself; undefined: never. */
    readonly wakeAt: Millis | undefined;
  };
  readonly radio: Pick<Radio, "sim" | "coverage" | "rssi" | "network" | "functionality" | "stage"> & {
    /** The IPv4 address of context 0; undefined while the module is not attached. */
    readonly address: string | undefined;
  };
  /** The RRC connection and power saving. */
  readonly power: {
    readonly mode: PowerMode;
    /** When the mode ends by itself; undefined: it does not. */
    readonly until: Millis | undefined;
  };
  readonly mqtt: {
    readonly phase: Phase;
    /** The number of the latest link. */
    readonly link: number;
    readonly broker: { readonly host: string; readonly port: number } | undefined;
    /** The keep-alive of a link that is connected, unless it is off. */
    readonly keepAlive: KeepAliveState | undefined;
    /** Requests that wait for an answer of the broker. */
    readonly inFlight: readonly InFlight[];
    /** The socket number that the link has; undefined while there is no link. */
    readonly socket: SocketId | undefined;
    readonly settings: MqttSettings;
  };
  /** The host's sockets, by their number. */
  readonly sockets: readonly SocketState[];
  readonly dte: Pick<Dte, "echo" | "quiet" | "verbose" | "cmee">;
  /** The settings that a reboot keeps. */
  readonly nvm: Nvm;
}

/** When the keep-alive next does something, by the module's clock. */
export interface KeepAliveState {
  /** `<keepalive_time>` of the CONNECT. */
  readonly seconds: number;
  /** When a PINGREQ is due. */
  readonly pingAt: Millis;
  /** When the link is dropped for want of a PINGRESP; undefined: none is waited for. */
  readonly answerBy: Millis | undefined;
}

/** A request in flight. */
export interface InFlight {
  readonly msgId: number;
  readonly kind: "PUBLISH" | "SUBSCRIBE" | "UNSUBSCRIBE";
  /** The packet that it waits for. */
  readonly awaits: string;
  readonly retries: number;
  /** How many retries there are before it is given up. */
  readonly limit: number;
  /** When it is sent again, or given up, by the module's clock. */
  readonly deadline: Millis;
}

/** A socket of the host. */
export interface SocketState extends Pick<Socket, "id" | "protocol" | "phase" | "receives"> {
  /** The listen port; 0 is any. */
  readonly port: number;
  /** Where a TCP socket is connected to. */
  readonly peer: { readonly address: string; readonly port: number } | undefined;
  /** How many bytes wait for AT+NSORF. */
  readonly unread: number;
  /** The sequence numbers of the messages that are not sent yet. */
  readonly unsent: readonly number[];
}

/** The settings with their texts in UTF-8, and without secrets. */
function shownSettings({ will, aliauth, ...others }: MqttSettings): MqttSettings {
  return {
    ...others,
    will: will && { ...will, topic: textOf(will.topic), message: textOf(will.message) },
    aliauth: aliauth && {
      productKey: textOf(aliauth.productKey),
      deviceName: textOf(aliauth.deviceName),
      deviceSecret: "***",
    },
  };
}

/** The memory without the codes of the SIM. */
const shownNvm = ({ sim, ...others }: Nvm): Nvm => ({
  ...others,
  sim: sim && { ...sim, firstPin: "***", pin: "***", puk: "***" },
});

const shownSocket = ({ id, protocol, phase, receives, port, peer, unreadBytes, pending }: Socket): SocketState => ({
  ...{ id, protocol, phase, receives, port, peer },
  unread: unreadBytes,
  unsent: pending.map(({ seq }) => seq),
});

/** The state of a modem at `now`. */
export function moduleState(modem: FaultyModem, now: Millis): ModuleState {
  const { radio, session, mqttSettings, dte, power, nvm, profile, sockets } = modem.view();
  const table = settledTable(sockets, session.phase);
  const { sim, coverage, rssi, network, functionality, stage } = radio;
  const { echo, quiet, verbose, cmee } = dte;
  return {
    module: {
      stage: modem.stage,
      isAsleep: power.mode === "psm",
      clock: modem.clockAt(now),
      wakeAt: moment(modem.wakeAt()),
    },
    radio: {
      ...{ sim, coverage, rssi, network, functionality, stage },
      address: isAttached(radio) ? profile.surroundings.address : undefined,
    },
    power: { mode: power.mode, until: moment(power.until) },
    mqtt: {
      phase: session.phase,
      link: session.link,
      broker: session.peer,
      keepAlive: keepAliveState(session),
      inFlight: session.flights.map(({ id, request, stage, retries, limit, deadline }) => ({
        msgId: id,
        kind: request.type,
        awaits: flows[stage].awaits,
        retries,
        limit,
        deadline,
      })),
      socket: table.mqtt,
      settings: shownSettings(mqttSettings),
    },
    sockets: table.sockets.map(shownSocket),
    dte: { echo, quiet, verbose, cmee },
    nvm: shownNvm(nvm),
  };
}

/** A time that may be never. */
const moment = (at: Millis | undefined): Millis | undefined =>
  at !== undefined && Number.isFinite(at) ? at : undefined;

function keepAliveState(session: Session): KeepAliveState | undefined {
  const ping = session.phase === "connected" ? pingAt(session) : undefined;
  if (ping === undefined) return undefined;
  return { seconds: session.connect?.keepAlive ?? 0, pingAt: ping, answerBy: session.pings[0]?.deadline };
}
