import type { Effect, Stimulus } from "../io.js";
import type { NetworkRequest, RequestId, RequestOutcome } from "../request.js";
import type { RuleOf } from "./rules.js";
import type { Stage } from "./stage.js";

type RequestEffect = Extract<Effect, { readonly to: "call" }>;

/** The outcome of a request; `silence`: nobody answers it. */
type Outcome = RequestOutcome | "silence";

/** The outcome of a request for a token that has this result (note 3.2.2). */
const tokenOutcomes: readonly Outcome[] = [
  { kind: "notPosted", why: "unresolved" },
  { kind: "notPosted", why: "noSocket" },
  { kind: "notPosted", why: "notHttp" },
  { kind: "notPosted", why: "sendFailed" },
  { kind: "posted", status: 200, body: Buffer.from("{}") },
  "silence",
];

/** The outcome of a look-up, and of a request for a token, by the rule for dials. */
const dialOutcomes: {
  readonly [V in RuleOf<"dial">["verb"]]: { readonly [K in NetworkRequest["kind"]]: Outcome | undefined };
} = {
  unknownName: { resolve: { kind: "resolved", address: undefined }, post: { kind: "notPosted", why: "unresolved" } },
  refuse: { resolve: undefined, post: { kind: "notPosted", why: "noSocket" } },
  refusePdp: { resolve: undefined, post: { kind: "notPosted", why: "noSocket" } },
  blackhole: { resolve: undefined, post: "silence" },
};

/** The faults of the seam `network` on requests: look-ups of names, and token requests. */
export class RequestFaults {
  readonly #stage: Stage;
  /** Requests whose outcome is made up. */
  readonly #madeUp = new Set<RequestId>();

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  /** The module starts a request, or gives it up. */
  act(effect: RequestEffect): void {
    const { id, act } = effect;
    if (act.kind === "giveUp") {
      if (!this.#madeUp.delete(id)) this.#stage.put(effect);
      return;
    }
    const outcome = this.#outcomeOf(act);
    if (outcome === undefined) {
      this.#stage.put(effect);
      return;
    }
    this.#madeUp.add(id);
    if (outcome !== "silence") this.#stage.give({ from: "call", id, outcome } satisfies Stimulus);
  }

  #outcomeOf(request: NetworkRequest): Outcome | undefined {
    const { rules } = this.#stage;
    const token = request.kind === "post" ? rules.take("token") : undefined;
    if (token !== undefined) {
      this.#stage.hit(token.fault, `a token request ends with ${token.rule.result}`);
      return tokenOutcomes[token.rule.result - 1];
    }
    const dial = rules.take("dial", ({ verb }) => dialOutcomes[verb][request.kind] !== undefined);
    if (dial === undefined) return undefined;
    this.#stage.hit(dial.fault, request.kind === "resolve" ? "a name is unknown" : "a token request fails");
    return dialOutcomes[dial.rule.verb][request.kind];
  }
}
