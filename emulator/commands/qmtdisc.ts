import { form } from "../../at/command.js";
import type { CommandView, ModuleCommand } from "../command-view.js";
import { ask } from "./ask.js";
import { linkId } from "./link-id.js";

/** Disconnect a Client from MQTT Server. */
export const qmtdisc: ModuleCommand = {
  names: ["+QMTDISC"],
  manual: "note 3.2.6",
  within: 300,
  test: () => ["+QMTDISC: (0)"],
  write: form({ link: linkId }, (_, view: CommandView) => ask(view, { kind: "disconnect" })),
};
