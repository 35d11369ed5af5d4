import type { Context } from "./context.js";
import { routeOutcomes } from "./mqtt-link.js";
import { powerUp } from "./ram.js";
import { dropRequests } from "./requests.js";
import { socketEnds } from "./sockets/socket-traffic.js";
import { applyUartSpeed } from "./uart-output.js";

/**
 * Ends requests, the link and the RRC connection, without output to the host. Output of the running line still goes to its
 * link.
 */
export function endAll(context: Context): void {
  dropRequests(context);
  const { client, rrc, afterResult } = context.ram;
  const { link, phase } = client.session;
  routeOutcomes(
    context,
    afterResult.filter(({ to }) => to === "link" || to === "socket" || to === "trace"),
  );
  context.effects.doAll(socketEnds(context.ram.state.sockets, "reset"));
  if (phase !== "idle") routeOutcomes(context, [{ to: "link", link, act: { kind: "reset" } }]);
  context.effects.doAll(rrc.abandon());
}

/** Clears the RAM. The NVM stays, and so do SIM and network. */
export function renewRam(context: Context): void {
  const { profile, effects, pace } = context;
  const { state, client } = context.ram;
  const { nvm, radio } = state;
  context.ram = powerUp(profile, effects, pace, { nvm, radio, lastLink: client.session.link });
  applyUartSpeed(context);
}

/** Drops the output that the UART has not sent yet. */
export function cutOutput({ effects, baud }: Context): void {
  effects.do({ to: "port", speed: baud, cut: true });
}
