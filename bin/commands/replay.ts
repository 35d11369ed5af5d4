import { Log } from "../../net/log.js";
import { LogLines } from "../../net/log-output.js";
import { PortLog } from "../../net/ports/port-log.js";
import { loadRecording } from "../../net/recordings/load-recording.js";
import { Replay, type ReplayEnd } from "../../net/recordings/replay.js";
import type { PortChange, SerialPort } from "../../net/serial.js";
import { systemClock } from "../../net/time/clock.js";
import { pause } from "../../net/time/real-time.js";
import { usage } from "../../net/user-error.js";
import type { Call, Outcome } from "../command.js";
import { openerOf, readFrontEnds } from "../front-ends.js";
import { readLogLevel } from "../options.js";
import { readyJson, readyText } from "../ready.js";
import { placesOf } from "../serve.js";

/** How long the host may take to read the last bytes, in ms of real time. decided */
const lingerMs = 300;

/** `bc28-emu replay`: the module of a recording, until the host has said all of it, or something else (code 1). */
export async function run({ words: [file, more], flags, ending }: Call): Promise<Outcome> {
  if (file === undefined) throw usage("replay needs a recording: bc28-emu replay FILE");
  if (more !== undefined) throw usage(`replay: ${JSON.stringify(more)} is one word too many`);
  const frontEnds = readFrontEnds(flags);
  const { recording, notes } = await loadRecording(file);
  const lines = new LogLines();
  const clock = systemClock();
  const log = new Log(readLogLevel(flags["log-level"] ?? "warn"), (line, tone) => lines.write(line, tone), clock);
  for (const note of notes) log.warn(`note: ${note}`);
  const ports: SerialPort[] = [];
  let end: ReplayEnd | undefined;
  const replay = new Replay(recording, {
    clock,
    isFast: flags.fast === true,
    write: (bytes) => {
      for (const port of ports) port.write(bytes);
    },
    ended(reached) {
      end = reached;
      if (reached.kind === "different") ending.end();
      else log.info("replay: the recording is at its end");
      if (reached.kind === "whole" && !isAttached) ending.end();
    },
  });
  let isAttached = false;
  let hasBegun = false;
  const takeChange = ({ kind }: PortChange): void => {
    if (kind === "attach") {
      isAttached = true;
      if (!hasBegun) replay.start();
      hasBegun = true;
    } else if (kind === "detach") {
      isAttached = false;
      if (end?.kind === "whole") ending.end();
    }
  };
  const close = async (): Promise<void> => {
    replay.stop();
    await Promise.all(ports.map((port) => port.close()));
    await lines.flushed();
  };
  try {
    for (const frontEnd of frontEnds) {
      const index = ports.length;
      const portLog = new PortLog(log, { isOnly: frontEnds.length === 1 });
      const open = await openerOf(frontEnd, undefined);
      ports.push(
        await open({
          onBytes: (bytes) => replay.take(bytes),
          onChange(change) {
            portLog.change(change, ports[index]?.path ?? "a port");
            takeChange(change);
          },
        }),
      );
    }
  } catch (error) {
    await close();
    throw error;
  }
  const running = { open: placesOf(frontEnds, { ports }), broker: undefined, control: undefined, typed: false };
  process.stdout.write(`${flags.json ? readyJson(running) : readyText(running)}\n`);
  const failure = await ending.reached;
  if (end?.kind === "different") await pause(lingerMs);
  await close();
  if (failure !== undefined) throw failure;
  return outcomeOf(end, replay.missing);
}

function outcomeOf(end: ReplayEnd | undefined, missing: string | undefined): Outcome {
  if (end?.kind === "different") {
    const { recorded = "nothing more", said } = end;
    return { text: `The host differs from the recording.\n  recorded  ${recorded}\n  said      ${said}`, code: 1 };
  }
  if (missing === undefined) return { text: "The host has said all that it says in the recording." };
  return { text: `The host has not said all. The recording goes on with:\n  recorded  ${missing}`, code: 1 };
}
