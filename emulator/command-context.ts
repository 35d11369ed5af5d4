import type { Change, Demand, World } from "./command-view.js";
import type { Board } from "./context.js";
import { isSignalled } from "./memory/network-settings.js";
import type { Profile } from "./profile/profile.js";
import { askPeer, settleNetwork } from "./radio-link.js";
import { startCall } from "./requests.js";
import type { Machine } from "./run-line.js";

/** What the commands of a running line see of the module, and do to it. */
export class CommandSide implements Machine {
  readonly #board: Board;

  constructor(board: Board) {
    this.#board = board;
  }

  get profile(): Profile {
    return this.#board.profile;
  }

  world(): World {
    const { profile, ram, now, epochAtStart } = this.#board;
    const { client, air } = ram;
    const { dte, port, settings, radio, preferences, nvm, calls, token } = ram.state;
    return {
      // Named one by one, because this is done for every command and a spread takes three times as long.
      dte,
      port,
      settings,
      radio,
      preferences,
      nvm,
      calls,
      token,
      profile,
      session: client.session,
      isCongested: client.isCongested,
      power: air.power,
      now,
      time: epochAtStart + now,
    };
  }

  apply(change: Change): void {
    const { ram, effects, now } = this.#board;
    const before = ram.state.preferences;
    ram.state = { ...ram.state, ...change };
    if (change.nvm !== undefined) effects.do({ to: "nvm", nvm: change.nvm });
    if (isSignalled(before, ram.state.preferences)) ram.air.raise(now);
    settleNetwork(this.#board);
  }

  ignore(what: string): void {
    this.#board.effects.trace({ kind: "ignored", what });
  }

  demand(demand: Demand): void {
    const { ram, now } = this.#board;
    if (demand.to === "host") ram.behind.push({ to: "outbox", report: demand.report });
    else if (demand.to === "later") ram.timetable.put({ line: demand.line, at: now + demand.after });
    else if (demand.to === "peer") askPeer(this.#board, demand);
    else if (demand.to === "call") startCall(this.#board, demand.call);
    else if (demand.to === "numberedCall") startCall(this.#board, demand.call(this.#nonce()));
    else ram.behind.push(...ram.client.step(demand.request, now, ram.state.settings));
  }

  #nonce(): number {
    return Math.floor(this.#board.random.between([1, 2 ** 31]));
  }
}
