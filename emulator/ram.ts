import type { Octets } from "../at/octets.js";
import type { Millis } from "../mqtt/packet.js";
import type { LinkId } from "../mqtt/session.js";
import { CommandQueue } from "./command-queue.js";
import type { ModuleState } from "./command-view.js";
import { functionTimes } from "./commands/registration.js";
import { defaultDte } from "./dte.js";
import type { Effects } from "./effects.js";
import { defaultMqttSettings } from "./memory/mqtt-settings.js";
import { defaultNetworkSettings } from "./memory/network-settings.js";
import type { Nvm } from "./memory/nvm.js";
import { type LineOutcome, MqttClient } from "./mqtt-client.js";
import type { Profile } from "./profile/profile.js";
import { ContextReports } from "./radio/pdp.js";
import { type Pace, type Radio, radioOn } from "./radio/radio.js";
import { Rrc } from "./radio/rrc.js";
import type { LineResult } from "./run-line.js";
import { ScheduledUrcs } from "./scheduled-urcs.js";
import { uartSpeedAt } from "./uart-speed.js";
import { UrcQueue } from "./urc-queue.js";

/** A command line that is not answered yet, and the information lines of its earlier commands. */
interface WaitingLine extends Pick<LineResult, "blocks"> {
  readonly line: Octets | undefined;
}

/** The state that a reboot clears. */
export interface Ram {
  state: ModuleState;
  readonly client: MqttClient;
  readonly commandQueue: CommandQueue;
  readonly rrc: Rrc;
  readonly contextReports: ContextReports;
  readonly urcQueue: UrcQueue;
  /** URCs that are due at a later moment. */
  readonly scheduledUrcs: ScheduledUrcs;
  /** Outcomes of the running line, sent after its final result or its prompt. */
  afterResult: LineOutcome[];
  /** The line whose final result comes when its request is done. */
  waiting: WaitingLine | undefined;
  /** The link that was lost with the network, until the MQTT client knows of it. */
  lostLink: LinkId | undefined;
  /** The link from which reading is stopped. */
  paused: LinkId | undefined;
}

/** The state that a reboot keeps. */
export interface Kept {
  readonly nvm: Nvm;
  /** Only its SIM, coverage, signal and network are kept. */
  readonly radio: Radio;
  readonly lastLink: number;
}

/** How long the answer to a line takes, or, without one, that to a payload. */
function answerTime(line: Octets | undefined, { quirks }: Profile, pace: Pace): Millis {
  const usual = quirks.answerDelay + pace("answer");
  return line === undefined ? usual : functionTimes(line).reduce((sum, time) => sum + pace(time), usual);
}

/** Makes the RAM of a start. Everything is new, so no earlier state can be left. */
export function powerUp(profile: Profile, effects: Effects, pace: Pace, { nvm, radio, lastLink }: Kept): Ram {
  const { sim, coverage, rssi, network } = radio;
  const auto = nvm.nconfig.AUTOCONNECT === "TRUE"; // else the host must send AT+CFUN=1 and AT+CGATT=1
  return {
    state: {
      dte: defaultDte(profile.quirks),
      uart: uartSpeedAt(nvm.natspeed),
      mqttSettings: defaultMqttSettings,
      radio: { ...radioOn, sim, coverage, rssi, network, functionality: auto, wanted: auto },
      networkSettings: defaultNetworkSettings(profile.surroundings.apn),
      nvm,
      requests: {},
      clock: undefined,
      token: undefined,
      sockets: undefined,
    },
    client: new MqttClient(profile, { lastLink, effects }),
    commandQueue: new CommandQueue(profile, effects, (line) => answerTime(line, profile, pace)),
    rrc: new Rrc(pace),
    contextReports: new ContextReports(),
    urcQueue: new UrcQueue(),
    scheduledUrcs: new ScheduledUrcs(),
    afterResult: [],
    waiting: undefined,
    lostLink: undefined,
    paused: undefined,
  };
}
