import { expect, test } from "vitest";
import type { TraceEvent } from "../../../emulator/trace.js";
import { Outstanding } from "../../../net/time/outstanding.js";

type Packet = Extract<TraceEvent, { readonly kind: "packet" }>["packet"];

const publish = (id: number, qos: 0 | 1 | 2): Packet => {
  const flags = { qos, retain: false, dup: false };
  return { type: "PUBLISH", id, ...flags, topic: "t", payload: Uint8Array.of() };
};
const noted = (outstanding: Outstanding, way: "sent" | "received", packet: Packet): boolean => {
  outstanding.note({ kind: "packet", way, packet } as TraceEvent);
  return outstanding.isAny;
};

test.each<readonly [what: string, sent: Packet, answer: Packet]>([
  ["PINGREQ", { type: "PINGREQ" }, { type: "PINGRESP" }],
  ["SUBSCRIBE", { type: "SUBSCRIBE", id: 3, dup: false, topics: [] }, { type: "SUBACK", id: 3, granted: [] }],
  ["UNSUBSCRIBE", { type: "UNSUBSCRIBE", id: 3, dup: false, topics: [] }, { type: "UNSUBACK", id: 3 }],
  ["PUBLISH at QoS 1", publish(3, 1), { type: "PUBACK", id: 3 }],
  ["PUBLISH at QoS 2", publish(3, 2), { type: "PUBREC", id: 3 }],
  ["PUBREL", { type: "PUBREL", id: 3, dup: false }, { type: "PUBCOMP", id: 3 }],
  ["PUBREC", { type: "PUBREC", id: 3 }, { type: "PUBREL", id: 3, dup: false }],
])("%s waits for its answer, and no other", (_, sent, answer) => {
  const outstanding = new Outstanding();
  expect(noted(outstanding, "sent", sent)).toBe(true);
  expect(noted(outstanding, "sent", sent)).toBe(true); // sent again
  expect(noted(outstanding, "received", { type: "PUBACK", id: 4 })).toBe(true);
  expect(noted(outstanding, "received", answer)).toBe(false);
});

test("PUBLISH at QoS 0, PUBACK and DISCONNECT wait for no answer", () => {
  const outstanding = new Outstanding();
  for (const packet of [publish(0, 0), { type: "PUBACK", id: 3 }, { type: "DISCONNECT" }] as const) {
    expect(noted(outstanding, "sent", packet)).toBe(false);
  }
});

test.each<TraceEvent>([
  { kind: "phase", phase: "idle" },
  { kind: "reboot", cause: "REBOOT_CAUSE_APPLICATION_AT" },
])("nothing is outstanding after $kind", (event) => {
  const outstanding = new Outstanding();
  noted(outstanding, "sent", { type: "PINGREQ" });
  outstanding.note(event);
  expect(outstanding.isAny).toBe(false);
});
