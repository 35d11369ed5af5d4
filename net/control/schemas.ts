import * as v from "valibot";
import { shown } from "../../emulator/profile/schema.js";
import { rebootCauses } from "../../emulator/reboot.js";
import { severities } from "../referee/finding.js";
import { ruleTable } from "../referee/rules.js";
import { eventKinds, packetTypes } from "../trace/trace-schema.js";

const about = <S extends v.GenericSchema>(schema: S, text: string) => v.pipe(schema, v.description(text));

/** A number in a query is text. */
const number = (min: number, max: number, text: string) =>
  v.pipe(
    v.string(),
    v.regex(/^\d+$/, ({ input }) => `${shown(input)} is no number; give ${min} to ${max}`),
    v.transform(Number),
    v.number(), // the OpenAPI document takes the type and the limits from here on
    v.integer(),
    v.minValue(min, ({ input }) => `${input} is below ${min}; give ${min} to ${max}`),
    v.maxValue(max, ({ input }) => `${input} is above ${max}; give ${min} to ${max}`),
    v.description(`${text}; a number, ${min} to ${max}`),
  );

const spans: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000 };
const maxWaitMs = 60_000;

/** A span of real time such as `5s`, in ms. */
const span = v.pipe(
  v.string(),
  v.regex(/^\d+(ms|s|min)$/, ({ input }) => `${shown(input)} is no span of time; give one such as 500ms or 5s`),
  v.transform((text) => Number.parseInt(text, 10) * (spans[text.replace(/^\d+/, "")] ?? 1)),
  v.maxValue(maxWaitMs, ({ input }) => `${input}ms is too long; give at most 60s`),
  v.description("A span of real time, such as 500ms or 5s; at most 60s."),
);

const fault = about(v.string(), "A sentence such as `lose 2 PUBACK`.");

/** What a fault in force looks like. */
export const faultStatus = v.object({
  id: v.number(),
  fault,
  state: v.picklist(["waiting", "in force", "over"]),
  left: v.union([v.number(), v.literal("every")]),
  hits: v.number(),
});

/** Faults that are given: one, or several of which all are taken or none. */
export const faultBody = v.union(
  [
    v.strictObject({ fault }),
    v.strictObject({
      faults: v.pipe(
        v.array(fault),
        v.minLength(1, "the list is empty; give 1 to 1000 sentences"),
        v.maxLength(1000, ({ input }) => `${input.length} are too many; give 1 to 1000 sentences`),
      ),
    }),
  ],
  ({ input }) => `${shown(input)} has no fault; give {"fault": "lose 2 PUBACK"} or {"faults": ["…", "…"]}`,
);

export const faultList = v.object({ faults: v.array(faultStatus) });

/** A word out of some; those in capitals may be written without them. */
const oneOf = (known: readonly string[], what: string, text: string) =>
  v.pipe(
    v.string(),
    v.check(
      (word) => known.includes(word) || known.includes(word.toUpperCase()),
      ({ input }) => `${shown(input)} is no ${what}; there are ${known.join(", ")}`,
    ),
    v.description(text),
  );

/** Which events are wanted. */
export const filter = {
  kind: v.optional(oneOf(eventKinds, "kind of event", "The kind of event: line, answer, urc, packet, fault, …")),
  says: v.optional(about(v.string(), "What the module says; `*` stands for anything.")),
  hears: v.optional(about(v.string(), "A command line of the host; `*` stands for anything.")),
  packet: v.optional(oneOf(packetTypes, "type of packet", "The type of an MQTT packet, such as PUBACK.")),
  way: v.optional(about(v.picklist(["sent", "received"]), "The way of an MQTT packet.")),
};
const after = v.optional(number(0, Number.MAX_SAFE_INTEGER, "Events behind this one"));

export const eventsQuery = v.strictObject({
  after,
  limit: v.optional(number(1, 10_000, "At most so many")),
  ...filter,
});
export const waitQuery = v.strictObject({ after, within: v.optional(span), ...filter });

export const event = v.looseObject({
  seq: about(v.number(), "The number of the event in its run."),
  t: about(v.number(), "The module's clock, in ms."),
  wall: about(v.string(), "Calendar time, ISO 8601."),
  kind: v.string(),
});
export const eventPage = v.object({
  events: v.array(event),
  next: about(v.number(), "`after` of the following request."),
  first: about(v.number(), "The number of the oldest event that is kept."),
});

export const renewed = v.object({ next: about(v.number(), "`after` of a request for what has come since.") });

/** Bytes in base64; `what` says what they are. */
const base64 = (what: string) =>
  v.pipe(
    v.string(),
    v.base64(({ input }) => `${shown(input)} is no base64; give the ${what} as base64, or as text`),
    v.description(`The ${what} as base64.`),
  );

export const advanceBody = v.strictObject({
  ms: v.pipe(v.number(), v.minValue(0), v.maxValue(7 * 86_400_000), v.description("How many milliseconds pass.")),
});
export const typedBody = v.strictObject({
  text: v.optional(about(v.string(), "The bytes as text, such as `AT\\r`.")),
  base64: v.optional(base64("bytes")),
});

export const scenarioBody = v.strictObject({ name: about(v.string(), "A ready scenario, such as nat-timeout.") });
export const scenarioList = v.object({
  scenarios: v.array(v.object({ name: v.string(), about: v.optional(v.string()) })),
});

const formRow = { syntax: v.string(), means: v.string(), example: v.string() };
export const faultLanguage = v.object({
  sentence: v.string(),
  faults: v.array(v.object({ ...formRow, seam: v.string(), conditions: v.array(v.string()) })),
  conditions: v.array(v.object(formRow)),
  events: v.array(v.object(formRow)),
  values: v.array(v.object({ name: v.string(), about: v.string(), how: v.string() })),
});
export const wordsQuery = v.strictObject({
  text: v.optional(
    about(v.pipe(v.string(), v.maxLength(1000, "it is longer than 1000 characters")), "A sentence so far."),
  ),
});
export const faultWords = v.object({
  words: about(v.array(v.string()), "What can stand next, or the ends of the last word."),
  means: v.optional(about(v.string(), "What the sentence means, where it is whole.")),
  problem: v.optional(about(v.string(), "What is wrong with it, or what is missing.")),
});

export const advanced = v.object({ clock: about(v.number(), "The module's clock after it, in ms.") });

export const messagesQuery = v.strictObject({
  topic: v.optional(
    about(v.pipe(v.string(), v.minLength(1, "it is empty; give a topic filter")), "A topic filter, with + and #."),
  ),
});
export const messages = v.object({
  messages: v.array(
    v.object({
      clientId: v.string(),
      topic: v.string(),
      qos: v.number(),
      retain: v.boolean(),
      text: v.optional(about(v.string(), "The payload, where it is UTF-8.")),
      base64: v.string(),
    }),
  ),
});
export const publishBody = v.strictObject({
  topic: about(v.string(), "The topic of the message, without + and #."),
  text: v.optional(about(v.string(), "The payload as text.")),
  base64: v.optional(base64("payload")),
  qos: v.optional(v.picklist([0, 1, 2])),
  retain: v.optional(v.boolean()),
});
export const clients = v.object({ clients: v.array(v.string()) });
export const disconnectBody = v.strictObject({
  clientId: about(v.string(), "The id of a client, as GET /api/broker/clients tells it."),
});

export const resetBody = v.strictObject({
  cause: v.optional(
    about(v.string(), `pin, watchdog, brownout, or one of the ${rebootCauses.length} causes as the banner has them.`),
  ),
});

export const done = v.object({ ok: v.literal(true) });
export const health = v.object({ ok: v.literal(true), version: v.string() });
export const findings = v.object({
  findings: v.array(
    v.object({
      rule: about(v.picklist(Object.keys(ruleTable)), "bc28-emu rules prints them."),
      severity: v.picklist(severities),
      at: about(v.number(), "The number of the event that the first one is about."),
      t: about(v.number(), "The module's clock at that event, in ms."),
      text: about(v.string(), "What happened there."),
      advice: about(v.string(), "What to do instead."),
      source: v.string(),
      count: about(v.number(), "How often it happened."),
      last: about(v.number(), "The number of the event that the last one is about."),
    }),
  ),
});
export const coverage = v.object({
  items: v.array(
    v.object({
      group: v.string(),
      item: about(v.string(), "In a line `<…>` stands for a value without a comma, and `…` for anything."),
      met: v.number(),
      recipe: v.optional(about(v.string(), "A fault that lets the host meet it.")),
      needs: v.optional(about(v.string(), "What the host does not use, and without which it cannot meet this.")),
    }),
  ),
});

export const reportPage = v.string();

export const state = v.looseObject({
  module: v.object({
    stage: v.picklist(["off", "booting", "ready", "frozen"]),
    isAsleep: v.boolean(),
    clock: about(v.number(), "The module's clock, in ms."),
  }),
  time: v.object({
    speed: about(v.number(), "How many times faster than real time the clock runs; 0: it goes by hand."),
  }),
  radio: v.looseObject({}),
  power: v.looseObject({}),
  mqtt: v.looseObject({}),
  sockets: v.array(
    v.looseObject({
      id: v.number(),
      protocol: v.picklist(["UDP", "TCP"]),
      phase: about(v.picklist(["created", "connecting", "connected", "ended"]), "A UDP socket stays created."),
      receives: v.boolean(),
      port: about(v.number(), "The listen port; 0 is any."),
      peer: v.optional(v.object({ address: v.string(), port: v.number() })),
      unread: about(v.number(), "How many bytes wait for AT+NSORF."),
      unsent: about(v.array(v.number()), "The sequence numbers of the messages that are not sent yet."),
    }),
  ),
  dte: v.looseObject({}),
  nvm: v.looseObject({}),
  ports: v.array(v.object({ path: v.string(), attached: v.optional(v.boolean()) })),
  faults: v.array(faultStatus),
  broker: v.optional(v.object({ address: v.string(), clients: v.array(v.string()) })),
});
