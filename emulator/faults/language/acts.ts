import type { Found, Given } from "./form.js";
import { usualWay } from "./packet-ways.js";
import type { Action, CommandAction, EndedKind, PacketAction, PacketType, Pattern, Rule } from "./sentence.js";
import type { vocabulary } from "./vocabulary.js";

type KeyOf<F> = F extends F ? keyof F : never;
/** The syntax of a form in the vocabulary. */
export type Syntax = KeyOf<(typeof vocabulary)[number]["forms"]>;

/** A rule without what all rules have. */
type RuleBody<R = Rule> = R extends Rule ? Omit<R, "limits"> : never;

/** What a sentence of a form makes happen. */
export type Act<F = Found<string>> =
  | { readonly now: (found: F) => Action }
  | { readonly rule: (found: F, given: Partial<Given>) => RuleBody }
  | { readonly ends: EndedKind };

const now = (action: Action) => ({ now: () => action });
const rule = (body: RuleBody) => ({ rule: () => body });
const link = (verb: Extract<Rule, { kind: "link" }>["verb"]) => rule({ kind: "link", verb });
const dial = (verb: Extract<Rule, { kind: "dial" }>["verb"]) => rule({ kind: "dial", verb });

const packet = <F extends { readonly PACKET: PacketType }>(action: (found: F) => PacketAction) => ({
  rule: (found: F, { broker: way = usualWay(found.PACKET), topic }: Partial<Given>): RuleBody => ({
    kind: "packet",
    action: action(found),
    packet: found.PACKET,
    way,
    topic,
  }),
});
const madeUp = (packet: "CONNECT" | "SUBSCRIBE", code: number): RuleBody => ({
  kind: "packet",
  action: { verb: "answer", code },
  packet,
  way: "toBroker",
  topic: undefined,
});
const command = <F extends { readonly COMMAND: Pattern }>(action: (found: F) => CommandAction) => ({
  rule: (found: F): RuleBody => ({ kind: "command", action: action(found), line: found.COMMAND }),
});
const bytes = (verb: Extract<Rule, { kind: "bytes" }>["verb"]) => ({
  rule: (_: unknown, { host: way = "fromHost" }: Partial<Given>): RuleBody => ({ kind: "bytes", verb, way }),
});

/** What the sentences of each form make happen. */
export const acts: { readonly [S in Syntax]: Act<Found<S>> } = {
  "lose [COUNT] PACKET": packet(() => ({ verb: "lose" })),
  "delay [COUNT] PACKET SPAN": packet(({ SPAN }) => ({ verb: "delay", by: SPAN })),
  "duplicate [COUNT] PACKET": packet(() => ({ verb: "duplicate" })),
  "reorder [COUNT] PACKET": packet(() => ({ verb: "reorder" })),
  "corrupt [COUNT] PACKET": packet(() => ({ verb: "corrupt" })),
  "answer [COUNT] CONNECT with CODE": { rule: ({ CODE }) => madeUp("CONNECT", CODE) },
  "answer [COUNT] SUBSCRIBE with GRANT": { rule: ({ GRANT }) => madeUp("SUBSCRIBE", GRANT) },

  "refuse [COUNT] dial(s)": dial("refuse"),
  "blackhole [COUNT] dial(s)": dial("blackhole"),
  "unknown [COUNT] name(s)": dial("unknownName"),
  "refuse [COUNT] pdp": dial("refusePdp"),
  "answer [COUNT] token(s) with RESULT": { rule: ({ RESULT }) => ({ kind: "token", result: RESULT }) },
  "lose [COUNT] datagram(s)": {
    rule: (_, { host: way = "fromHost" }) => ({ kind: "datagram", verb: "lose", way }),
  },
  "drop link": now({ kind: "dropLink" }),
  "close link": now({ kind: "closeLink" }),
  "silence link": link("silence"),
  "silence uplink": link("silenceUplink"),
  "silence downlink": link("silenceDownlink"),
  "stall uplink": link("stallUplink"),
  "latency SPAN": { rule: ({ SPAN }) => ({ kind: "latency", by: SPAN }) },
  "latency 0": { ends: "latency" },
  "bandwidth RATE": { rule: ({ RATE }) => ({ kind: "bandwidth", bytesPerSecond: RATE }) },
  "bandwidth 0": { ends: "bandwidth" },

  "coverage off": now({ kind: "coverage", on: false }),
  "coverage on": now({ kind: "coverage", on: true }),
  "rssi RSSI": { now: ({ RSSI }) => ({ kind: "rssi", rssi: RSSI }) },
  "sim out": now({ kind: "sim", present: false }),
  "sim in": now({ kind: "sim", present: true }),
  "network home": now({ kind: "network", network: "home" }),
  "network roaming": now({ kind: "network", network: "roaming" }),
  "network denied": now({ kind: "network", network: "denied" }),
  "network searching": now({ kind: "network", network: "searching" }),
  detach: now({ kind: "detach" }),
  reset: now({ kind: "reset", cause: "REBOOT_CAUSE_SECURITY_RESET_PIN" }),
  "reset CAUSE": { now: ({ CAUSE }) => ({ kind: "reset", cause: CAUSE }) },
  "power off": now({ kind: "power", on: false }),
  "power on": now({ kind: "power", on: true }),

  freeze: now({ kind: "freeze" }),
  thaw: now({ kind: "thaw" }),
  "slow answers SPAN": { rule: ({ SPAN }) => ({ kind: "slowAnswers", by: SPAN }) },
  "slow answers 0": { ends: "slowAnswers" },
  'say "LINE"': { now: ({ LINE }) => ({ kind: "say", line: LINE }) },
  'say [COUNT] "LINE" before an answer': {
    rule: ({ LINE }) => ({ kind: "sayInto", line: LINE, where: "beforeAnswer" }),
  },
  'say [COUNT] "LINE" inside an answer': {
    rule: ({ LINE }) => ({ kind: "sayInto", line: LINE, where: "insideAnswer" }),
  },
  "lose [COUNT] URC(s)": rule({ kind: "loseUrc", line: "*" }),
  "lose [COUNT] URC(s) PATTERN": { rule: ({ PATTERN }) => ({ kind: "loseUrc", line: PATTERN }) },

  'answer [COUNT] COMMAND with "LINES"': command(({ LINES }) => ({ verb: "answer", lines: LINES })),
  "error [COUNT] COMMAND": command(() => ({ verb: "error", code: undefined })),
  "error [COUNT] COMMAND NUMBER": command(({ NUMBER }) => ({ verb: "error", code: NUMBER })),
  "ignore [COUNT] COMMAND": command(() => ({ verb: "ignore" })),
  "delay [COUNT] answer(s) COMMAND SPAN": command(({ SPAN }) => ({ verb: "delay", by: SPAN })),
  "lose [COUNT] prompt(s)": rule({ kind: "losePrompt" }),

  "lose [COUNT] byte(s)": bytes("lose"),
  "flip [COUNT] byte(s)": bytes("flip"),
  "noise HEX at reset": { rule: ({ HEX }) => ({ kind: "noise", bytes: HEX }) },
  "cut output SIZE bytes every SPAN": { rule: ({ SIZE, SPAN }) => ({ kind: "cutOutput", bytes: SIZE, every: SPAN }) },
  "host buffer BYTES": { rule: ({ BYTES }) => ({ kind: "hostBuffer", bytes: BYTES }) },
};
