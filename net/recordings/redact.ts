import { fromText, type Octets, toText } from "../../at/octets.js";
import type { Profile } from "../../emulator/profile/profile.js";
import { profileFrom } from "../../emulator/profile/profile-schema.js";
import type { RecordedEvent } from "../trace/recorded-event.js";
import { textOf } from "../trace/recorded-event.js";
import { factsOf } from "./facts.js";
import { profileJson } from "./profile-json.js";
import { Pseudonyms } from "./pseudonyms.js";
import type { Recording, Said } from "./recording.js";
import { redactedAnswer, redactedCommand, withoutNumbers } from "./redact-lines.js";
import { TalkReader } from "./talk-reader.js";

type Json = Readonly<Record<string, unknown>>;

/** A trace without what tells who and where its module, its host and its servers are. */
export interface Redacted {
  readonly header: Json;
  readonly events: readonly Json[];
}

/**
 * Takes identities, keys, addresses, topics and payloads out of a trace. What takes their place is the same for the same, and
 * as long. Everything is looked through twice, because a value may stand somewhere before its place tells what it is.
 * @param profile what the module is, as far as it is known; the header tells it with the same pseudonyms
 */
export function redacted(header: Json, events: readonly RecordedEvent[], profile: Profile): Redacted {
  const redaction = new Redaction(events, new Pseudonyms());
  const { identity, surroundings } = profile;
  const given = { ...header, module: { ...profileJson(profile), identity, surroundings } };
  redaction.all(given);
  const result = redaction.all(given);
  const written = profileFrom(result.header.module);
  return {
    ...result,
    header: { ...result.header, module: "profile" in written ? profileJson(written.profile) : given.module },
  };
}

class Redaction {
  readonly #events: readonly RecordedEvent[];
  readonly #names: Pseudonyms;

  constructor(events: readonly RecordedEvent[], names: Pseudonyms) {
    this.#events = events;
    this.#names = names;
  }

  all(header: Json): Redacted {
    const streams = this.#streams();
    const at = { received: 0, sent: 0 };
    let asked: Octets = "";
    const events = this.#events.map((event): Json => {
      if (event.kind === "bytes") {
        const way = event.way === "received" ? "received" : "sent";
        const from = at[way];
        at[way] += octetsOf(event).length;
        const { text: _, base64: __, ...others } = event;
        return { ...others, ...fieldsOf(streams[way].slice(from, at[way])) };
      }
      if (event.kind === "line") asked = fromText(String(event.line));
      return this.#event(event, asked);
    });
    return { header: this.#fields(header), events };
  }

  /** Both directions with everything replaced; each as long as before. */
  #streams(): { readonly received: Octets; readonly sent: Octets } {
    const said = this.#events.filter(({ kind }) => kind === "bytes");
    this.#noteMessages(said);
    const reader = new TalkReader();
    const ways = { received: new Rewritten(), sent: new Rewritten() };
    let asked: Octets = "";
    for (const event of said) {
      const octets = octetsOf(event);
      const bytes = Buffer.from(octets, "latin1");
      if (event.way === "received") {
        ways.received.come(octets);
        for (const { input, to } of reader.host(bytes, event.t)) {
          if (input.kind === "line") asked = input.line;
          ways.received.rewrite(to, (part) => (input.kind === "payload" ? this.#payload(part) : this.#command(part)));
        }
      } else {
        ways.sent.come(octets);
        for (const { text, from, to } of reader.module(bytes, event.t)) {
          ways.sent.rewrite(from, (part) => part); // what stands between two lines, such as a prompt
          const redacted = redactedAnswer(text, asked, this.#names);
          ways.sent.rewrite(to, (part) => part.replace(text, () => redacted));
        }
      }
    }
    const rest = (part: Octets): Octets => this.#plain(part);
    return { received: ways.received.end(rest), sent: ways.sent.end(rest) };
  }

  /** Takes note of the messages from the far end: a payload may have several lines. */
  #noteMessages(events: readonly RecordedEvent[]): void {
    const said = events.map(
      (event): Said => ({ by: event.way === "received" ? "host" : "module", t: event.t, octets: octetsOf(event) }),
    );
    const recording: Recording = { said, inputs: [], end: 0, epochAtStart: 0, lost: 0 };
    for (const fact of factsOf(recording)) {
      if (fact.of !== "message" || !/[\r\n]/.test(fact.payload)) continue;
      for (const line of `"${fact.payload}"\r\n${fact.payload}`.split(/[\r\n\x1a\x1b]+/)) this.#names.of("text", line);
    }
  }

  #command(part: Octets): Octets {
    return part.replace(/[^\r\n]+/g, (line) => redactedCommand(line, this.#names));
  }

  #payload(part: Octets): Octets {
    const end = /[\x1a\x1b]?$/.exec(part)?.[0] ?? "";
    return this.#names.ofText(part.slice(0, part.length - end.length)) + end;
  }

  #plain(text: Octets): Octets {
    return this.#names.everywhere(withoutNumbers(text, this.#names));
  }

  #event(event: RecordedEvent, asked: Octets): Json {
    const { kind, line, text } = event;
    const names = this.#names;
    if (kind === "line") return { ...event, line: shown(redactedCommand(fromText(String(line)), names)) };
    if (kind === "answer" || kind === "urc")
      return { ...event, line: shown(redactedAnswer(fromText(String(line)), asked, names)) };
    if (kind === "payload") return { ...event, text: shown(names.ofText(fromText(String(text)))) };
    return this.#fields(event);
  }

  #fields(fields: Json): Json {
    return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, this.#field(key, value)]));
  }

  #field(key: string, value: unknown): unknown {
    if (kept.has(key)) return value;
    if (Array.isArray(value)) return value.map((item) => this.#field(key, item));
    if (typeof value === "object" && value !== null) return this.#fields(value as Json);
    if (key === "cellId" && typeof value === "number") return Number(this.#names.ofCell(String(value)));
    if (typeof value !== "string") return value;
    return shown(this.#value(key, fromText(value)));
  }

  #value(key: string, octets: Octets): Octets {
    const names = this.#names;
    if (/^\d{1,3}(\.\d{1,3}){3}$/.test(octets)) return this.#plain(octets);
    if (words.has(key)) return names.ofWords(octets);
    if (key === "text") return names.ofText(octets);
    if (key === "base64")
      return Buffer.from(names.ofText(Buffer.from(octets, "base64").toString("latin1")), "latin1").toString("base64");
    if (key === "imei") return names.of("imei", octets);
    if (key === "tac" || key === "cell") return names.of("hex", octets);
    if (key === "serialNumber") return names.of("word", octets);
    return this.#plain(octets);
  }
}

/** One direction of the serial line that is written anew part by part, each as long as before. */
class Rewritten {
  readonly #done: Octets[] = [];
  /** How many octets are written anew, and those behind them that have come. */
  #length = 0;
  #left: Octets = "";

  come(octets: Octets): void {
    this.#left += octets;
  }

  /** Writes all up to the octet `to` anew. */
  rewrite(to: number, write: (part: Octets) => Octets): void {
    const part = this.#left.slice(0, to - this.#length);
    this.#done.push(write(part));
    this.#left = this.#left.slice(part.length);
    this.#length = to;
  }

  /** Writes the rest anew; returns everything. */
  end(write: (part: Octets) => Octets): Octets {
    return this.#done.join("") + write(this.#left);
  }
}

/** Fields that hold words of the program. */
const kept = new Set([
  ...["kind", "seq", "t", "wall", "way", "packet", "change", "format", "program", "started", "profile", "base"],
  ...["terminator", "reason", "how", "phase", "state", "cause", "severity", "rule", "timing", "quirks"],
]);

/** Fields that hold names given by the user of the module. */
const words = new Set(["topic", "topics", "host", "clientId", "user", "body", "path", "apn"]);

const octetsOf = ({ text, base64 }: RecordedEvent): Octets =>
  typeof base64 === "string" ? Buffer.from(base64, "base64").toString("latin1") : fromText(String(text ?? ""));

const fieldsOf = (octets: Octets): object => {
  const text = toText(octets);
  return text === undefined ? { base64: Buffer.from(octets, "latin1").toString("base64") } : { text };
};

const shown = (octets: Octets): string => textOf(octets);
