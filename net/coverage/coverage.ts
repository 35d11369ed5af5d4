import type { Millis } from "../../mqtt/packet.js";
import type { EventLog } from "../trace/event-log.js";
import type { RecordedEvent } from "../trace/recorded-event.js";
import { commandPoints, type WrittenForm, writtenForms } from "./commands.js";
import { type Counts, countOf, Tally } from "./counts.js";
import { type CoveragePoint, groups } from "./coverage-point.js";
import { cmeNumberOf, lineNamed, lines } from "./lines.js";
import { type Surroundings, situations } from "./situations.js";

/** A coverage point, and how often this host has met it. */
export interface CoverageItem {
  readonly group: string;
  readonly item: string;
  readonly met: number;
  /** A fault that lets the host meet it. Left out: it comes without one. */
  readonly recipe?: string;
  /** A form of a command that the host does not use, and without which it cannot meet this. Such an item is no gap. */
  readonly needs?: string;
}

/** Everything that a host can meet, by group. */
const allPoints: readonly CoveragePoint[] = [...commandPoints, ...lines, ...situations];

/** The groups and names of all points. */
const listed = new Set(allPoints.map(({ group, item }) => `${group}\n${item}`));

/** The kinds of events that show something. */
const wantedKinds: ReadonlySet<string> = new Set([
  "line",
  "answer",
  "urc",
  "packet",
  "phase",
  "down",
  "hangUp",
  "network",
  "reboot",
  "renewed",
  "power",
  "fault",
  "socket",
]);

/** The command line that has no final result yet. */
interface Pending {
  readonly forms: readonly WrittenForm[];
  readonly since: Millis;
}

/** What a host has met, counted from the events of its run. */
export class Coverage {
  readonly #tally = new Tally();
  #pending: Pending | undefined;
  #isConnected = false;
  #lastReceived: string | undefined;
  readonly #inFlight = new Set<unknown>();

  /** How often the host has met what. */
  get counts(): Counts {
    return this.#tally.counts;
  }

  /** Counts what an event shows. */
  note(event: RecordedEvent): void {
    const around = this.#around;
    for (const { group, item, is } of situations) if (is(event, around)) this.#tally.add(group, item);
    if (event.kind === "line") this.#heardLine(String(event.line), event.t);
    else if (event.kind === "answer" || event.kind === "urc") this.#said(event.kind, String(event.line));
    else if (event.kind === "packet") this.#passed(event);
    else if (event.kind === "phase") this.#isConnected = event.phase === "connected";
    else if (event.kind === "down" || event.kind === "hangUp") this.#inFlight.clear();
    else if (event.kind === "reboot" || event.kind === "renewed" || event.kind === "power") this.#restart();
  }

  get #around(): Surroundings {
    return {
      pendingSince: this.#pending?.since,
      isPublishing: this.#inFlight.size > 0,
      isConnected: this.#isConnected,
      lastReceived: this.#lastReceived,
    };
  }

  #restart(): void {
    this.#pending = undefined;
    this.#isConnected = false;
    this.#lastReceived = undefined;
    this.#inFlight.clear();
  }

  #heardLine(line: string, since: Millis): void {
    const forms = writtenForms(line);
    for (const { form, keyed, use } of forms) {
      this.#tally.add("commands", keyed ?? form);
      if (use !== undefined) this.#tally.add("commands", use);
    }
    this.#pending = { forms, since };
  }

  #said(kind: "answer" | "urc", line: string): void {
    const error = kind === "answer" ? cmeNumberOf(line) : undefined;
    const said = error ?? line;
    const found = lineNamed(kind, said);
    if (found !== undefined) this.#tally.add(found.group, found.item);
    else if (error !== undefined) this.#tally.add("errors", error);
    else if (kind === "urc" && line.startsWith("REBOOT_CAUSE_")) this.#tally.add("resets", line);
    if (kind === "urc") {
      if (line.startsWith("+QMTRECV:")) this.#lastReceived = line;
      return;
    }
    const isRefusal = error !== undefined || line === "ERROR" || line === "4";
    if (isRefusal) this.#refused();
    if (isRefusal || line === "OK" || line === "0") this.#pending = undefined;
  }

  /** Counts the refusal of a command. In a line with several commands it is not known which one was refused. */
  #refused(): void {
    const [first, second] = this.#pending?.forms ?? [];
    if (first !== undefined && second === undefined) this.#tally.add("refusals", `${first.form} refused`);
  }

  #passed({ packet, way, qos, msgId }: RecordedEvent): void {
    if (packet === "PUBLISH" && way === "sent" && qos !== 0) this.#inFlight.add(msgId);
    else if (way === "received" && (packet === "PUBACK" || packet === "PUBCOMP")) this.#inFlight.delete(msgId);
  }
}

/** Counts what the events of a log show, from the oldest one on. Returns a function that returns the coverage so far. */
export function coverageOf(events: EventLog): () => Coverage {
  let coverage: Coverage | undefined;
  events.readEach(wantedKinds, (event) => {
    coverage ??= new Coverage();
    coverage.note(event);
  });
  return () => {
    events.record();
    coverage ??= new Coverage();
    return coverage;
  };
}

/** All points by group, in the order of the groups. */
const inGroups = groups.map((group) => ({ group, own: allPoints.filter((each) => each.group === group) }));

/** Everything that a host can meet, and how often it has, by group; then what is not listed and was met. */
export function itemsOf(counts: Counts): readonly CoverageItem[] {
  const used = usedForms(counts);
  return inGroups.flatMap(({ group, own }) => [
    ...own.map((each) => itemOf(each, counts, used)),
    ...Object.entries(counts[group] ?? {})
      .filter(([item]) => !listed.has(`${group}\n${item}`))
      .map(([item, met]) => ({ group, item, met })),
  ]);
}

/** The forms of commands that a host uses; `AT+QMTCFG=` with any key. */
const usedForms = ({ commands = {} }: Counts): ReadonlySet<string> =>
  new Set(Object.entries(commands).flatMap(([item, met]) => (met === 0 ? [] : [item, item.replace(/".*$/s, "")])));

function itemOf({ group, item, of, recipe }: CoveragePoint, counts: Counts, used: ReadonlySet<string>): CoverageItem {
  const needs = of?.find((form) => !used.has(form));
  return {
    group,
    item,
    met: countOf(counts, group, item),
    ...(recipe && { recipe: recipe.fault }),
    ...(needs !== undefined && { needs }),
  };
}

/** Whether an item is a gap: the host could have met it, and never has. A command that it does not use is no gap. */
export const isGap = ({ group, met, needs }: CoverageItem): boolean =>
  met === 0 && needs === undefined && group !== "commands";
