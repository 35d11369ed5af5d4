import type { Millis } from "../../../mqtt/packet.js";
import type { RecordedEvent } from "../../trace/recorded-event.js";
import type { Dialogue } from "../dialogue.js";
import type { HostLine, Result } from "../host-line.js";
import type { LinkView } from "../link-view.js";

/** What the referee knows of the host from the events so far. */
export interface HostView {
  readonly link: LinkView;
  readonly dialogue: Dialogue;
  /** The values of settings that the host has changed since the module's start, by name. */
  readonly settings: ReadonlyMap<string, string>;
}

/** Reports a finding: the event that it is about, and what happened there. */
export type Report = (event: RecordedEvent, text: string) => void;

/** The kinds of events that rules see as they are. */
export type WatchedKind =
  | "answer"
  | "urc"
  | "payload"
  | "cancelled"
  | "dropped"
  | "setting"
  | "exposed"
  | "reboot"
  | "booted"
  | "network"
  | "port";

/** The state machine of a rule. It is replaced when the supply of the module comes on, or a new run begins. */
export interface Watch extends Partial<Readonly<Record<WatchedKind, (event: RecordedEvent) => void>>> {
  /** A command line, before it changes what the referee knows of the host. */
  line?(line: HostLine): void;
  /** The final result of a line, likewise. */
  result?(result: Result): void;
  /** Time has passed; called before each event, too. */
  pass?(now: Millis): void;
}

/** Makes the state machine of a rule. */
export type MakeWatch = (report: Report, host: HostView) => Watch;

/** Whether the host has made a reset itself: by AT+NRB, or by the reset pin. */
export const isByHost = ({ reason }: RecordedEvent): boolean =>
  reason === "REBOOT_CAUSE_APPLICATION_AT" || reason === "REBOOT_CAUSE_SECURITY_RESET_PIN";
