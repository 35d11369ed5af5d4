import type { Request } from "../mqtt/session.js";
import type { Change, CommandView, Demand } from "./command-view.js";
import type { Context } from "./context.js";
import { isSignalled } from "./memory/network-settings.js";
import { maxBacklogBytes } from "./mqtt-client.js";
import type { Profile } from "./profile/profile.js";
import { scheduleAnswer, settleNetwork } from "./radio-link.js";
import { startRequest } from "./requests.js";
import type { LineContext } from "./run-line.js";
import { settingChanges } from "./setting-changes.js";
import { withMqtt } from "./sockets/socket.js";
import { carryOut } from "./sockets/socket-request.js";

/** Gives the commands of a running line access to the module. */
export class CommandContext implements LineContext {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  get profile(): Profile {
    return this.#context.profile;
  }

  view(): CommandView {
    const { profile, ram, now, epochAtStart } = this.#context;
    const { client, rrc } = ram;
    const { dte, uart, mqttSettings, radio, networkSettings, nvm, requests, clock, token, sockets } = ram.state;
    return {
      // Each field is named, because this runs for every command and a spread takes three times as long.
      dte,
      uart,
      mqttSettings,
      radio,
      networkSettings,
      nvm,
      requests,
      clock,
      token,
      sockets,
      profile,
      session: client.session,
      isCongested: client.isCongested,
      isSocketCongested: ({ protocol, sent, taken }) =>
        rrc.heldBytes >= maxBacklogBytes || (protocol === "TCP" && sent - taken >= maxBacklogBytes),
      power: rrc.power,
      now,
      time: epochAtStart + now,
    };
  }

  apply(change: Change): void {
    const { ram, effects, now } = this.#context;
    const before = ram.state;
    ram.state = { ...before, ...change };
    if (effects.isTraced)
      for (const setting of settingChanges(before, ram.state)) effects.trace({ kind: "setting", ...setting });
    if (change.nvm !== undefined) effects.do({ to: "nvm", nvm: change.nvm });
    const isSessionChange = ram.state.radio.active !== before.radio.active; // ESM, 24.301 6.4
    if (isSessionChange || isSignalled(before.networkSettings, ram.state.networkSettings)) ram.rrc.raise(now);
    settleNetwork(this.#context);
  }

  ignore(what: string): void {
    this.#context.effects.trace({ kind: "ignored", what });
  }

  demand(demand: Demand): void {
    const { ram, now } = this.#context;
    if (demand.to === "host") ram.afterResult.push({ to: "urcQueue", report: demand.report });
    else if (demand.to === "later") ram.scheduledUrcs.put({ line: demand.line, at: now + demand.after });
    else if (demand.to === "peer") scheduleAnswer(this.#context, demand);
    else if (demand.to === "network") startRequest(this.#context, demand.request);
    else if (demand.to === "networkWithNonce") startRequest(this.#context, demand.request(this.#nonce()));
    else if (demand.to === "socket") carryOut(this.#context, demand.request);
    else this.#askMqtt(demand.request);
  }

  #askMqtt(request: Request): void {
    const { ram, now } = this.#context;
    const { sockets } = ram.state;
    if (request.kind === "open" && sockets !== undefined) ram.state = { ...ram.state, sockets: withMqtt(sockets) };
    ram.afterResult.push(...ram.client.step(request, now, ram.state.mqttSettings));
  }

  #nonce(): number {
    return Math.floor(this.#context.random.between([1, 2 ** 31]));
  }
}
