import type { Millis } from "../../../mqtt/packet.js";
import type { RecordedEvent } from "../../trace/recorded-event.js";
import { type HostLine, has, numberAt, type Result, shown, spanText, writeOf } from "../host-line.js";
import type { RuleId } from "../rules.js";
import type { HostView, MakeWatch } from "./watch.js";

/** What begins within this span after a payload belongs to it, in ms. */
const atOnce: Millis = 100;
/** A payload entry is left open after this span, in ms. */
const openFor: Millis = 30_000;
const maxTopic = 255;
/** The longest payload that may be announced by its length; in the guide. */
const maxLength = 1024;
/** How many publishes may be in flight. note 3.2.9 */
const windowSize = 5;

const bytesText = (bytes: unknown): string => (bytes === 1 ? "1 byte" : `${bytes} bytes`);

/** The message id of a request; undefined: the line has none. */
function idOf(line: HostLine): number | undefined {
  const request = writeOf(line, "+QMTPUB", "+QMTSUB", "+QMTUNS");
  return request && numberAt(request, 1);
}

const isQosPublish = (line: HostLine): boolean => {
  const publish = writeOf(line, "+QMTPUB");
  return publish !== undefined && numberAt(publish, 2) > 0;
};

/** The topics of a request, as octets. */
function topicsOf(line: HostLine): readonly string[] {
  const publish = writeOf(line, "+QMTPUB");
  const request = publish ?? writeOf(line, "+QMTSUB", "+QMTUNS");
  return (request?.tokens ?? []).slice(publish ? 4 : 2).map(({ text }) => text);
}

/** Reports a line where it was in doubt, and is refused. `doubt` returns what was wrong with it. */
const whenRefused =
  (
    doubt: (line: HostLine, host: HostView) => string | undefined,
    fits: (result: Result) => boolean = () => true,
  ): MakeWatch =>
  (report, host) => {
    let open: { readonly line: HostLine; readonly what: string } | undefined;
    return {
      line(line) {
        const what = doubt(line, host);
        open = what === undefined ? undefined : { line, what };
      },
      result(result) {
        const { line, ok, text, afterPayload } = result;
        if (open?.line === line && !ok && !afterPayload && fits(result)) report(line.event, `${open.what} (${text})`);
        open = undefined;
      },
    };
  };

/** Reports a payload that bytes follow at once which are no command. */
const whenFollowed =
  (fits: (payload: RecordedEvent) => boolean, what: (payload: RecordedEvent, rest: string) => string): MakeWatch =>
  (report) => {
    let payload: RecordedEvent | undefined;
    return {
      payload(event) {
        payload = fits(event) ? event : undefined;
      },
      line({ isCommand, text, begunAt }) {
        if (payload !== undefined && !isCommand && begunAt - payload.t <= atOnce) report(payload, what(payload, text));
        payload = undefined;
      },
      reboot() {
        payload = undefined;
      },
    };
  };

const announcedTooMuch = whenRefused((line) => {
  const publish = writeOf(line, "+QMTPUB");
  const length = publish ? numberAt(publish, 5) : 0;
  return length > maxLength ? `a payload of ${length} bytes was announced` : undefined;
});

const goesOn = whenFollowed(
  ({ end }) => end === "full" || end === "length",
  ({ size, end }, rest) =>
    `${JSON.stringify(shown(rest))} followed a payload of ${size} bytes that ${end === "full" ? "was full" : "had its length"}`,
);

/** The rules about publishing. */
export const publishWatches = {
  "payload-before-prompt": (report) => {
    let refused: Result | undefined;
    return {
      payload(event) {
        if (typeof event.early === "number")
          report(event, `${bytesText(event.early)} of a payload came before the prompt`);
      },
      result(result) {
        const isRefused = !result.ok && !result.afterPayload && writeOf(result.line, "+QMTPUB") !== undefined;
        refused = isRefused ? result : undefined;
      },
      line({ event, text, isCommand }) {
        if (refused !== undefined && !isCommand)
          report(event, `${JSON.stringify(shown(text))} came after ${shown(refused.line.text)} had been refused`);
        refused = undefined;
      },
      reboot() {
        refused = undefined;
      },
    };
  },

  "msgid-reused": whenRefused(
    (line, { link: { phase, inFlight } }) => {
      const id = idOf(line);
      if (id === undefined || phase !== "connected") return undefined;
      const other = inFlight.get(id);
      return other && `${shown(line.text)} has the id ${id} of an AT${other.command} that is in flight`;
    },
    ({ text }) => text !== "+CME ERROR: 159",
  ),

  "window-overrun": whenRefused(
    (line, { link: { phase, publishes, inFlight } }) => {
      if (phase !== "connected" || !isQosPublish(line) || publishes.length < windowSize) return undefined;
      if (inFlight.has(idOf(line) ?? 0)) return undefined; // that is msgid-reused
      return `${shown(line.text)} came while ${publishes.join(", ")} were in flight`;
    },
    ({ text }) => text !== "+CME ERROR: 50",
  ),

  "payload-overlong": (report, host) => {
    const [announced, further] = [announcedTooMuch(report, host), goesOn(report, host)];
    return {
      payload(event) {
        if (typeof event.lost === "number")
          report(event, `a payload had ${Number(event.size) + event.lost} bytes, and ${event.lost} of them were lost`);
        further.payload?.(event);
      },
      line(line) {
        announced.line?.(line);
        further.line?.(line);
      },
      result: (result) => announced.result?.(result),
      reboot: (event) => further.reboot?.(event),
    };
  },

  "topic-overlong": whenRefused((line) => {
    const topic = topicsOf(line).find(({ length }) => length > maxTopic);
    return topic && `${shown(line.text)} has a topic of ${topic.length} bytes`;
  }),

  "ctrl-z-in-payload": whenFollowed(
    ({ end }) => end === undefined,
    ({ size }, rest) => `${JSON.stringify(shown(rest))} followed the Ctrl+Z of a payload of ${bytesText(size)} at once`,
  ),

  "prompt-left-open": (report) => {
    let prompt: RecordedEvent | undefined;
    const end = (): void => {
      prompt = undefined;
    };
    return {
      answer(event) {
        prompt = event.line === ">" ? event : undefined;
      },
      payload: end,
      cancelled: end,
      pass(now) {
        if (prompt === undefined || now - prompt.t <= openFor) return;
        report(prompt, `the payload entry was not ended within ${spanText(openFor)} after its prompt`);
        prompt = undefined;
      },
      reboot(event) {
        if (prompt !== undefined && event.reason === "REBOOT_CAUSE_SECURITY_RESET_PIN")
          report(prompt, "a reset ended the payload entry");
        prompt = undefined;
      },
    };
  },

  "qos-without-result": (report, { link }) => ({
    line(line) {
      const { publishes } = link;
      const ends = writeOf(line, "+QMTCLOSE", "+QMTDISC") !== undefined || has(line, "+NRB");
      if (!ends || publishes.length === 0) return;
      const which = publishes.length === 1 ? "the publish" : "the publishes";
      report(line.event, `${shown(line.text)} came before the final result of ${which} ${publishes.join(", ")}`);
    },
  }),

  "credentials-in-topic": (report) => ({
    exposed: (event) => report(event, `the ${event.secret} stands in the ${event.in} of a publish`),
  }),
} as const satisfies Partial<Record<RuleId, MakeWatch>>;
