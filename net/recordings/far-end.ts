import { toText } from "../../at/octets.js";
import type { Effect } from "../../emulator/io.js";
import { rebootCauses } from "../../emulator/reboot.js";
import type { NetworkRequest, RequestId, RequestOutcome } from "../../emulator/request.js";
import type { SocketTable } from "../../emulator/sockets/socket.js";
import type { Millis } from "../time/clock.js";
import type { PlacedFact } from "./fact.js";
import { FarBroker } from "./far-broker.js";
import { FarSockets } from "./far-sockets.js";
import { type Schedule, UnusedFacts } from "./unused-facts.js";

/**
 * The network and the servers of a recording, in process: they do what the lines of the recorded module tell that they did, at
 * their times. What the recording tells nothing of succeeds at once.
 */
export class FarEnd {
  readonly #facts: UnusedFacts;
  readonly #schedule: Schedule;
  readonly #broker: FarBroker;
  readonly #sockets: FarSockets;

  /**
   * `schedule` gets all that happens to the module; a time that has passed is now. `sockets` returns those that the module has
   * now.
   */
  constructor(facts: readonly PlacedFact[], schedule: Schedule, sockets: () => SocketTable | undefined) {
    this.#facts = new UnusedFacts(facts);
    this.#schedule = schedule;
    this.#broker = new FarBroker(this.#facts, schedule);
    this.#sockets = new FarSockets(this.#facts, schedule, sockets);
  }

  /** The host says the element `index` of the recording. */
  host(index: number): void {
    this.#facts.host(index);
  }

  /** The time of a fact comes that no request of the module has to wait for. */
  come(fact: PlacedFact): void {
    const { t: at } = fact;
    if (fact.of === "coverage")
      this.#schedule({ at, stimulus: { from: "world", change: { kind: "radio", coverage: fact.coverage } } });
    else if (fact.of === "start") {
      const cause = rebootCauses.find((known) => known === fact.cause) ?? "REBOOT_CAUSE_UNKNOWN";
      this.#schedule({ at, stimulus: { from: "world", change: { kind: "reset", cause } } });
    } else if (fact.of === "arrival" || fact.of === "closed") this.#sockets.come(fact);
    else this.#broker.come(fact);
  }

  /** The module does something in the network. */
  act(effect: Effect, now: Millis): void {
    if (effect.to === "link") this.#broker.act(effect.link, effect.act, now);
    else if (effect.to === "socket") this.#sockets.act(effect.handle, effect.act, now);
    else if (effect.to === "call" && effect.act.kind !== "giveUp") this.#request(effect.id, effect.act, now);
  }

  /** The module asks for an address, or posts a form. */
  #request(id: RequestId, { kind }: NetworkRequest, now: Millis): void {
    const fact = this.#facts.next((one) => (kind === "resolve" ? one.of === "address" : one.of === "token"));
    this.#schedule({ at: fact?.t ?? now, stimulus: { from: "call", id, outcome: outcomeOf(kind, fact) } });
  }
}

const tokenFailures = { 1: "unresolved", 2: "noSocket", 3: "notHttp", 4: "sendFailed" } as const;

function outcomeOf(kind: NetworkRequest["kind"], fact: PlacedFact | undefined): RequestOutcome {
  if (kind === "resolve") return { kind: "resolved", address: fact?.of === "address" ? fact.address : undefined };
  const token = fact?.of === "token" ? fact.token : 2;
  if (typeof token === "string") {
    const data = { id: "1", secret: toText(token) ?? token, expire: 0 };
    return { kind: "posted", status: 200, body: Buffer.from(JSON.stringify({ returnCode: 0, data })) };
  }
  if (token === 5) return { kind: "posted", status: 200, body: Buffer.from("{}") };
  const why = tokenFailures[token as keyof typeof tokenFailures];
  return why === undefined ? { kind: "notPosted", why: "noSocket" } : { kind: "notPosted", why };
}

/** The facts that come by themselves, without a request of the module. */
export const comesByItself = ({ of }: PlacedFact): boolean => ownFacts.has(of);

const ownFacts: ReadonlySet<PlacedFact["of"]> = new Set<PlacedFact["of"]>([
  ...(["message", "stat", "coverage", "start", "arrival", "closed"] as const),
]);
