import { expect } from "vitest";
import type { ClientPacket, ServerPacket } from "../../mqtt/packet.js";
import {
  type Config,
  type DownReason,
  type Effect,
  type Input,
  newSession,
  type Report,
  type Request,
  type Session,
  step,
} from "../../mqtt/session.js";

export const config: Config = {
  pktTimeout: 10_000,
  retryTimes: 3,
  timeoutNotice: false,
  dup31: "set",
  afterRefusal: 4,
  afterDisconnect: "close",
};

type Of<K extends Request["kind"]> = Extract<Request, { kind: K }>;

export const open: Input = { kind: "open", host: "broker", port: 1883 };
export const close: Input = { kind: "close" };
export const disconnect: Input = { kind: "disconnect" };
export const up: Input = { kind: "up" };
export const time: Input = { kind: "time" };
export const sendFailed: Input = { kind: "sendFailed" };
export const violation: Input = { kind: "violation", why: "a test" };

export const down = (reason: DownReason = "closed"): Input => ({ kind: "down", reason });
export const sent = (packets: number): Input => ({ kind: "sent", packets });
export const got = (packet: ServerPacket): Input => ({ kind: "packet", packet });

export const connect = (more: Partial<Of<"connect">> = {}): Of<"connect"> => ({
  kind: "connect",
  level: 4,
  clientId: "me",
  cleanSession: true,
  keepAlive: 0,
  ...more,
});

export const publish = (id: number, qos: 0 | 1 | 2): Of<"publish"> => ({
  kind: "publish",
  id,
  qos,
  retain: false,
  topic: "t",
  payload: new Uint8Array([id & 255]),
});

export const subscribe = (id: number, topics = 1): Of<"subscribe"> => ({
  kind: "subscribe",
  id,
  topics: Array.from({ length: topics }, (_, i) => ({ topic: `t/${i}`, qos: 1 })),
});

export const unsubscribe = (id: number): Of<"unsubscribe"> => ({ kind: "unsubscribe", id, topics: ["t"] });

export const connack = (more: Partial<Extract<ServerPacket, { type: "CONNACK" }>> = {}): Input =>
  got({ type: "CONNACK", sessionPresent: false, returnCode: 0, ...more });

export const puback = (id: number): Input => got({ type: "PUBACK", id });
export const pubrec = (id: number): Input => got({ type: "PUBREC", id });
export const pubcomp = (id: number): Input => got({ type: "PUBCOMP", id });
export const pubrel = (id: number): Input => got({ type: "PUBREL", id, dup: false });
export const suback = (id: number, ...granted: number[]): Input => got({ type: "SUBACK", id, granted });
export const unsuback = (id: number): Input => got({ type: "UNSUBACK", id });
export const pingresp: Input = got({ type: "PINGRESP" });

export const message = (id: number, qos: 0 | 1 | 2, dup = false): Input =>
  got({ type: "PUBLISH", id, qos, dup, retain: false, topic: "news", payload: new Uint8Array([1]) });

/** Moment, input, and all that comes of it. */
export type Line = readonly [now: number, input: Input, ...effects: readonly string[]];

/** Plays the lines one after the other and hears everything. */
export function play(lines: readonly Line[], settings: Partial<Config> = {}, from: Session = newSession()): Session {
  let session = from;
  const said: string[] = [];
  const wanted: string[] = [];
  for (const [now, input, ...effects] of lines) {
    const next = step(session, input, now, { ...config, ...settings });
    said.push(`${now} ${input.kind}: ${next.effects.map(print).join(" | ")}`);
    wanted.push(`${now} ${input.kind}: ${effects.join(" | ")}`);
    session = next.session;
  }
  expect(said).toEqual(wanted);
  return session;
}

/** The lines that lead to a connected client; they end at 30 ms with one packet sent and left. */
export function connecting(more: Partial<Of<"connect">> = {}): readonly Line[] {
  return [
    [0, open, "dial 1 broker:1883"],
    [10, up, "opened 0"],
    [20, connect(more), "> CONNECT"],
    [20, sent(1)],
    [30, connack(), "connected 0"],
  ];
}

/** An effect in few words. */
export function print(effect: Effect): string {
  switch (effect.kind) {
    case "dial":
      return `dial ${effect.link} ${effect.host}:${effect.port}`;
    case "send":
      return printPacket(effect.packet);
    case "hangUp":
      return `hang up ${effect.link} ${effect.how}`;
    case "ignored":
      return "ignored";
    case "report":
      return printReport(effect.report);
  }
}

function printPacket(packet: ClientPacket): string {
  const id = "id" in packet ? ` ${packet.id}` : "";
  return `> ${packet.type}${id}${"dup" in packet && packet.dup ? " dup" : ""}`;
}

function printReport(report: Report): string {
  const { kind, ...rest } = report;
  const values = Object.values(rest).filter((value) => !(value instanceof Uint8Array));
  return [kind, ...values].join(" ");
}
