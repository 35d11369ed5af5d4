import type { Host } from "./host.js";
import { payload, topic, window } from "./messages.js";

const ids = 1000;

/** Publishes with the window full, each command together with its payload, until `until` says so; returns how many were answered. */
export async function publishAll(
  host: Host,
  qos: number,
  goal: { readonly count: number } | { readonly seconds: number },
): Promise<number> {
  const entries = Array.from({ length: ids }, (_, id) => entry(id + 1, qos));
  const deadline = "seconds" in goal ? performance.now() + goal.seconds * 1000 : Number.POSITIVE_INFINITY;
  const most = "count" in goal ? goal.count : Number.POSITIVE_INFINITY;
  let [sent, done, rest] = [0, 0, ""];
  return await new Promise((resolve) => {
    const fill = (): void => {
      const wanted = performance.now() < deadline ? Math.min(window - (sent - done), most - sent) : 0;
      const some = Array.from({ length: wanted }, (_, index) => entries[(sent + index) % ids] ?? payload);
      sent += wanted;
      if (some.length > 0) host.say(Buffer.concat(some));
      else if (done === sent) resolve(done);
    };
    host.onText = (text) => {
      const lines = (rest + text).split("\r\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (line.startsWith("+QMTPUB: ")) done += 1;
        else if (line.includes("ERROR")) throw new Error(`publish ${sent} is refused: ${line}`);
      }
      fill();
    };
    fill();
  });
}

function entry(id: number, qos: number): Buffer {
  const command = `AT+QMTPUB=0,${qos === 0 ? 0 : id},${qos},0,"${topic}",${payload.length}\r`;
  return Buffer.concat([Buffer.from(command), payload]);
}
