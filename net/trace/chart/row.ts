import type { Millis } from "../../../mqtt/packet.js";
import type { Tone } from "../../colour.js";

/** What rows may be chosen by, and what each is. */
export const topics = {
  lines: "command lines and payloads of the host",
  answers: "answers of the module",
  urcs: "unsolicited lines",
  packets: "MQTT packets",
  links: "TCP connections, look-ups, HTTP posts",
  sockets: "sockets of the host, and their data",
  radio: "the radio, and what changes around it",
  module: "reboots, the supply, input that has no effect",
  faults: "faults that act",
  findings: "what the host does wrong",
  hosts: "hosts that attach and detach",
} as const;

export type Topic = keyof typeof topics;

/** Where a row stands: between host and module, between module and broker, or across both. */
export type Side = "host" | "broker" | "across";

/** Which lanes are there: a host is attached, the module has booted, a link to a broker is up. */
export interface Lanes {
  readonly host: boolean;
  readonly module: boolean;
  readonly broker: boolean;
}

/** What a row is drawn as. */
export type Shape =
  /** Something goes from lane to lane; `dotted`: no data, but a step of TCP or of a request. */
  | {
      readonly kind: "arrow";
      readonly from: "host" | "module" | "broker";
      readonly dotted?: true;
      readonly broken?: Broken;
    }
  /** A state begins or ends. */
  | { readonly kind: "bar" }
  /** A remark, with its sign. */
  | { readonly kind: "note"; readonly sign: "fault" | "finding" | "remark" }
  /** Rows that were left out, because they repeat those above. */
  | { readonly kind: "fold" };

/** An arrow that does not arrive, or that arrives later, and why. */
export interface Broken {
  readonly how: "lost" | "delayed";
  readonly why: string;
}

/** A row of the chart. */
export interface Row {
  readonly t: Millis;
  /** The time of the last event that it stands for; left out: `t`. */
  readonly until?: Millis;
  readonly topics: readonly Topic[];
  readonly side: Side;
  readonly shape: Shape;
  readonly tone: Tone;
  readonly text: string;
  /** Rows that are alike have the same. */
  readonly key: string;
  /** The lanes beside it. */
  readonly lanes: Lanes;
}

/** A row before it has its place. */
export type Sketch = Omit<Row, "t" | "until" | "lanes" | "key"> & {
  readonly key?: string;
  /** The lanes that it changes. */
  readonly sets?: Partial<Lanes>;
};
