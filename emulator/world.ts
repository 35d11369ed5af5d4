import type { Answer, Command } from "../at/command.js";
import type { Report, Request, Session } from "../mqtt/session.js";
import type { Dte } from "./dte.js";
import type { Profile } from "./profile.js";
import type { Radio } from "./radio.js";
import type { Settings } from "./settings.js";

/** What commands may change at once. */
export interface State {
  readonly dte: Dte;
  readonly settings: Settings;
  readonly radio: Radio;
}

/** What a handler sees. */
export interface World extends State {
  readonly profile: Profile;
  readonly session: Session;
  /** Too much waits for TCP. */
  readonly isCongested: boolean;
}

/** What a handler changes: these parts are replaced. */
export type Change = Partial<State>;

/** What a handler asks for: of the MQTT client, or to be told at once. */
export type Demand =
  | { readonly to: "mqtt"; readonly request: Request }
  | { readonly to: "host"; readonly report: Report };

export type ModuleAnswer = Answer<World, Change, Demand>;
export type ModuleCommand = Command<World, Change, Demand>;
