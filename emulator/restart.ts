import type { Context } from "./context.js";
import { routeOutcomes } from "./mqtt-link.js";
import { settleRadioLink } from "./radio-link.js";
import { powerUp } from "./ram.js";
import { off, type RebootCause } from "./reboot.js";
import { dropRequests } from "./requests.js";
import { socketEnds } from "./sockets/socket-traffic.js";
import { applyUartSpeed, sendBanner, sendBootText } from "./uart-output.js";

/** The supply is cut, or comes back. There is no DISCONNECT, so that the broker publishes the will. */
export function switchSupply(context: Context, on: boolean): void {
  if (on !== (context.booting === off)) return;
  context.effects.trace({ kind: "power", on });
  if (on) boot(context, off.cause);
  else {
    cutOutput(context);
    endAll(context);
    renewRam(context);
    context.booting = off;
  }
}

/** A reset from outside. What the host has sent before it is lost, also where the boot takes no time. */
export function reset(context: Context, cause: RebootCause): void {
  cutOutput(context);
  context.ram.commandQueue.clear();
  reboot(context, cause);
}

/** Reboots without output to the host. */
export function reboot(context: Context, cause: RebootCause): void {
  context.effects.trace({ kind: "reboot", cause });
  endAll(context);
  boot(context, cause);
}

/** Begins a start. Where it takes no time, it ends at once, and no input is lost. */
export function boot(context: Context, cause: RebootCause): void {
  const { commandQueue } = context.ram;
  const { pace, now, profile } = context;
  renewRam(context);
  sendBootText(context);
  const takes = profile.quirks.bootTime + pace("boot");
  if (takes === 0) {
    context.ram.commandQueue.takeOver(commandQueue);
    endBoot(context, cause);
  } else context.booting = { until: now + takes, cause };
}

/** Ends a start: sends the banner. */
export function endBoot(context: Context, cause: RebootCause): void {
  context.booting = undefined;
  sendBanner(context, cause);
  settleRadioLink(context);
}

/**
 * Ends requests, the link and the RRC connection, without output to the host. Output of the running line still goes to its
 * link.
 */
function endAll(context: Context): void {
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
function renewRam(context: Context): void {
  const { profile, effects, pace } = context;
  const { state, client } = context.ram;
  const { nvm, radio } = state;
  context.ram = powerUp(profile, effects, pace, { nvm, radio, lastLink: client.session.link });
  applyUartSpeed(context);
}

/** Drops the output that the UART has not sent yet. */
function cutOutput({ effects, baud }: Context): void {
  effects.do({ to: "port", speed: baud, cut: true });
}
