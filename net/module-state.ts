import type { Dte } from "../emulator/dte.js";
import type { FaultyModem } from "../emulator/faults/faulty-modem.js";
import type { MqttSettings } from "../emulator/memory/mqtt-settings.js";
import type { Radio } from "../emulator/radio/radio.js";
import type { Millis } from "../mqtt/packet.js";
import type { Phase } from "../mqtt/session.js";
import { textOf } from "./trace/recorded-event.js";

/** The module at one moment. Secrets are masked. */
export interface ModuleState {
  readonly module: {
    readonly stage: "off" | "booting" | "ready" | "frozen";
    /** Power Saving Mode. */
    readonly isAsleep: boolean;
    /** The module's clock, in ms. */
    readonly clock: Millis;
  };
  readonly radio: Pick<Radio, "sim" | "coverage" | "rssi" | "network" | "functionality" | "stage">;
  readonly mqtt: {
    readonly phase: Phase;
    /** The number of the latest link. */
    readonly link: number;
    readonly broker: { readonly host: string; readonly port: number } | undefined;
    /** Requests that wait for an answer of the broker. */
    readonly inFlight: readonly InFlight[];
    readonly settings: MqttSettings;
  };
  readonly dte: Pick<Dte, "echo" | "quiet" | "verbose" | "cmee">;
}

/** A request in flight. */
export interface InFlight {
  readonly msgId: number;
  readonly kind: "PUBLISH" | "SUBSCRIBE" | "UNSUBSCRIBE";
  readonly retries: number;
  /** When it is sent again, or given up, by the module's clock. */
  readonly deadline: Millis;
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

/** The state of a modem at `now`. */
export function moduleState(modem: FaultyModem, now: Millis): ModuleState {
  const { radio, session, mqttSettings, dte, power } = modem.view();
  const { sim, coverage, rssi, network, functionality, stage } = radio;
  const { echo, quiet, verbose, cmee } = dte;
  return {
    module: { stage: modem.stage, isAsleep: power.mode === "psm", clock: modem.clockAt(now) },
    radio: { sim, coverage, rssi, network, functionality, stage },
    mqtt: {
      phase: session.phase,
      link: session.link,
      broker: session.peer,
      inFlight: session.flights.map(({ id, request, retries, deadline }) => ({
        msgId: id,
        kind: request.type,
        retries,
        deadline,
      })),
      settings: shownSettings(mqttSettings),
    },
    dte: { echo, quiet, verbose, cmee },
  };
}
