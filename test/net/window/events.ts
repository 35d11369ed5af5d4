import type { RecordedEvent } from "../../../net/trace/recorded-event.js";

/** What an event tells, without its number and time. */
type Told = { readonly kind: string; readonly [field: string]: unknown };

/** Events with numbers and times as a trace has them: each 10 ms behind the last, unless it tells its time. */
export function eventsOf(told: readonly (Told & { readonly t?: number })[]): readonly RecordedEvent[] {
  let t = 0;
  return told.map((each, at) => {
    t = each.t ?? t + 10;
    return { seq: at + 1, wall: new Date(t).toISOString(), ...each, t };
  });
}

/** A publish whose PUBACK is lost once: the line, the prompt, the payload, the packet twice, the ack and the URC. */
export const publish: readonly Told[] = [
  { kind: "line", line: 'AT+QMTPUB=0,1,1,0,"a"', terminator: "<0D>" },
  { kind: "answer", line: ">", cause: 1 },
  { kind: "payload", size: 2, text: "hi", cause: 2 },
  { kind: "answer", line: "OK", cause: 3 },
  {
    ...{ kind: "packet", way: "sent", packet: "PUBLISH", msgId: 1, qos: 1, dup: false, retain: false },
    ...{ topic: "a", size: 2, text: "hi", cause: 3 },
  },
  {
    ...{ kind: "fault", id: 1, fault: "lose PUBACK", did: "PUBACK 1 lost", cause: 5 },
    ...{ effect: "lost", packet: "PUBACK", way: "received", msgId: 1 },
  },
  {
    ...{ kind: "packet", way: "sent", packet: "PUBLISH", msgId: 1, qos: 1, dup: true, retain: false },
    ...{ topic: "a", size: 2, text: "hi", cause: 5 },
  },
  { kind: "packet", way: "received", packet: "PUBACK", msgId: 1, cause: 7 },
  { kind: "urc", line: "+QMTPUB: 0,1,0", cause: 8 },
];
