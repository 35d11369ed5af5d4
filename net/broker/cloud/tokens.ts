import type { Millis } from "../../time/clock.js";

/** A token of Tencent's cloud: user name and password of a CONNECT, valid for some time. */
export interface Token {
  readonly id: string;
  readonly secret: string;
  /** Calendar time at which it expires. */
  readonly until: Millis;
}

/** How many tokens of one client are kept; older ones are forgotten. */
const maxTokensPerClient = 8;
/** How many clients have tokens; the ones with the oldest tokens are forgotten. */
const maxClients = 1000;

/** The valid tokens of each client id. */
export class Tokens {
  readonly #time: () => Millis;
  readonly #tokens = new Map<string, readonly Token[]>();

  /** `time` returns calendar time, in ms since 1970 as `Date.now()` does. */
  constructor(time: () => Millis) {
    this.#time = time;
  }

  /** Adds a token of a client. */
  add(clientId: string, token: Token): void {
    const others = this.#valid(clientId).filter(({ secret }) => secret !== token.secret);
    this.#tokens.delete(clientId); // the client with the newest token goes to the end
    this.#tokens.set(clientId, [...others, token].slice(-maxTokensPerClient));
    if (this.#tokens.size > maxClients) this.#forgetOldest();
  }

  /** Whether a client has a valid token. */
  has(clientId: string): boolean {
    return this.#valid(clientId).length > 0;
  }

  /** The valid token of a client with this secret; undefined if there is none. */
  find(clientId: string, secret: string): Token | undefined {
    return this.#valid(clientId).find((token) => token.secret === secret);
  }

  #valid(clientId: string): readonly Token[] {
    const now = this.#time();
    return (this.#tokens.get(clientId) ?? []).filter(({ until }) => now < until);
  }

  #forgetOldest(): void {
    const [oldest] = this.#tokens.keys();
    if (oldest !== undefined) this.#tokens.delete(oldest);
  }
}
