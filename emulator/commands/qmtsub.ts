import { form, refused } from "../../at/command.js";
import { toText } from "../../at/octets.js";
import { choice, int, repeat, text } from "../../at/params.js";
import type { CommandView, ModuleCommand } from "../command-view.js";
import { isTopicFilter } from "../topic.js";
import { ask, linkId } from "./qmt.js";

/** A topic to subscribe to, or to unsubscribe from. */
const topicFilter = text("topic", 255, { check: isTopicFilter });

/** Whether one request may have these topics (clone; the note has no limit). */
const fits = (topics: readonly unknown[], { topicsPerRequest }: CommandView["profile"]["quirks"]): boolean =>
  topicsPerRequest === 0 || topics.length <= topicsPerRequest;

/** Subscribe to Topics. */
export const qmtsub: ModuleCommand = {
  names: ["+QMTSUB"],
  manual: "note 3.2.7",
  within: "delivery",
  test: ({ profile }) => [
    profile.quirks.edition === "note"
      ? '+QMTSUB: (0),(1-65535),"<topic>",(0-2)'
      : "+QMTSUB: (0),(1-65535),<topic>,(0-2)[,<topic>,(0-2)...]",
  ],
  write: form(
    { link: linkId, msgId: int(1, 65535), topics: repeat({ topic: topicFilter, qos: choice(0, 1, 2) }) },
    ({ msgId, topics }, view: CommandView) => {
      if (!fits(topics, view.profile.quirks)) return refused("badParameter");
      const asked = topics.map(({ topic, qos }) => ({ topic: toText(topic) ?? topic, qos }));
      return ask(view, { kind: "subscribe", id: msgId, topics: asked });
    },
  ),
};

/** Unsubscribe from Topics. */
export const qmtuns: ModuleCommand = {
  names: ["+QMTUNS"],
  manual: "note 3.2.8",
  within: "delivery",
  test: ({ profile }) => [
    profile.quirks.edition === "note"
      ? '+QMTUNS: (0),(1-65535),"<topic>"'
      : "+QMTUNS: (0),(1-65535),<topic>[,<topic>...]",
  ],
  write: form(
    { link: linkId, msgId: int(1, 65535), topics: repeat({ topic: topicFilter }) },
    ({ msgId, topics }, view: CommandView) => {
      if (!fits(topics, view.profile.quirks)) return refused("badParameter");
      return ask(view, { kind: "unsubscribe", id: msgId, topics: topics.map(({ topic }) => toText(topic) ?? topic) });
    },
  ),
};
