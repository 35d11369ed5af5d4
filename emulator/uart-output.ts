import { type FinalResult, finalResult, finalText, information, prompt, unsolicited } from "../at/format.js";
import type { Octets } from "../at/octets.js";
import type { Entry } from "./command-queue.js";
import type { Context } from "./context.js";
import type { Profile } from "./profile/profile.js";
import type { RebootCause } from "./reboot.js";
import type { InformationBlock } from "./run-line.js";
import { uartSpeedAfter } from "./uart-speed.js";

/** Sends the information lines of a command line. */
export function sendInformation({ ram, effects }: Context, blocks: readonly InformationBlock[]): void {
  for (const { lines, shown } of blocks) {
    if (effects.isTraced)
      for (const line of effects.secrets.said(lines, shown)) effects.trace({ kind: "answer", line });
    effects.output(information(lines, ram.state.dte));
  }
}

/** Sends lines without a final result. */
export function sendLines({ ram, effects }: Context, lines: readonly Octets[]): void {
  effects.output(information(lines, ram.state.dte));
}

/** Sends the final result of a line. */
export function sendFinalResult({ ram, effects }: Context, result: FinalResult): void {
  const { dte } = ram.state;
  ram.commandQueue.answered();
  if (effects.isTraced) effects.trace({ kind: "answer", line: finalText(result, dte) });
  if (!dte.quiet) effects.output(finalResult(result, dte));
}

const prompts: { readonly [P in Profile["quirks"]["prompt"]]: Octets } = {
  "\\r\\n>": "\r\n>",
  "\\r\\n> ": "\r\n> ",
};

/** Sends the prompt and starts the payload entry. */
export function sendPrompt({ ram, effects, hostFaults, profile, now }: Context, entry: Entry): void {
  if (!hostFaults.losesPrompt()) {
    if (effects.isTraced) effects.trace({ kind: "answer", line: prompt });
    effects.output(prompts[profile.quirks.prompt]);
  }
  ram.commandQueue.startEntry(entry, now);
}

/** Sends the pending URCs, if the module may send URCs now. */
export function sendPendingUrcs(context: Context): void {
  const { urcQueue, commandQueue } = context.ram;
  if (urcQueue.isEmpty || !commandQueue.mayInterrupt(context.now)) return;
  for (const urc of urcQueue.takeAll()) if (!context.hostFaults.losesUrc(urc.line, urc.shown)) sendUrc(context, urc);
}

/** Sends an unsolicited line; the trace shows it as `shown`. */
export function sendUrc(
  { ram, effects }: Context,
  { line, shown }: { readonly line: Octets; readonly shown: Octets },
): void {
  if (effects.isTraced) effects.trace({ kind: "urc", line: effects.secrets.said(line, shown) });
  if (!ram.state.dte.quiet) effects.output(unsolicited(line));
}

/** Ends a trial of a UART speed that has run out of time. */
export function settleUartSpeed(context: Context): void {
  const { state } = context.ram;
  const uart = uartSpeedAfter(state.uart, context.now);
  if (uart !== state.uart) context.ram.state = { ...state, uart };
  applyUartSpeed(context);
}

/** Sets the speed of the UART if it has changed. The final result of AT+NATSPEED still has the old speed (AT manual). */
export function applyUartSpeed(context: Context): void {
  const { baud } = context.ram.state.uart.speed;
  if (baud !== context.baud) context.effects.do({ to: "port", speed: baud });
  context.baud = baud;
}

/** The lines of the boot loader. field */
const bootTexts: { readonly [T in Profile["quirks"]["bootText"]]: readonly Octets[] } = {
  none: [],
  verified: ["Boot: Unsigned", "Security B.. Verified", "Protocol A.. Verified", "Apps A...... Verified"],
};

/** Begins the output of a start: noise, and the lines of the boot loader. */
export function sendBootText(context: Context): void {
  const lines = bootTexts[context.profile.quirks.bootText];
  if (lines.length === 0) return; // then noise comes with the banner
  context.effects.output(context.hostFaults.noise());
  sendStartLines(context, lines);
}

/** Sends the banner with the cause of the start. */
export function sendBanner(context: Context, cause: RebootCause): void {
  const { effects, hostFaults, profile } = context;
  if (profile.quirks.bootText === "none") effects.output(hostFaults.noise());
  sendStartLines(context, [cause, "Neul ", "OK"]);
  effects.trace({ kind: "booted", cause });
  if (context.ram.state.dte.echo) effects.trace({ kind: "setting", name: "E", value: "1", before: "0" });
}

/** Sends lines of a start as one block. */
function sendStartLines({ ram, effects }: Context, lines: readonly Octets[]): void {
  for (const line of lines) effects.trace({ kind: "urc", line });
  effects.output(information(lines, ram.state.dte));
}
