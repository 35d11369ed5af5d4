import { type EntryEnd, form, refused } from "../../at/command.js";
import { toBytes, toText } from "../../at/octets.js";
import { choice, int, optional, text, type Values } from "../../at/params.js";
import type { Request } from "../../mqtt/session.js";
import type { CommandView, ModuleCommand } from "../command-view.js";
import { isTopicName } from "../topic.js";
import { ask, linkId, refusalReason } from "./qmt.js";

/** The payload limit of each edition, in bytes, and what happens at the limit. */
const entries = {
  note: { by: "ctrlZ", limit: 1548, whenFull: "swallow" }, // note 3.2.9, note 2
  guide: { by: "ctrlZ", limit: 1024, whenFull: "send" },
} as const satisfies Record<string, EntryEnd>;

const noPayload = new Uint8Array(0);

const shape = {
  link: linkId,
  msgId: int(0, 65535),
  qos: choice(0, 1, 2),
  retain: choice(0, 1),
  topic: text("topic", 255, { check: isTopicName }),
  /** Only the guide has it; accepted in both editions. */
  length: optional(int(1, entries.note.limit)),
};

function isLegal({ msgId, qos, length }: Values<typeof shape>, { profile: { quirks } }: CommandView): boolean {
  if (msgId === 0 && qos !== 0) return false; // note 3.2.9
  if (msgId !== 0 && qos === 0 && quirks.qos0MsgId === "zero") return false; // clone
  return length === undefined || length <= entries[quirks.edition].limit;
}

const publish = ({ msgId, qos, retain, topic }: Values<typeof shape>, payload: Uint8Array): Request => ({
  kind: "publish",
  id: msgId,
  qos,
  retain: retain === 1,
  topic: toText(topic) ?? topic,
  payload,
});

/** Publish Messages. */
export const qmtpub: ModuleCommand = {
  names: ["+QMTPUB"],
  manual: "note 3.2.9",
  within: "delivery",
  test: ({ profile }) => [
    profile.quirks.edition === "note"
      ? '+QMTPUB: (0),(0-65535),(0-2),(0,1),"<topic>","<msg>"'
      : "+QMTPUB: (0),(0-65535),(0-2),(0,1),<topic>,(1-1024)",
  ],
  write: form(
    shape,
    (values, view: CommandView) => {
      if (!isLegal(values, view)) return refused("badParameter");
      const why = refusalReason(view, publish(values, noPayload));
      if (why !== undefined) return refused(why);
      const { length } = values;
      const until = length === undefined ? entries[view.profile.quirks.edition] : ({ by: "length", length } as const);
      return { kind: "entry", until, submit: (then, payload) => ask(then, publish(values, toBytes(payload))) };
    },
    { entry: true },
  ),
};
