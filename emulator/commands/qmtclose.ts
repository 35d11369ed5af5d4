import { form } from "../../at/command.js";
import type { CommandView, ModuleCommand } from "../command-view.js";
import { ask } from "./ask.js";
import { linkId } from "./link-id.js";

/** Close a Network for MQTT Client. */
export const qmtclose: ModuleCommand = {
  names: ["+QMTCLOSE"],
  manual: "note 3.2.4",
  within: 300,
  test: () => ["+QMTCLOSE: (0)"],
  write: form({ link: linkId }, (_, view: CommandView) => ask(view, { kind: "close" })),
};
