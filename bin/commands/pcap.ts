import { writeFileSync } from "node:fs";
import { captureOf } from "../../net/recordings/capture.js";
import { profileIn } from "../../net/recordings/load-recording.js";
import { whyOf } from "../../net/storage/text-file.js";
import { openTrace } from "../../net/trace/read-trace.js";
import { UserError, usage } from "../../net/user-error.js";
import packageJson from "../../package.json" with { type: "json" };
import type { Call, Outcome } from "../command.js";

/** `bc28-emu pcap`: writes a trace as a capture for Wireshark. */
export async function run({ words: [file, more], flags: { out } }: Call): Promise<Outcome> {
  if (file === undefined || out === undefined || out === "")
    throw usage("pcap needs a trace and a file to write: bc28-emu pcap FILE --out FILE.pcapng");
  if (more !== undefined) throw usage(`pcap: ${JSON.stringify(more)} is one word too many`);
  const { header, events } = await openTrace(file, process.stdin);
  const { address } = profileIn(header).surroundings;
  const { bytes, mqttPackets, serialPackets } = await captureOf(events, {
    program: `bc28-emu ${packageJson.version}`,
    address,
  });
  try {
    writeFileSync(out, bytes);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UserError(`--out ${JSON.stringify(out)}: it cannot be written: ${whyOf(code, message)}`);
  }
  return { text: `${out}: ${mqttPackets} MQTT packets, ${serialPackets} pieces of the serial line` };
}
