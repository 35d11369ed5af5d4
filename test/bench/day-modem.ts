// A meter's day: a keep-alive of a minute, a message every ten minutes, and a link that is lost every hour.
import { connect, loseLink, type Meter, publish, startMeter } from "./meter.js";
import { answer } from "./processes.js";

const tenMinutes = 600_000;
/** How the packets are told that the other sides send too. */
const letters: Readonly<Record<string, string>> = { CONNECT: "c", PUBLISH: "p", PINGREQ: "i" };

async function live(meter: Meter, hours: number): Promise<void> {
  for (let hour = 0; hour < hours; hour++) {
    await connect(meter);
    for (let part = 0; part < 6; part++) {
      await meter.clock.advance(tenMinutes);
      await publish(meter);
    }
    await loseLink(meter);
  }
}

function packetsOf({ trace }: Meter): string {
  const sent = trace.events.flatMap(({ event }) => (event.kind === "packet" && event.way === "sent" ? [event] : []));
  return sent.map(({ packet }) => letters[packet.type] ?? "").join("");
}

answer(async (question) => {
  const meter = await startMeter();
  const from = performance.now();
  await live(meter, Number(question));
  const span = performance.now() - from;
  const packets = packetsOf(meter);
  await meter.close();
  return `${span} ${packets}`;
});
