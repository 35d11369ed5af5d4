import { changed, form, ok, refused, requested } from "../../at/command.js";
import type { Octets } from "../../at/octets.js";
import { choice, int, optional, text } from "../../at/params.js";
import { ipAddress, isHostName } from "../addresses.js";
import type { CommandView, Demand, ModuleAnswer, ModuleCommand } from "../command-view.js";
import { isOnline } from "../radio/radio.js";
import { resolvedLine } from "../urc.js";

/** `<timeout>` of AT+NPING where it is left out, in ms (AT manual). */
const defaultTimeout = 10_000;

/** Makes the simulated answer of the peer from the profile. No ICMP is sent. */
function ping({ radio, profile: { surroundings } }: CommandView, host: Octets, timeout: number): Demand {
  if (!isOnline(radio)) return { to: "later", line: "+NPINGERR:2", after: 0 }; // not sent
  const { pingTtl, pingRtt } = surroundings;
  const silence = { line: "+NPINGERR:1", after: timeout };
  const answers = pingRtt > 0 && pingRtt <= timeout;
  const answer = answers ? { line: `+NPING:${host},${pingTtl},${pingRtt}`, after: pingRtt } : undefined;
  return { to: "peer", answer, silence };
}

/** Test IP Network Connectivity to a Remote Host. */
const nping: ModuleCommand = {
  names: ["+NPING"],
  manual: "AT manual",
  within: 300,
  partly: "no ICMP leaves the machine; the profile says how the peer answers",
  write: form(
    { host: ipAddress("remote_address"), size: optional(int(12, 1500)), timeout: optional(int(10, 600_000)) },
    ({ host, timeout = defaultTimeout }, view: CommandView) => requested(ping(view, host, timeout)),
  ),
};

function resolve({ radio, requests }: CommandView, host: Octets): ModuleAnswer {
  if (requests.resolve !== undefined) return refused("operationNotAllowed");
  if (!isOnline(radio) || !isHostName(host)) return requested({ to: "later", line: resolvedLine(undefined), after: 0 });
  return requested({ to: "network", request: { kind: "resolve", host } });
}

/** Domain Name Resolution. Only one may be pending. The modes differ only in the cache, which is not modelled. decided */
const qdns: ModuleCommand = {
  names: ["+QDNS"],
  manual: "AT manual",
  within: 300,
  partly: "the three modes are the same; there is no cache",
  write: form({ mode: choice(0, 1, 2), host: text("hostname", 100) }, ({ host }, view: CommandView) =>
    resolve(view, host),
  ),
};

/** Configure DNS Servers. They have no effect: the emulator's machine resolves names. */
const qidnscfg: ModuleCommand = {
  names: ["+QIDNSCFG"],
  manual: "AT manual",
  within: 300,
  partly: "read back; this machine looks names up its own way",
  test: () => [],
  read: ({ networkSettings: { dns } }) => ok(`PrimaryDns: ${dns.primary}`, `SecondaryDns: ${dns.secondary}`),
  write: form(
    { primary: ipAddress("pri_dns"), secondary: optional(ipAddress("sec_dns")) },
    ({ primary, secondary }, { networkSettings }: CommandView) => {
      const dns = { primary, secondary: secondary ?? networkSettings.dns.secondary };
      return changed({ networkSettings: { ...networkSettings, dns } });
    },
  ),
};

/** The commands for ping and DNS. */
export const reachabilityCommands: readonly ModuleCommand[] = [nping, qdns, qidnscfg];
