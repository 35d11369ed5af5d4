import { fromText } from "../../at/octets.js";
import { type ParsedCommand, parseLine } from "../../at/parse.js";
import { commandNamed } from "../../emulator/commands/index.js";
import type { Millis } from "../../mqtt/packet.js";
import type { RecordedEvent } from "../trace/recorded-event.js";

type Extended = Extract<ParsedCommand, { readonly kind: "extended" }>;

/** A command line of the host, taken apart. */
export interface HostLine {
  readonly event: RecordedEvent;
  readonly text: string;
  /** Whether it begins with AT. */
  readonly isCommand: boolean;
  readonly commands: readonly ParsedCommand[];
  /** Whether it began before the final result of the line before it. */
  readonly early: boolean;
  /** When its first byte came. */
  readonly begunAt: Millis;
}

/** The final result of a line, or of the payload that it has asked for. */
export interface Result {
  readonly line: HostLine;
  readonly event: RecordedEvent;
  readonly ok: boolean;
  /** `OK`, `ERROR`, `+CME ERROR: 50`, … */
  readonly text: string;
  /** Whether the payload of the line had been sent. */
  readonly afterPayload: boolean;
}

/** A field of an event as text; empty where it is neither text nor a number, as it may be in a file. */
export const fieldText = (value: unknown): string =>
  typeof value === "string" ? value : typeof value === "number" ? `${value}` : "";

/** A `line` event, taken apart. */
export function hostLineOf(event: RecordedEvent): HostLine {
  const text = fieldText(event.line);
  const commands = parseLine(fromText(text));
  const begun = typeof event.begun === "number" ? event.begun : 0;
  return {
    event,
    text,
    isCommand: commands !== undefined,
    commands: commands ?? [],
    early: event.early === true,
    begunAt: event.t - begun,
  };
}

/** The command of this name in its write form; undefined: the line has none. `name` is in upper case. */
export const writeOf = ({ commands }: HostLine, ...names: readonly string[]): Extended | undefined =>
  commands.find((each): each is Extended => isExtended(each) && each.form === "write" && names.includes(each.name));

const isExtended = (command: ParsedCommand): command is Extended => command.kind === "extended";

/** Whether the line has a command of this name, in any form. */
export const has = ({ commands }: HostLine, ...names: readonly string[]): boolean =>
  commands.some((each) => isExtended(each) && names.includes(each.name));

/** The parameter at an index as a number; NaN where there is none. */
export function numberAt({ tokens }: Extended, at: number): number {
  const text = tokens[at]?.text ?? "";
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}

/** The maximum response time of a command that the emulator does not have, in ms (AT manual). */
const usualTime: Millis = 300;

/** How long packets of MQTT may take, by the settings of AT+QMTCFG, in ms. */
interface DeliveryTimes {
  /** A request with its retries. */
  readonly deliveryTime: Millis;
  /** A packet that is sent once. */
  readonly packetTimeout: Millis;
}

/** How long the results of a line may take, in ms. */
export function responseTime({ commands }: HostLine, { deliveryTime, packetTimeout }: DeliveryTimes): Millis {
  const times = commands.map((each): Millis => {
    if (each.kind !== "extended") return usualTime;
    if (each.name === "+QMTCONN") return packetTimeout; // note 3.2.5
    const within = commandNamed(each.name)?.within;
    return within === "delivery" ? deliveryTime : (within ?? usualTime);
  });
  return Math.max(usualTime, ...times);
}

/** How many characters of a line a finding shows. */
const maxShown = 60;

/** A text from outside, cut to the length that a finding shows. */
export const shown = (text: string): string => (text.length > maxShown ? `${text.slice(0, maxShown)}…` : text);

/** A span of time for people: `75 s`, `0.4 s`, `12 min`. */
export function spanText(span: Millis): string {
  if (span >= 300_000) return `${Math.round(span / 60_000)} min`;
  return `${span >= 10_000 ? Math.round(span / 1000) : Math.round(span / 10) / 100} s`;
}
