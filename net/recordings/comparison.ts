import type { Profile } from "../../emulator/profile/profile.js";
import { type Difference, differencesOf, weightOf } from "./differences.js";
import { Player } from "./play.js";
import { moduleLinesOf, type PlacedLine, type Recording } from "./recording.js";

/** The module that a recording is compared with, and how. */
export interface Compared {
  readonly profile: Profile;
  readonly seed: number;
  /** How far the times of a line may lie apart, in ms; undefined: times do not count. */
  readonly within: number | undefined;
}

/** The comparison of a recording with any number of modules. */
export class Comparison {
  readonly recording: Recording;
  /** What the module has said in the recording. */
  readonly lines: readonly PlacedLine[];
  readonly #player: Player;

  constructor(recording: Recording) {
    this.recording = recording;
    this.lines = moduleLinesOf(recording);
    this.#player = new Player(recording);
  }

  /** In what the recorded module and this one differ, in the order of its times. */
  differences({ profile, seed, within }: Compared): readonly Difference[] {
    return differencesOf(this.lines, this.#player.play({ profile, seed }), within);
  }

  /** How far this module is from the recorded one; 0: they agree. */
  distance(compared: Compared): number {
    return this.differences(compared).reduce((sum, difference) => sum + weightOf(difference), 0);
  }
}
