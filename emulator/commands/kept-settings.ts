import { changed, form, ok, refused } from "../../at/command.js";
import { choice, int, optional, word } from "../../at/params.js";
import { ipAddress } from "../addresses.js";
import type { CommandView, ModuleCommand } from "../command-view.js";
import { coreLevels, logCores } from "../memory/nvm.js";
import { natspeed } from "./natspeed.js";
import { nconfig } from "./nconfig.js";
import { numberSetting } from "./number-setting.js";

/** A command whose setting has no effect. */
const readBack = (command: ModuleCommand): ModuleCommand => ({
  ...command,
  partly: "kept and read back; nothing here listens to it",
});

/** Set Registration Mode of the IoT platform, which is not modelled. */
export const qregswt = readBack(
  numberSetting("qregswt", choice(0, 1, 2), ({ quirks }) => (quirks.qregswtBlank === "yes" ? " " : "")),
);

/** Set NETLIGHT Mode. The LED is not modelled. */
export const qledmode = readBack(numberSetting("qledmode", choice(0, 1)));

/** New Message Indication of the IoT platform. Not stored; a start sets 1 (AT manual). */
export const nnmi: ModuleCommand = {
  names: ["+NNMI"],
  manual: "AT manual",
  within: 300,
  partly: "read back; there is no IoT platform that sends messages",
  test: () => ["+NNMI: (0-2)"],
  read: ({ networkSettings }) => ok(`+NNMI: ${networkSettings.nnmi}`),
  write: form({ status: choice(0, 1, 2) }, ({ status }, { networkSettings }: CommandView) =>
    changed({ networkSettings: { ...networkSettings, nnmi: status } }),
  ),
};

/** The order of the cores in the read form. The test form has another one (AT manual). */
const readOrder = ["SECURITY", "PROTOCOL", "APPLICATION"] as const;

/** Set Debug Logging Level of the chip's cores, which are not modelled. */
export const nloglevel: ModuleCommand = {
  names: ["+NLOGLEVEL"],
  manual: "AT manual",
  within: 300,
  partly: "kept and read back; there is no log of the cores",
  test: () => [`+NLOGLEVEL: (${logCores.join(",")}),(${coreLevels.join(",")})`],
  read: ({ nvm }) => ok(...readOrder.map((core) => `+NLOGLEVEL: ${core},${nvm.nloglevel[core]}`)),
  write: form({ core: word(...logCores), level: word(...coreLevels) }, ({ core, level }, { nvm }: CommandView) =>
    changed({ nvm: { ...nvm, nloglevel: { ...nvm.nloglevel, [core]: level } } }),
  ),
};

/** The port that 0, or no port, selects (AT manual). */
const coapPort = 5683;

/** Configure and Query CDP Server Settings. Nothing is sent to this server. */
export const ncdp: ModuleCommand = {
  names: ["+NCDP"],
  manual: "AT manual",
  within: 300,
  partly: "kept and read back; there is no IoT platform",
  read: ({ nvm: { ncdp: server } }) =>
    server === undefined ? refused("parameterNotConfigured") : ok(`+NCDP: ${server.ip},${server.port}`),
  write: form({ ip: ipAddress("ip_addr"), port: optional(int(0, 65_535)) }, ({ ip, port = 0 }, { nvm }: CommandView) =>
    changed({ nvm: { ...nvm, ncdp: { ip, port: port === 0 ? coapPort : port } } }),
  ),
};

/** The commands for settings in NVM, and AT+NNMI, which the manual lists with them. */
export const keptCommands: readonly ModuleCommand[] = [nconfig, natspeed, qregswt, qledmode, nnmi, ncdp, nloglevel];
