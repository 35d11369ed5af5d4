import { commands } from "../../emulator/commands/index.js";
import type { TraceEvent } from "../../emulator/trace.js";
import type { Millis } from "../../mqtt/packet.js";
import type { Watcher } from "./player.js";

const within = new Map(
  commands.flatMap((command) => command.names.map((name): [string, number | "delivery"] => [name, command.within])),
);

/** Commands whose result comes behind their OK. */
const results = ["+QMTOPEN", "+QMTCLOSE", "+QMTDISC", "+QMTENAUTH", "+QMTTENAUTH"];

/** How a command's result begins; one has two names, and its result the longer one (note 3.2.2). */
const resultOf = (name: string): string => (name === "+QMTENAUTH" ? "+QMTTENAUTH" : name);

const isFinal = (line: string): boolean => /^(OK|ERROR|\+CME ERROR: .*)$/.test(line);

interface Due {
  readonly name: string;
  readonly from: Millis;
  readonly allowed: Millis;
}

/** Fails when an answer takes longer than its command's Maximum Response Time, or never comes. */
export class Punctuality implements Watcher {
  #final: Due | undefined;
  #results: Due[] = [];

  watch(event: TraceEvent, now: Millis): void {
    this.wait(now);
    if (event.kind === "line") this.#final = this.#ask(event.line, now);
    else if (event.kind === "payload" && this.#final !== undefined) this.#final = { ...this.#final, from: now };
    else if (event.kind === "answer" && isFinal(event.line)) this.#answer(event.line, now);
    else if (event.kind === "answer" && event.line === ">")
      this.#final = undefined; // the host's turn
    else if (event.kind === "urc")
      this.#results = this.#results.filter(({ name }) => !event.line.startsWith(resultOf(name)));
    else if (event.kind === "reboot") this.#forget();
  }

  wait(now: Millis): void {
    for (const due of [this.#final, ...this.#results]) {
      if (due === undefined || now - due.from <= due.allowed) continue;
      throw new Error(`${due.name} has had no answer after ${now - due.from} ms; ${due.allowed} ms are allowed`);
    }
  }

  #ask(line: string, now: Millis): Due | undefined {
    const names = line.toUpperCase().match(/\+[A-Z]+/g) ?? [];
    const times = names.map((name) => within.get(name)).filter((time) => typeof time === "number");
    return times.length === 0 ? undefined : { name: line, from: now, allowed: Math.max(...times) };
  }

  #answer(line: string, now: Millis): void {
    const asked = this.#final?.name.toUpperCase() ?? "";
    this.#final = undefined;
    if (line !== "OK") return;
    for (const name of results.filter((each) => asked.includes(`${each}=`))) this.#expect(name, now);
  }

  #expect(name: string, now: Millis): void {
    const allowed = within.get(name);
    if (typeof allowed !== "number") return;
    // AT+QMTCLOSE while opening aborts the opening: no +QMTOPEN comes.
    const others = this.#results.filter((due) => due.name !== name && name !== "+QMTCLOSE");
    this.#results = [...others, { name, from: now, allowed }];
  }

  #forget(): void {
    this.#final = undefined;
    this.#results = [];
  }
}
