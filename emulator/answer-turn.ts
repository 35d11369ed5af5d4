import { unsolicited } from "../at/format.js";
import type { Octets } from "../at/octets.js";
import type { CompleteInput } from "./command-queue.js";
import { confirmSpeed } from "./commands/natspeed.js";
import type { Context } from "./context.js";
import { routeOutcomes } from "./mqtt-link.js";
import { sendsUrcsBeforeInformation } from "./profile/profile.js";
import { type LineContext, type LineResult, runLine, submitPayload } from "./run-line.js";
import { sendFinalResult, sendInformation, sendLines, sendPendingUrcs, sendPrompt, sendUrc } from "./uart-output.js";
import { waitForResult } from "./waiting-line.js";

/** Handles a command line or a payload, and sends its answer or schedules it. Returns `reboot`: the module reboots now. */
export function answerTurn(context: Context, commands: LineContext, turn: CompleteInput): "reboot" | undefined {
  if (turn.kind === "answer") return respond(context, turn.answer);
  const { hostFaults, ram, now } = context;
  const line = turn.kind === "line" ? turn.line : undefined;
  const instead = line === undefined ? undefined : hostFaults.insteadOf(line);
  if (instead === "silence") return undefined;
  const answer = instead ?? execute(context, commands, turn);
  if (answer.ending.kind === "waiting") {
    waitForResult(context, line, answer);
    sendRequests(context);
    return undefined;
  }
  const delay = ram.commandQueue.isBusy ? 0 : hostFaults.delayOf(line);
  if (delay === 0) {
    if (sendsUrcsBeforeInformation(context.profile)) sendPendingUrcs(context); // of the radio, by this command
    return respond(context, answer);
  }
  sendRequests(context);
  ram.commandQueue.hold({ kind: "answer", answer }, now + delay);
  return undefined;
}

function execute(
  context: Context,
  commands: LineContext,
  turn: Exclude<CompleteInput, { readonly kind: "answer" }>,
): LineResult {
  if (turn.kind === "line") return run(context, commands, turn.line);
  if (turn.kind === "payload") return submitPayload(turn.entry, turn.payload, commands);
  return { blocks: [], ending: turn };
}

/** Runs a command line. A line that ends with OK confirms a new UART speed that is on trial. */
function run({ ram }: Context, commands: LineContext, line: Octets): LineResult {
  const { trial } = ram.state.uart;
  const said = runLine(line, commands);
  const { ending } = said;
  const succeeded = ending.kind !== "final" || ending.result === "OK";
  if (succeeded && trial !== undefined && ram.state.uart.trial === trial) commands.apply(confirmSpeed(ram.state));
  return said;
}

/** Sends an answer. Its requests follow the final result, or the prompt, because their timers run already. */
function respond(context: Context, answer: LineResult): "reboot" | undefined {
  const { hostFaults, effects } = context;
  for (const line of hostFaults.beforeAnswer()) sendUrc(context, { line, shown: line });
  const from = effects.outputLength;
  sendAnswer(context, answer);
  for (const line of hostFaults.insideAnswer()) effects.insertOutput(from, unsolicited(line));
  if (answer.ending.kind === "reboot") return "reboot";
  sendRequests(context);
  return undefined;
}

function sendAnswer(context: Context, { blocks, ending }: LineResult): void {
  sendInformation(context, blocks);
  if (ending.kind === "reboot") sendLines(context, ending.lines);
  else if (ending.kind === "entry") sendPrompt(context, ending);
  else if (ending.kind === "final") sendFinalResult(context, ending.result);
}

function sendRequests(context: Context): void {
  const { afterResult } = context.ram;
  context.ram.afterResult = [];
  routeOutcomes(context, afterResult);
}
