import type { Octets } from "../../at/octets.js";
import { messagePlaces } from "../../emulator/commands/socket-params.js";
import type { Endpoint, SocketId } from "../../emulator/sockets/endpoint.js";
import { AnswerOrder, type AskedLine, askedLinesOf, type WrittenCommand } from "./asked-lines.js";
import type { PlacedFact } from "./fact.js";
import { isFinalResult } from "./module-lines.js";
import type { PlacedLine, Recording } from "./recording.js";
import { type Place, SocketArrivals } from "./socket-arrivals.js";

/** A line of the module, and how many octets it had said at its end. */
type Line = PlacedLine & { readonly place: number };

/** What a recording tells of the far ends of sockets. */
export function socketFactsIn(recording: Recording, lines: readonly Line[]): readonly PlacedFact[] {
  return new SocketFacts(askedLinesOf(recording)).read(lines);
}

class SocketFacts {
  readonly #asked: readonly AskedLine[];
  readonly #order = new AnswerOrder();
  readonly #facts: PlacedFact[] = [];
  readonly #arrivals = new SocketArrivals();
  /**
   * The facts that commands wait for, by command, socket and number, with their index; the number is that of the line, or of
   * the message.
   */
  readonly #open = new Map<string, readonly [fact: AnswerFact, at: number]>();
  /** The last AT+NSOCO of each socket that can have been taken, by its name in `#open`. */
  readonly #dialled = new Map<SocketId, string>();
  /** +NSOCO tells of connections, and OK to AT+NSOCO does not (quirk `nsocoOk`). */
  #tellsConnections = false;
  /** How many octets the module had said when the host ended a line. */
  readonly #placeOf = new Map<AskedLine, number>();

  constructor(asked: readonly AskedLine[]) {
    this.#asked = asked;
  }

  read(lines: readonly Line[]): readonly PlacedFact[] {
    this.#tellsConnections = lines.some(({ text }) => /^\+NSOCO: ?\d$/.test(text));
    let next = 0;
    let place = 0;
    for (const line of lines) {
      for (let asked = this.#asked[next]; asked && asked.index <= line.after; asked = this.#asked[++next])
        this.#ask(asked, place);
      place = line.place;
      this.#take(line);
    }
    for (const asked of this.#asked.slice(next)) this.#ask(asked, place);
    return [...this.#facts, ...this.#arrivals.facts()];
  }

  #ask(line: AskedLine, place: number): void {
    this.#order.say(line);
    this.#placeOf.set(line, place);
    for (const { name, tokens } of line.writes) {
      if (name !== "+NSOCO") continue;
      const socket = Number(tokens[0]?.text);
      const asking = { t: line.t, after: line.index, place, asked: line.index };
      const key = `NSOCO ${socket},${line.index}`;
      if (!this.#open.has(this.#dialled.get(socket) ?? "")) this.#dialled.set(socket, key); // else it is refused
      this.#wait(key, { of: "connection", socket, isUp: undefined, ...asking });
    }
  }

  #take(line: Line): void {
    const { text } = line;
    const [, name = "", rest = ""] = /^\+(NSONMI|NSOSTR|NSOCO|NSOCLI): ?(.+)$/.exec(text) ?? [];
    const [first, ...others] = rest.split(",");
    const socket = Number(first);
    if (name === "NSONMI" && others.length > 0) this.#arrive(socket, others, line);
    else if (name === "NSOSTR") this.#answer(`NSOSTR ${socket},${Number(others[0])}`, others[1] === "1", line);
    else if (name === "NSOCO") this.#answer(this.#dialled.get(socket), true, line);
    else if (name === "NSOCLI") {
      this.#answer(this.#dialled.get(socket), false, line); // where it was not connected yet
      this.#arrivals.close(socket, { ...line, place: line.place - 1 });
      this.#facts.push({ of: "closed", socket, t: line.t, after: line.after, place: line.place });
    }
    if (name !== "") return;
    if (text.startsWith("REBOOT_CAUSE_")) this.#restart();
    else if (isFinalResult(line)) this.#endAnswer(line);
    else this.#takeAnswer(text);
  }

  /** The module tells that something has come, or shows it. */
  #arrive(socket: SocketId, fields: readonly Octets[], at: Place): void {
    if (fields.length === 1) this.#arrivals.tell(socket, Number(fields[0]), at);
    else {
      const from = fields.length > 2 ? endpoint(fields[0], fields[1]) : undefined;
      this.#arrivals.show(socket, hexData(fields.at(-1) ?? ""), from, at);
    }
  }

  /** A line of an answer. */
  #takeAnswer(text: Octets): void {
    const line = this.#order.current;
    if (line === undefined) return;
    const read = /^(?:\+NSORF: ?)?(\d),([\d.]+),(\d+),\d+,([\da-f]*),(\d+)$/i.exec(text);
    if (read !== null && has(line, "+NSORF")) {
      const [, socket, address, port, data = "", left] = read;
      this.#arrivals.read({
        socket: Number(socket),
        from: endpoint(address, port),
        bytes: hexData(data),
        asked: lengthAsked(line, Number(socket)),
        left: Number(left),
        before: { t: line.t, after: line.index - 1, place: this.#placeOf.get(line) ?? 0 },
      });
    } else if (/^\d$/.test(text) && has(line, "+NSOCR")) this.#forget(Number(text));
  }

  #endAnswer({ text, t, after, place }: Line): void {
    const line = this.#order.end();
    if (line === undefined) return;
    const at = { t, after, place };
    const isGood = /^(?:OK|0)$/.test(text);
    for (const { name, tokens } of line.writes) {
      const socket = Number(tokens[0]?.text);
      const seq = Number(tokens[messagePlaces[name]?.sequence ?? Number.POSITIVE_INFINITY]?.text);
      if (name === "+NSOCL") this.#forget(socket);
      else if (name === "+NSOCO" && !(isGood && this.#tellsConnections))
        this.#answer(`NSOCO ${socket},${line.index}`, isGood, at);
      else if (!Number.isNaN(seq) && isGood)
        this.#wait(`NSOSTR ${socket},${seq}`, { of: "sent", socket, seq, isSent: undefined, asked: line.index, ...at });
    }
  }

  /** The socket with this number is gone, or there is a new one. */
  #forget(socket: SocketId): void {
    this.#arrivals.forget(socket);
    this.#open.delete(this.#dialled.get(socket) ?? "");
  }

  #restart(): void {
    this.#order.clear();
    this.#arrivals.clear();
    this.#open.clear();
  }

  /** Takes note of a fact that a command waits for. */
  #wait(name: string, fact: AnswerFact): void {
    this.#open.set(name, [fact, this.#facts.length]);
    this.#facts.push(fact);
  }

  /** A command gets what it waits for. */
  #answer(name: string | undefined, isGood: boolean, { t, after, place }: Place): void {
    const [fact, at] = this.#open.get(name ?? "") ?? [];
    if (name === undefined || fact === undefined || at === undefined) return;
    this.#open.delete(name);
    const result = fact.of === "sent" ? { isSent: isGood } : { isUp: isGood };
    this.#facts[at] = { ...fact, ...result, t, after, place };
  }
}

type AnswerFact = Extract<PlacedFact, { readonly asked: number }>;

/** How many bytes a line asks for with AT+NSORF on a socket. */
const lengthAsked = ({ writes }: AskedLine, socket: SocketId): number =>
  Number(writes.find(({ name, tokens: [id] }) => name === "+NSORF" && Number(id?.text) === socket)?.tokens[1]?.text);

const has = ({ writes }: AskedLine, name: string): boolean =>
  writes.some((command: WrittenCommand) => command.name === name);

const hexData = (digits: Octets): Buffer => Buffer.from(digits, "hex");

const endpoint = (address = "", port = ""): Endpoint => ({ address, port: Number(port) });

/** How the recorded module tells what comes (AT+NSONMI), before the host sets it; undefined: the recording does not tell. */
export function reportModeAtStart(
  lines: readonly Pick<PlacedLine, "text" | "after">[],
  asked: readonly AskedLine[],
): 0 | 1 | 2 | 3 | undefined {
  const set = asked.find((line) => has(line, "+NSONMI"))?.index ?? Number.POSITIVE_INFINITY;
  for (const { text, after } of lines) {
    if (after >= set) return undefined;
    const [, rest = ""] = /^\+NSONMI: ?([\d,.A-F]+)$/i.exec(text) ?? [];
    const modes = { 1: Number(rest), 2: 1, 3: 3, 5: 2 } as Readonly<Record<number, number>>;
    const mode = modes[rest === "" ? 0 : rest.split(",").length];
    if (mode === 0 || mode === 1 || mode === 2 || mode === 3) return mode;
  }
  return undefined;
}
