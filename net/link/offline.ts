import { isIPv6 } from "node:net";
import { isLoopback } from "../listening.js";
import type { Log } from "../log.js";
import type { Destination, Route } from "./name-map.js";

/** How many destinations are told of. */
const maxTold = 100;

/** Whether a host is this machine. For a name below localhost some systems ask a name server, beyond this machine. */
const isHere = (host: string): boolean =>
  isLoopback(host) || /^localhost$/i.test(host) || host === "0.0.0.0" || host === "::";

/**
 * The routes of a machine that nothing may leave: only where a mapping leads, and to the machine itself. What has no route is
 * told once for each destination.
 */
export function offlineRoute(route: Route, isMapped: (host: string, port: number) => boolean, log: Log): Route {
  const told = new Set<string>();
  return (host, port) => {
    const to = route(host, port);
    if (to === undefined || isHere(to.host) || isMapped(host, port)) return to;
    const wanted = destinationText({ host, port });
    if (!told.has(wanted) && told.size < maxTold) {
      told.add(wanted);
      log.warn(`--offline: there is no route to ${wanted}; a mapping would make one: --map '${wanted}=HOST:PORT'`);
    }
    return undefined;
  };
}

/** A destination as a mapping names it: an address with its port, a name without one; port 0 is a look-up. */
function destinationText({ host, port }: Destination): string {
  const isAddress = isIPv6(host) || /^[\d.]+$/.test(host);
  if (!isAddress || port === 0) return host;
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}
