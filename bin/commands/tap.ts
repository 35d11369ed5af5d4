import { Log } from "../../net/log.js";
import { LogLines } from "../../net/log-output.js";
import { profileJson } from "../../net/recordings/profile-json.js";
import { Tap } from "../../net/recordings/tap.js";
import { systemClock } from "../../net/time/clock.js";
import { openTraceFile } from "../../net/trace/trace-file.js";
import { type TraceHeader, traceHeader } from "../../net/trace/trace-header.js";
import { usage } from "../../net/user-error.js";
import type { Call, Outcome } from "../command.js";
import type { Flags } from "../flags.js";
import { openerOf, readBaud, readFrontEnds } from "../front-ends.js";
import { effectiveProfile, readLogLevel } from "../options.js";
import { readyJson, readyText } from "../ready.js";
import { placesOf } from "../serve.js";

/** `bc28-emu tap`: stands between a module and its host, and records what they say, until a signal. */
export async function run({ words, flags, ending }: Call): Promise<Outcome> {
  if (words[0] !== undefined) throw usage(`tap: ${JSON.stringify(words[0])} is one word too many`);
  const { device, frontEnds, speed } = readTap(flags);
  const path = flags.trace ?? `bc28-tap-${new Date().toISOString().slice(0, 19).replace(/[:T]/g, "-")}.jsonl`;
  if (path === "") throw usage("--trace needs a path, for instance --trace run.jsonl");
  const lines = new LogLines();
  const clock = systemClock();
  const log = new Log(readLogLevel(flags["log-level"] ?? "warn"), (line, tone) => lines.write(line, tone), clock);
  const header = headerOf(flags);
  const tap = await Tap.open({
    device,
    ...(speed === undefined ? {} : { speed }),
    ports: (mayChangeSpeed) =>
      Promise.all(frontEnds.map((frontEnd) => openerOf(frontEnd, undefined, speed === undefined && mayChangeSpeed))),
    showsSecrets: flags["trace-secrets"] === true,
    clock,
    log,
  });
  const trace = await openTraceFile(path, header, (line) => log.warn(line)).catch(async (error) => {
    await tap.close();
    throw error;
  });
  for (const event of tap.events.read(0)) trace.write(event);
  tap.events.listen((event) => trace.write(event));
  const running = { open: placesOf(frontEnds, tap), broker: undefined, control: undefined, typed: false };
  const about = `What it says, and what its host says, is written to ${path}.`;
  process.stdout.write(flags.json ? `${readyJson(running)}\n` : `${readyText(running)}\n${about}\n`);
  const failure = await ending.reached;
  const closing = tap.close();
  await trace.close(); // at once: a line that is stuck may take longer than a signal leaves
  await closing;
  await lines.flushed();
  if (failure !== undefined) throw failure;
  return { code: 0 };
}

function readTap(flags: Flags) {
  const [device, more] = flags.device ?? [];
  if (device === undefined || device === "")
    throw usage("tap needs the serial port of the module: bc28-emu tap --device /dev/ttyUSB0");
  if (more !== undefined) throw usage(`tap: --device is given twice; one module is tapped at a time`);
  if (device === flags.link) throw usage(`--device ${device} is the --link: the module would talk to itself`);
  const { device: _, baud, ...others } = flags;
  const speed = readBaud(baud, [{ kind: "device", path: device }]);
  return { device, frontEnds: readFrontEnds(others), speed: typeof speed === "number" ? speed : undefined };
}

/** The first line of the recording. What is known of the module is what the flags tell. */
function headerOf(flags: Flags): TraceHeader {
  const profile = effectiveProfile(flags);
  return {
    ...traceHeader({ profile, showsSecrets: flags["trace-secrets"] === true }),
    module: profileJson(profile),
  };
}
