import type { Host } from "./host.js";
import { payload, topic, window } from "./messages.js";

const ids = 1000;

/** The commands to publish with each id, and where each of them begins; a few more, so that a window never ends at the last one. */
interface Commands {
  readonly bytes: Buffer;
  readonly starts: readonly number[];
}

/** Publishes with the window full, each command together with its payload, until the goal is reached; returns how many were answered. */
export async function publishAll(
  host: Host,
  qos: number,
  goal: { readonly count: number } | { readonly seconds: number },
): Promise<number> {
  const { bytes, starts } = commandsOf(qos);
  const deadline = "seconds" in goal ? performance.now() + goal.seconds * 1000 : Number.POSITIVE_INFINITY;
  const most = "count" in goal ? goal.count : Number.POSITIVE_INFINITY;
  let [sent, done] = [0, 0];
  return await new Promise((resolve) => {
    const fill = (): void => {
      const wanted = performance.now() < deadline ? Math.min(window - (sent - done), most - sent) : 0;
      const first = sent % ids;
      sent += wanted;
      if (wanted > 0) host.say(bytes.subarray(starts[first], starts[first + wanted]));
      else if (done === sent) resolve(done);
    };
    host.onText = (text) => {
      if (text.includes("ERROR")) throw new Error(`publish ${sent} is refused: ${text}`);
      done += countOf(text, "\r\n+QMTPUB: ");
      fill();
    };
    fill();
  });
}

/** How often some words stand in a text; what the module says at once is never cut. */
export function countOf(text: string, words: string): number {
  let count = 0;
  for (let at = text.indexOf(words); at >= 0; at = text.indexOf(words, at + words.length)) count += 1;
  return count;
}

function commandsOf(qos: number): Commands {
  const commands = Array.from({ length: ids + window }, (_, at) => command((at % ids) + 1, qos));
  const starts = [0];
  for (const { length } of commands) starts.push((starts.at(-1) ?? 0) + length);
  return { bytes: Buffer.concat(commands), starts };
}

function command(id: number, qos: number): Buffer {
  const line = `AT+QMTPUB=0,${qos === 0 ? 0 : id},${qos},0,"${topic}",${payload.length}\r`;
  return Buffer.concat([Buffer.from(line), payload]);
}
