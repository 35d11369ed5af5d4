/** A time span or a moment in milliseconds; a moment counts from the start of the clock. */
export type Millis = number;

export type Qos = 0 | 1 | 2;
/** Protocol level: 3 is MQTT 3.1 (`MQIsdp`), 4 is MQTT 3.1.1 (`MQTT`). */
export type Level = 3 | 4;
/** Packet identifier, 1 to 65535; 0 stands in a QoS 0 PUBLISH, which has none on the wire. */
export type MessageId = number;

export interface Will {
  readonly topic: string;
  readonly message: Uint8Array;
  readonly qos: Qos;
  readonly retain: boolean;
}

export interface Connect {
  readonly type: "CONNECT";
  readonly level: Level;
  readonly clientId: string;
  readonly cleanSession: boolean;
  /** Seconds; 0 is never. */
  readonly keepAlive: number;
  readonly will?: Will;
  readonly user?: string;
  readonly password?: Uint8Array;
}

export interface Connack {
  readonly type: "CONNACK";
  readonly sessionPresent: boolean;
  readonly returnCode: 0 | 1 | 2 | 3 | 4 | 5;
}

export interface Publish {
  readonly type: "PUBLISH";
  readonly id: MessageId;
  readonly qos: Qos;
  readonly retain: boolean;
  readonly dup: boolean;
  readonly topic: string;
  readonly payload: Uint8Array;
}

/** The packets that hold an identifier and nothing else. */
export interface Ack {
  readonly type: "PUBACK" | "PUBREC" | "PUBCOMP" | "UNSUBACK";
  readonly id: MessageId;
}

export interface Pubrel {
  readonly type: "PUBREL";
  readonly id: MessageId;
  /** Only in MQTT 3.1 a PUBREL, SUBSCRIBE or UNSUBSCRIBE that is sent again can have DUP. */
  readonly dup: boolean;
}

export interface TopicRequest {
  readonly topic: string;
  readonly qos: Qos;
}

export interface Subscribe {
  readonly type: "SUBSCRIBE";
  readonly id: MessageId;
  readonly dup: boolean;
  readonly topics: readonly TopicRequest[];
}

export interface Suback {
  readonly type: "SUBACK";
  readonly id: MessageId;
  /** One code for each topic: 0, 1, 2 or 128 (refused). */
  readonly granted: readonly number[];
}

export interface Unsubscribe {
  readonly type: "UNSUBSCRIBE";
  readonly id: MessageId;
  readonly dup: boolean;
  readonly topics: readonly string[];
}

export interface Bare {
  readonly type: "PINGREQ" | "PINGRESP" | "DISCONNECT";
}

/** Every packet of MQTT 3.1 and 3.1.1, with the names of the specification. */
export type Packet = Connect | Connack | Publish | Ack | Pubrel | Subscribe | Suback | Unsubscribe | Bare;

/** The packets that a client sends. */
export type ClientPacket =
  | Connect
  | Publish
  | Ack
  | Pubrel
  | Subscribe
  | Unsubscribe
  | { readonly type: "PINGREQ" | "DISCONNECT" };

/** The packets that a server may send. */
export type ServerPacket = Connack | Publish | Ack | Pubrel | Suback | { readonly type: "PINGRESP" };

/** The packet of a server that has this type. */
export type ServerPacketOf<T, P = ServerPacket> = P extends { readonly type: infer U }
  ? T extends U
    ? P
    : never
  : never;
