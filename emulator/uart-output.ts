import { type FinalResult, finalResult, finalWords, information, prompt, unsolicited } from "../at/format.js";
import type { Octets } from "../at/octets.js";
import type { Entry } from "./command-queue.js";
import type { Board } from "./context.js";
import type { Profile } from "./profile/profile.js";
import type { RebootCause } from "./reboot.js";
import type { Block } from "./run-line.js";
import { portAfter } from "./uart-speed.js";

/** Says the information that a line's commands gave. */
export function sayBlocks({ ram, effects }: Board, blocks: readonly Block[]): void {
  for (const { lines, shown } of blocks) {
    for (const line of shown) effects.trace({ kind: "answer", line });
    effects.say(information(lines, ram.state.dte));
  }
}

/** Says lines that nothing ends. */
export function sayLines({ ram, effects }: Board, lines: readonly Octets[]): void {
  effects.say(information(lines, ram.state.dte));
}

/** Says how a line ended. */
export function sayFinal({ ram, effects }: Board, result: FinalResult): void {
  const { dte } = ram.state;
  effects.trace({ kind: "answer", line: finalWords(result, dte) });
  if (!dte.quiet) effects.say(finalResult(result, dte));
}

const prompts: { readonly [P in Profile["quirks"]["prompt"]]: Octets } = {
  "\\r\\n>": "\r\n>",
  "\\r\\n> ": "\r\n> ",
};

/** Asks for a payload. */
export function askForPayload({ ram, effects, profile, now }: Board, entry: Entry): void {
  effects.trace({ kind: "answer", line: prompt });
  effects.say(prompts[profile.quirks.prompt]);
  ram.talk.startEntry(entry, now);
}

/** Says what waited, if this is a moment in which the module may speak unasked. */
export function release({ ram, effects, now }: Board): void {
  const { outbox, state, talk } = ram;
  if (outbox.isEmpty || !talk.mayInterrupt(now)) return;
  for (const { line, shown } of outbox.takeAll()) {
    effects.trace({ kind: "urc", line: shown });
    if (!state.dte.quiet) effects.say(unsolicited(line));
  }
}

/** The serial port comes to what it is now. */
export function settlePort(board: Board): void {
  const { state } = board.ram;
  const port = portAfter(state.port, board.now);
  if (port !== state.port) board.ram.state = { ...state, port };
  tellSpeed(board);
}

/** The final result of AT+NATSPEED still leaves at the old speed (AT manual). */
export function tellSpeed(board: Board): void {
  const { baud } = board.ram.state.port.speed;
  if (baud !== board.baud) board.effects.do({ to: "port", speed: baud });
  board.baud = baud;
}

/** Says that the module has started, and why. */
export function sayBanner({ ram, effects }: Board, cause: RebootCause): void {
  const banner = [cause, "Neul ", "OK"];
  for (const line of banner) effects.trace({ kind: "urc", line });
  effects.say(information(banner, ram.state.dte));
}
