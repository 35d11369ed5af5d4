import type { Millis } from "../../time/clock.js";

/** What lets a device of Tencent's in for some time: user name and password of its CONNECT. */
export interface Token {
  readonly id: string;
  readonly secret: string;
  readonly until: Millis;
}

/** So many tokens of one device are good at once, and so many devices have some; older ones go. */
const mostTokens = 8;
const mostClients = 1000;

/** The tokens that are still good, by the client id that they are for. */
export class Tokens {
  readonly #time: () => Millis;
  readonly #kept = new Map<string, readonly Token[]>();

  /** `time` is the calendar's, in ms as Date has it. */
  constructor(time: () => Millis) {
    this.#time = time;
  }

  add(clientId: string, token: Token): void {
    const others = this.#good(clientId).filter(({ secret }) => secret !== token.secret);
    this.#kept.delete(clientId); // the newest goes to the end
    this.#kept.set(clientId, [...others, token].slice(-mostTokens));
    if (this.#kept.size > mostClients) this.#forgetOldest();
  }

  /** Whether this client has one. */
  has(clientId: string): boolean {
    return this.#good(clientId).length > 0;
  }

  /** The token of this client with that secret. */
  find(clientId: string, secret: string): Token | undefined {
    return this.#good(clientId).find((token) => token.secret === secret);
  }

  #good(clientId: string): readonly Token[] {
    const now = this.#time();
    return (this.#kept.get(clientId) ?? []).filter(({ until }) => now < until);
  }

  #forgetOldest(): void {
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined) this.#kept.delete(oldest);
  }
}
