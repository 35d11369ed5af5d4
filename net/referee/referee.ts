import type { Millis } from "../../mqtt/packet.js";
import type { RecordedEvent } from "../trace/recorded-event.js";
import { Dialogue } from "./dialogue.js";
import { type Finding, severities } from "./finding.js";
import { fieldText, hostLineOf } from "./host-line.js";
import { LinkView } from "./link-view.js";
import { type RuleId, ruleTable } from "./rules.js";
import { lineWatches } from "./watch/line-watches.js";
import { linkWatches } from "./watch/link-watches.js";
import { publishWatches } from "./watch/publish-watches.js";
import { socketWatches } from "./watch/socket-watches.js";
import type { HostView, MakeWatch, Watch, WatchedKind } from "./watch/watch.js";

/** What makes the state machine of each rule. */
const makers: Readonly<Record<RuleId, MakeWatch>> = {
  ...lineWatches,
  ...linkWatches,
  ...publishWatches,
  ...socketWatches,
};

/** A fault that damages bytes on the line: the host may have said, and heard, something else. */
const damage = /^\d+ bytes? (to the host|from the host|lost)$/;
/** For how long after such damage there are no findings, in ms. decided */
const damageGraceMs: Millis = 10_000;

type WantedKind = WatchedKind | "line" | "power" | "renewed" | "fault";

/** Each kind that the referee wants; a record, so that the compiler reports one that is missing. */
const kinds: Readonly<Record<WantedKind, true>> = {
  line: true,
  answer: true,
  urc: true,
  payload: true,
  cancelled: true,
  setting: true,
  reboot: true,
  booted: true,
  dropped: true,
  exposed: true,
  network: true,
  port: true,
  power: true,
  renewed: true,
  fault: true,
};

/** The kinds of events that the referee wants. */
export const wantedKinds: ReadonlySet<string> = new Set(Object.keys(kinds));
const isWanted = (kind: string): kind is WantedKind => wantedKinds.has(kind);

/** How many characters the text of a finding has at most. */
const maxText = 400;

/** The hooks of all rules, by the name of the hook. Most rules have two or three of them. */
type Hooks = { readonly [H in keyof Required<Watch>]: NonNullable<Watch[H]>[] };

function hooksOf(watches: readonly Watch[]): Hooks {
  const of = <H extends keyof Watch>(name: H) =>
    watches.flatMap((watch) => (watch[name] === undefined ? [] : [watch[name]]));
  return {
    line: of("line"),
    result: of("result"),
    pass: of("pass"),
    answer: of("answer"),
    urc: of("urc"),
    payload: of("payload"),
    cancelled: of("cancelled"),
    dropped: of("dropped"),
    setting: of("setting"),
    exposed: of("exposed"),
    reboot: of("reboot"),
    booted: of("booted"),
    network: of("network"),
    port: of("port"),
  };
}

/** Judges a host by the events of a run. */
export class Referee {
  readonly #onFirst: (finding: Finding) => void;
  readonly #findings = new Map<RuleId, Finding>();
  #dialogue = new Dialogue();
  #link = new LinkView();
  #settings = new Map<string, string>();
  #hooks = hooksOf([]);
  #damagedAt: Millis = Number.NEGATIVE_INFINITY;

  /** `onFirst` gets the first finding of each rule. */
  constructor(onFirst: (finding: Finding) => void = () => {}) {
    this.#onFirst = onFirst;
    this.#begin();
  }

  /** What was found so far: the worst first, and otherwise in the order of the events. */
  get findings(): readonly Finding[] {
    return [...this.#findings.values()].sort(
      (one, other) => severities.indexOf(one.severity) - severities.indexOf(other.severity) || one.at - other.at,
    );
  }

  /** Takes the next event. Kinds that no rule wants are passed over. */
  take(event: RecordedEvent): void {
    if (!isWanted(event.kind)) return;
    this.pass(event.t);
    this.#handlers[event.kind](event);
  }

  /** Time has passed without an event. */
  pass(now: Millis): void {
    for (const pass of this.#hooks.pass) pass(now);
    this.#link.pass(now);
  }

  /** What each kind of event does. Rules see it before it changes what is known of the host. */
  readonly #handlers: Readonly<Record<WantedKind, (event: RecordedEvent) => void>> = {
    line: (event) => {
      const line = hostLineOf(event);
      for (const hook of this.#hooks.line) hook(line);
      this.#link.line(line);
      this.#dialogue.line(line);
    },
    answer: (event) => {
      const result = this.#dialogue.answer(event);
      if (result !== undefined) for (const hook of this.#hooks.result) hook(result);
      this.#tell("answer", event);
      if (result !== undefined) this.#link.result(result);
    },
    urc: (event) => {
      this.#tell("urc", event);
      this.#link.urc(event);
    },
    payload: (event) => {
      this.#tell("payload", event);
      this.#dialogue.payload(false);
    },
    cancelled: (event) => {
      this.#tell("cancelled", event);
      this.#dialogue.payload(true);
    },
    setting: (event) => {
      this.#tell("setting", event);
      this.#dialogue.setting(event);
      this.#link.setting(event);
      this.#settings.set(fieldText(event.name), fieldText(event.value));
    },
    reboot: (event) => {
      this.#tell("reboot", event);
      this.#dialogue.reset();
      this.#link.reset(event.t);
      this.#settings.clear();
    },
    booted: (event) => this.#tell("booted", event),
    dropped: (event) => this.#tell("dropped", event),
    exposed: (event) => this.#tell("exposed", event),
    network: (event) => this.#tell("network", event),
    port: (event) => this.#tell("port", event),
    power: ({ t }) => this.#startAgain(t),
    renewed: ({ t }) => this.#startAgain(t),
    fault: (event) => {
      if (!damage.test(fieldText(event.did))) return;
      this.#damagedAt = event.t;
      this.#link.disturb(event.t);
    },
  };

  #tell(kind: WatchedKind, event: RecordedEvent): void {
    for (const hook of this.#hooks[kind]) hook(event);
  }

  #begin(): void {
    this.#dialogue = new Dialogue();
    this.#link = new LinkView();
    this.#settings = new Map();
    const host: HostView = { dialogue: this.#dialogue, link: this.#link, settings: this.#settings };
    const watches = Object.entries(makers).map(([id, make]) =>
      make((event, text) => this.#report(id as RuleId, event, text), host),
    );
    this.#hooks = hooksOf(watches);
  }

  /** Forgets the state of host and module, after an event that the host may not have noticed. Keeps the findings. */
  #startAgain(t: Millis): void {
    this.#begin();
    this.#link.reset(t);
  }

  #report(rule: RuleId, { seq, t }: RecordedEvent, what: string): void {
    if (t - this.#damagedAt <= damageGraceMs) return;
    const before = this.#findings.get(rule);
    if (before !== undefined) {
      this.#findings.set(rule, { ...before, count: before.count + 1, last: seq });
      return;
    }
    const { severity, advice, source } = ruleTable[rule];
    const text = what.slice(0, maxText);
    const finding: Finding = { rule, severity, at: seq, t, text, advice, source, count: 1, last: seq };
    this.#findings.set(rule, finding);
    this.#onFirst(finding);
  }
}

/** Judges a whole trace, up to the moment of its last event. */
export function refereeOf(events: Iterable<RecordedEvent>): readonly Finding[] {
  const referee = new Referee();
  let last: RecordedEvent | undefined;
  for (const event of events) {
    referee.take(event);
    last = event;
  }
  if (last !== undefined) referee.pass(last.t);
  return referee.findings;
}
