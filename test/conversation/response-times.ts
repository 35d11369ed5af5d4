import { commands } from "../../emulator/commands/index.js";
import type { TraceEvent } from "../../emulator/trace.js";
import type { Millis } from "../../mqtt/packet.js";
import type { Observer } from "./player.js";

/** The Maximum Response Time of each command name, in ms; `delivery` has none. */
const maxResponseTimes = new Map(
  commands.flatMap((command) => command.names.map((name): [string, number | "delivery"] => [name, command.within])),
);

/** Commands whose result is a URC behind their OK. */
const withResultUrc = ["+QMTOPEN", "+QMTCLOSE", "+QMTDISC", "+QMTENAUTH", "+QMTTENAUTH"];

/** How a command's result URC begins; AT+QMTENAUTH has two names, and its result the longer one. note 3.2.2 */
const resultOf = (name: string): string => (name === "+QMTENAUTH" ? "+QMTTENAUTH" : name);

const isFinal = (line: string): boolean => /^(OK|ERROR|\+CME ERROR: .*)$/.test(line);

/** A response that is due. */
interface Due {
  readonly name: string;
  readonly from: Millis;
  readonly allowedMs: Millis;
}

/** Throws when a response takes longer than its command's Maximum Response Time, or never comes. */
export class ResponseTimes implements Observer {
  #final: Due | undefined;
  #results: Due[] = [];

  observe(event: TraceEvent, now: Millis): void {
    this.passed(now);
    if (event.kind === "line") this.#final = this.#finalDue(event.line, now);
    else if (event.kind === "payload" && this.#final !== undefined) this.#final = { ...this.#final, from: now };
    else if (event.kind === "answer" && isFinal(event.line)) this.#finish(event.line, now);
    else if (event.kind === "answer" && event.line === ">")
      this.#final = undefined; // waits for the host
    else if (event.kind === "urc")
      this.#results = this.#results.filter(({ name }) => !event.line.startsWith(resultOf(name)));
    else if (event.kind === "reboot") this.#reset();
  }

  passed(now: Millis): void {
    for (const due of [this.#final, ...this.#results]) {
      if (due === undefined || now - due.from <= due.allowedMs) continue;
      throw new Error(`${due.name} has had no answer after ${now - due.from} ms; ${due.allowedMs} ms are allowed`);
    }
  }

  #finalDue(line: string, now: Millis): Due | undefined {
    const names = line.toUpperCase().match(/\+[A-Z]+/g) ?? [];
    const times = names.map((name) => maxResponseTimes.get(name)).filter((time) => typeof time === "number");
    return times.length === 0 ? undefined : { name: line, from: now, allowedMs: Math.max(...times) };
  }

  #finish(line: string, now: Millis): void {
    const command = this.#final?.name.toUpperCase() ?? "";
    this.#final = undefined;
    if (line !== "OK") return;
    for (const name of withResultUrc.filter((each) => command.includes(`${each}=`))) this.#expectResult(name, now);
  }

  #expectResult(name: string, now: Millis): void {
    const allowedMs = maxResponseTimes.get(name);
    if (typeof allowedMs !== "number") return;
    // AT+QMTCLOSE while opening aborts the opening: no +QMTOPEN comes.
    const others = this.#results.filter((due) => due.name !== name && name !== "+QMTCLOSE");
    this.#results = [...others, { name, from: now, allowedMs }];
  }

  #reset(): void {
    this.#final = undefined;
    this.#results = [];
  }
}
