import { type RefusedFor, refused, requested } from "../../at/command.js";
import { choice } from "../../at/params.js";
import { type Refusal, type Request, refusal } from "../../mqtt/session.js";
import type { CommandView, ModuleAnswer } from "../command-view.js";
import { isOnline } from "../radio/radio.js";

/** `<tcpconnectID>`: always 0, because the module has one MQTT link (note 3.2.1). */
export const linkId = choice(0);

const errors: { readonly [R in Exclude<Refusal, "wrongState">]: RefusedFor } = {
  idInFlight: "incorrectParameters",
  windowFull: "uplinkBusy", // note 3.2.9
};

/** Requests that are refused with error 30 when the network is missing. */
const needsNetwork: readonly Request["kind"][] = ["connect", "subscribe", "unsubscribe", "publish"];

/** Why a request is refused now; undefined: it is not. Checked in this order: state, network, msgID, window. */
export function refusalReason({ session, radio, isCongested }: CommandView, request: Request): RefusedFor | undefined {
  const why = refusal(session, request);
  if (why === "wrongState") return "operationNotAllowed";
  if (needsNetwork.includes(request.kind) && !isOnline(radio)) return "noNetworkService";
  if (why !== undefined) return errors[why];
  return isCongested && "id" in request ? "uplinkBusy" : undefined;
}

/** OK with a request to the MQTT client, or an error where the request is refused now. */
export function ask(view: CommandView, request: Request): ModuleAnswer {
  const why = refusalReason(view, request);
  return why === undefined ? requested({ to: "mqtt", request }) : refused(why);
}
