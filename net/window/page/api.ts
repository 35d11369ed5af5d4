import { signal } from "@preact/signals";
import { type Call, curlOf } from "../model/curl.js";

const tokenKey = "bc28-emu token";

/** What requests must have, where the port is open beyond this machine. It is kept until the browser's tab is closed. */
export const token = signal<string | undefined>(
  location.protocol.startsWith("http") ? (sessionStorage.getItem(tokenKey) ?? undefined) : undefined,
);

/** Takes a token that somebody has typed. */
export function useToken(typed: string): void {
  sessionStorage.setItem(tokenKey, typed);
  token.value = typed;
}

/** A request that was refused. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export const authorization = (): Readonly<Record<string, string>> =>
  token.value === undefined ? {} : { authorization: `Bearer ${token.value}` };

/** Sends a request. Rejects with a Refusal that says why it cannot be done, or with the browser's error. */
export async function send<T>({ method, path, body }: Call): Promise<T> {
  const response = await fetch(path, {
    method,
    headers: { ...authorization(), ...(body && { "content-type": "application/json" }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Refusal(response.status, answer.error ?? response.statusText);
  return answer;
}

/** A request as a line for a shell. */
export const curlLine = (call: Call): string => curlOf(call, location.origin, token.value !== undefined);
