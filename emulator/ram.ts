import type { LinkId } from "../mqtt/session.js";
import { Client, type Outcome } from "./client.js";
import { defaultDte } from "./dte.js";
import type { Effects } from "./effects.js";
import { Outbox } from "./outbox.js";
import type { Profile } from "./profile.js";
import { type Radio, radioOn } from "./radio.js";
import { defaultSettings } from "./settings.js";
import { Talk } from "./talk.js";
import type { State } from "./world.js";

/** All that a reboot forgets. */
export interface Ram {
  state: State;
  readonly client: Client;
  readonly talk: Talk;
  readonly outbox: Outbox;
  /** What the running line has set off, to go out behind its final result. */
  behind: Outcome[];
  /** The link that is not read, because too much waits for the host. */
  paused: LinkId | undefined;
}

/** The whole of the RAM, made anew, so that a reboot cannot forget to forget. The world's side of the radio stays. */
export function powerUp(profile: Profile, effects: Effects, { sim, coverage, rssi }: Radio, lastLink: number): Ram {
  return {
    state: {
      dte: defaultDte(profile.quirks),
      settings: defaultSettings,
      radio: { ...radioOn, sim, coverage, rssi },
    },
    client: new Client(profile, lastLink),
    talk: new Talk(profile.quirks, effects),
    outbox: new Outbox(),
    behind: [],
    paused: undefined,
  };
}
