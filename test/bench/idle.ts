import type { ChildProcess } from "node:child_process";
import { startBenchBroker } from "./broker.js";
import type { Bench, Figure } from "./figure.js";
import { end, modemOnPty } from "./lines.js";
import { processorTicks, residentMegabytes, start } from "./processes.js";
import { serialHost } from "./serial-host.js";

const pidOf = ({ pid }: ChildProcess): number => pid ?? 0;

/** What the command costs while nobody asks it for anything: without a link, and with one that has a keep-alive of 120 s. */
export const idle: Bench = {
  name: "idle",
  async run({ quick }) {
    const broker = await startBenchBroker();
    const nothing = await start(process.execPath, ["-e", "console.log(0); setInterval(()=>{},1e3)"]);
    const alone = await modemOnPty();
    const linked = await modemOnPty();
    await serialHost().play(linked.path, "connect", 0, `${broker.port}`);
    await sleep(quick ? 1000 : 5000); // what V8 does after a start is over
    const watched = [nothing, alone, linked].map(({ child }) => pidOf(child));
    const megabytes = watched.map(residentMegabytes);
    const before = watched.map(processorTicks);
    const seconds = quick ? 3 : 10;
    await sleep(seconds * 1000);
    // Ticks of 10 ms in a second are percents.
    const load = watched.map((pid, index) => (processorTicks(pid) - (before[index] ?? 0)) / seconds);
    await Promise.all([...[nothing, alone, linked].map(({ child }) => end(child)), broker.close()]);
    return [
      row("idle CPU, PTY", "%", load, "alone", 0.5),
      row("idle CPU, PTY and MQTT link", "%", load, "linked", 0.5),
      row("idle RSS, PTY", "MB", megabytes, "alone", 80),
      row("idle RSS, PTY and MQTT link", "MB", megabytes, "linked"),
    ];
  },
};

function row(
  name: string,
  unit: string,
  [theirs = 0, alone = 0, linked = 0]: readonly number[],
  which: "alone" | "linked",
  most?: number,
): Figure {
  const ours = which === "alone" ? alone : linked;
  const row = { name, unit, ours, theirs, than: "node, setInterval" };
  return most === undefined ? row : { ...row, target: { of: "ours", bound: "under", value: most } };
}

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
