import type { LinkId } from "../mqtt/session.js";
import { Talk } from "./command-queue.js";
import type { State } from "./command-view.js";
import { defaultDte } from "./dte.js";
import type { Effects } from "./effects.js";
import { defaultSettings } from "./memory/mqtt-settings.js";
import { defaultPreferences } from "./memory/network-settings.js";
import type { Nvm } from "./memory/nvm.js";
import { Client, type Outcome } from "./mqtt-client.js";
import type { Profile } from "./profile/profile.js";
import { type Pace, type Radio, radioOn } from "./radio/radio.js";
import { Air } from "./radio/rrc.js";
import { Timetable } from "./scheduled-urcs.js";
import { portAt } from "./uart-speed.js";
import { Outbox } from "./urc-queue.js";

/** All that a reboot forgets; of its state the non-volatile part is given back to it. */
export interface Ram {
  state: State;
  readonly client: Client;
  readonly talk: Talk;
  readonly air: Air;
  readonly outbox: Outbox;
  /** Lines that come by themselves. */
  readonly timetable: Timetable;
  /** What the running line has set off, to go out behind its final result or its prompt. */
  behind: Outcome[];
  /** The link that went with the network, until the client knows of it. */
  lostLink: LinkId | undefined;
  /** The link that is not read, if any. */
  paused: LinkId | undefined;
}

/** What a reboot does not forget. */
export interface Lasting {
  readonly nvm: Nvm;
  /** Of it only the world's side stays. */
  readonly radio: Radio;
  readonly lastLink: number;
}

/** The whole of the RAM, made anew, so that a reboot cannot forget to forget. */
export function powerUp(profile: Profile, effects: Effects, pace: Pace, { nvm, radio, lastLink }: Lasting): Ram {
  const { sim, coverage, rssi, network } = radio;
  const auto = nvm.nconfig.AUTOCONNECT === "TRUE"; // else the host has to say CFUN=1 and CGATT=1
  return {
    state: {
      dte: defaultDte(profile.quirks),
      port: portAt(nvm.natspeed),
      settings: defaultSettings,
      radio: { ...radioOn, sim, coverage, rssi, network, functionality: auto, wanted: auto },
      preferences: defaultPreferences(profile.surroundings.apn),
      nvm,
      calls: {},
      token: undefined,
    },
    client: new Client(profile, lastLink),
    talk: new Talk(profile.quirks, effects, () => profile.quirks.answerDelay + pace("answer")),
    air: new Air(pace),
    outbox: new Outbox(),
    timetable: new Timetable(),
    behind: [],
    lostLink: undefined,
    paused: undefined,
  };
}
