import { changed, form, refused, told } from "../../at/command.js";
import { int, optional } from "../../at/params.js";
import type { CommandView, ModuleCommand } from "../command-view.js";
import { ipAddress } from "./ip-address.js";

/** What port 0, or none, stands for (AT manual). */
const coapPort = 5683;

/** Configure and Query CDP Server Settings; nothing is ever sent there. */
export const ncdp: ModuleCommand = {
  names: ["+NCDP"],
  manual: "AT manual",
  within: 300,
  partly: "kept and read back; there is no IoT platform",
  read: ({ nvm: { ncdp: server } }) =>
    server === undefined ? refused("parameterNotConfigured") : told(`+NCDP: ${server.ip},${server.port}`),
  write: form({ ip: ipAddress("ip_addr"), port: optional(int(0, 65_535)) }, ({ ip, port = 0 }, { nvm }: CommandView) =>
    changed({ nvm: { ...nvm, ncdp: { ip, port: port === 0 ? coapPort : port } } }),
  ),
};
