import type { LinkId } from "../mqtt/session.js";
import { CommandQueue } from "./command-queue.js";
import type { ModuleState } from "./command-view.js";
import { defaultDte } from "./dte.js";
import type { Effects } from "./effects.js";
import { defaultMqttSettings } from "./memory/mqtt-settings.js";
import { defaultNetworkSettings } from "./memory/network-settings.js";
import type { Nvm } from "./memory/nvm.js";
import { MqttClient, type Outcome } from "./mqtt-client.js";
import type { Profile } from "./profile/profile.js";
import { type Pace, type Radio, radioOn } from "./radio/radio.js";
import { Rrc } from "./radio/rrc.js";
import { ScheduledUrcs } from "./scheduled-urcs.js";
import { uartSpeedAt } from "./uart-speed.js";
import { UrcQueue } from "./urc-queue.js";

/** All that a reboot forgets; of its state the non-volatile part is given back to it. */
export interface Ram {
  state: ModuleState;
  readonly client: MqttClient;
  readonly commandQueue: CommandQueue;
  readonly rrc: Rrc;
  readonly urcQueue: UrcQueue;
  /** Lines that come by themselves. */
  readonly scheduledUrcs: ScheduledUrcs;
  /** What the running line has set off, to go out behind its final result or its prompt. */
  afterResult: Outcome[];
  /** The link that went with the network, until the client knows of it. */
  lostLink: LinkId | undefined;
  /** The link that is not read, if any. */
  paused: LinkId | undefined;
}

/** What a reboot does not forget. */
export interface Kept {
  readonly nvm: Nvm;
  /** Of it only the world's side stays. */
  readonly radio: Radio;
  readonly lastLink: number;
}

/** The whole of the RAM, made anew, so that a reboot cannot forget to forget. */
export function powerUp(profile: Profile, effects: Effects, pace: Pace, { nvm, radio, lastLink }: Kept): Ram {
  const { sim, coverage, rssi, network } = radio;
  const auto = nvm.nconfig.AUTOCONNECT === "TRUE"; // else the host has to say CFUN=1 and CGATT=1
  return {
    state: {
      dte: defaultDte(profile.quirks),
      uart: uartSpeedAt(nvm.natspeed),
      mqttSettings: defaultMqttSettings,
      radio: { ...radioOn, sim, coverage, rssi, network, functionality: auto, wanted: auto },
      networkSettings: defaultNetworkSettings(profile.surroundings.apn),
      nvm,
      requests: {},
      token: undefined,
    },
    client: new MqttClient(profile, { lastLink, isTraced: effects.isTraced }),
    commandQueue: new CommandQueue(profile.quirks, effects, () => profile.quirks.answerDelay + pace("answer")),
    rrc: new Rrc(pace),
    urcQueue: new UrcQueue(),
    scheduledUrcs: new ScheduledUrcs(),
    afterResult: [],
    lostLink: undefined,
    paused: undefined,
  };
}
