import type { Octets } from "../../../at/octets.js";
import type { ClientPacket, Millis, ServerPacket } from "../../../mqtt/packet.js";
import type { RebootCause } from "../../reboot.js";

/** A span of time in ms. Where both ends differ, it is drawn from the faults' seed each time that it is needed. */
export interface Span {
  readonly min: Millis;
  readonly max: Millis;
}

/** The type of an MQTT packet, in MQTT's word. */
export type PacketType = (ClientPacket | ServerPacket)["type"];

/** A direction on the MQTT link. */
export type BrokerWay = "fromBroker" | "toBroker";

/** A direction on the UART, or of datagrams. */
export type HostWay = "fromHost" | "toHost";

/** A text in which each `*` stands for any number of characters. Command lines are compared without regard to case. */
export type Pattern = string;

/** How often a fault that stays in force acts. */
export interface Limits {
  /** How often it acts; `every` has no end. */
  readonly count: number | "every";
  /** How many packets, lines or bytes that fit it lets pass first. */
  readonly after: number;
  /** The chance to act on each that fits, from 0 to 1, drawn from the fault's own sequence. 1 draws nothing. */
  readonly chance: number;
  /** How long it is in force; undefined: it does not end by time. */
  readonly lasting: Span | undefined;
}

/** What a fault does to a packet. */
export type PacketAction =
  /** The packet does not arrive. One to the broker counts as handed to TCP. */
  | { readonly verb: "lose" }
  /** The packet comes later; what comes behind it passes it. */
  | { readonly verb: "delay"; readonly by: Span }
  /** The packet comes twice. */
  | { readonly verb: "duplicate" }
  /** The packet comes behind the next one of its type, after 5 s alone. */
  | { readonly verb: "reorder" }
  /** One drawn bit behind the first byte is flipped; the length field stays. */
  | { readonly verb: "corrupt" }
  /** The broker never sees the packet. CONNECT: CONNACK with this code; SUBSCRIBE: SUBACK with this code for every topic. */
  | { readonly verb: "answer"; readonly code: number };

/** What a fault does to a command line of the host, instead of what the module would do, or with it. */
export type CommandAction =
  /** The command does not happen; the host hears these information lines, then OK. */
  | { readonly verb: "answer"; readonly lines: readonly Octets[] }
  /** The command does not happen; ERROR, or +CME ERROR with this number by AT+CMEE. */
  | { readonly verb: "error"; readonly code: number | undefined }
  /** The command does not happen, and nothing is said. */
  | { readonly verb: "ignore" }
  /** The command happens; its answer comes later. */
  | { readonly verb: "delay"; readonly by: Span };

/** What a sentence makes happen at once. */
export type Action =
  /** RST. */
  | { readonly kind: "dropLink" }
  /** FIN by the peer. */
  | { readonly kind: "closeLink" }
  /** The network detaches the module, which then searches again. */
  | { readonly kind: "detach" }
  | { readonly kind: "reset"; readonly cause: RebootCause }
  | { readonly kind: "thaw" }
  /** A line that the module says by the rules for URCs. */
  | { readonly kind: "say"; readonly line: Octets }
  | Circumstance;

/** A change of a circumstance around the module. With `lasting` it is taken back after that time. */
export type Circumstance =
  /** `searching`: no network admits or denies the module. */
  | { readonly kind: "coverage"; readonly on: boolean; readonly lasting?: Span }
  | { readonly kind: "rssi"; readonly rssi: number; readonly lasting?: Span }
  | { readonly kind: "sim"; readonly present: boolean; readonly lasting?: Span }
  | {
      readonly kind: "network";
      readonly network: "home" | "roaming" | "denied" | "searching";
      readonly lasting?: Span;
    }
  /** The supply is cut, or comes back. */
  | { readonly kind: "power"; readonly on: boolean; readonly lasting?: Span }
  | { readonly kind: "freeze"; readonly lasting?: Span };

/** What a sentence puts into force, until it is used up, its time is over, or it is removed. */
export type Rule =
  | {
      readonly kind: "packet";
      readonly action: PacketAction;
      readonly packet: PacketType;
      readonly way: BrokerWay;
      /** Narrows PUBLISH: an MQTT topic filter. */
      readonly topic: string | undefined;
      readonly limits: Limits;
    }
  /** The next dial; `refusePdp`: QMTOPEN's result 3, `unknownName`: 4, `refuse`: -1 at once, `blackhole`: -1 after 75 s. */
  | {
      readonly kind: "dial";
      readonly verb: "refuse" | "blackhole" | "unknownName" | "refusePdp";
      readonly limits: Limits;
    }
  /** The next request for a token; `result` is what +QMTTENAUTH says then. */
  | { readonly kind: "token"; readonly result: number; readonly limits: Limits }
  /** The link that is up, or else the next one, until it ends. `silence`: nothing passes and nobody is told; `stall`: TCP takes no byte more. */
  | {
      readonly kind: "link";
      readonly verb: "silence" | "silenceUplink" | "silenceDownlink" | "stallUplink";
      readonly limits: Limits;
    }
  /** A datagram of a socket does not arrive. One from the host counts as sent. */
  | { readonly kind: "datagram"; readonly verb: "lose"; readonly way: HostWay; readonly limits: Limits }
  /** Each way and in order, on every link; a zero span ends it, and is no rule of its own. */
  | { readonly kind: "latency"; readonly by: Span; readonly limits: Limits }
  /** Bytes per second, each way and in order, on every link; 0 ends it, and is no rule of its own. */
  | { readonly kind: "bandwidth"; readonly bytesPerSecond: number; readonly limits: Limits }
  /** Every answer takes so much longer; a zero span ends it, and is no rule of its own. */
  | { readonly kind: "slowAnswers"; readonly by: Span; readonly limits: Limits }
  | { readonly kind: "command"; readonly action: CommandAction; readonly line: Pattern; readonly limits: Limits }
  /** The entry is open, the prompt is not said. */
  | { readonly kind: "losePrompt"; readonly limits: Limits }
  /** Unsolicited lines that fit are not said. */
  | { readonly kind: "loseUrc"; readonly line: Pattern; readonly limits: Limits }
  /** Between the next command and its information line, or in the middle of the bytes of its answer. */
  | {
      readonly kind: "sayInto";
      readonly line: Octets;
      readonly where: "beforeAnswer" | "insideAnswer";
      readonly limits: Limits;
    }
  /** Counted and drawn a byte. `flip`: one drawn bit of it. */
  | { readonly kind: "bytes"; readonly verb: "lose" | "flip"; readonly way: HostWay; readonly limits: Limits }
  /** These bytes come out of the UART before each banner. */
  | { readonly kind: "noise"; readonly bytes: Uint8Array; readonly limits: Limits }
  /** What the module says leaves in pieces of so many bytes, one each `every`. */
  | {
      readonly kind: "cutOutput";
      readonly bytes: { readonly min: number; readonly max: number };
      readonly every: Span;
      readonly limits: Limits;
    }
  /** The host keeps so many bytes and reads at the line's speed: what overruns that is lost, the newest first. */
  | { readonly kind: "hostBuffer"; readonly bytes: number; readonly limits: Limits };

/** What a sentence waits for. */
export type AwaitedEvent =
  /** The module's clock since power-up. */
  | { readonly kind: "at"; readonly at: Millis }
  /** A command line of the host is complete; the module has not answered. */
  | { readonly kind: "hostSends"; readonly line: Pattern }
  /** The module says an information line, a final result or a URC. */
  | { readonly kind: "moduleSays"; readonly line: Pattern }
  | { readonly kind: "packet"; readonly packet: PacketType; readonly way: "sent" | "received" }
  | {
      readonly kind:
        | "dialled"
        | "linkUp"
        | "linkDown"
        /** CONNACK with code 0 has come. */
        | "connected"
        | "datagramSent"
        | "datagramReceived"
        | "attached"
        | "detached"
        | "booted"
        /** Power Saving Mode begins. */
        | "asleep";
    };

/** A fault that was read. */
export interface Sentence {
  /** As it was written, with its blanks folded. */
  readonly text: string;
  /** Undefined: at once. `again`: each time (`whenever`), else once (`when`). */
  readonly when: { readonly what: AwaitedEvent; readonly again: boolean } | undefined;
  readonly does: { readonly now: Action } | { readonly from: Rule } | { readonly ends: EndedKind };
}

/** What `latency 0`, `bandwidth 0` and `slow answers 0` end. */
export type EndedKind = "latency" | "bandwidth" | "slowAnswers";
