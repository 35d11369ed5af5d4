import { spawn } from "node:child_process";
import type { Bench } from "./figure.js";
import { sideBySide } from "./figure.js";
import { command, end, keep, run, start } from "./processes.js";

async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

async function untilReady(): Promise<number> {
  const from = performance.now();
  const { child } = await start(process.execPath, [command, "--pty", "--json"]);
  const span = performance.now() - from;
  await end(child);
  return span;
}

const banner = "\r\nNeul \r\nOK\r\n";

/** Until a module on a pipe has said these words; it is asked for them as soon as it takes commands. */
async function untilSaid(words: string, question?: string): Promise<number> {
  const from = performance.now();
  const args = [command, "--stdio", "--timing", "instant"];
  const child = keep(spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] }));
  let said = "";
  let asked = question === undefined;
  for await (const text of child.stdout.setEncoding("latin1")) {
    said += text;
    if (!asked && said.includes(banner)) {
      child.stdin.write(`${question}\r`);
      asked = true;
    }
    if (said.includes(words)) break;
  }
  const span = performance.now() - from;
  await end(child);
  return span;
}

const untilBanner = (): Promise<number> => untilSaid(banner);
const untilAttached = (): Promise<number> => untilSaid("\r\n+CGATT:1\r\n\r\nOK\r\n", "AT+CGATT?");
const bareNode = (): Promise<number> => timed(() => run(process.execPath, ["-e", "0"]));

/** From the start of the process to its ready line, its banner, and the network. */
export const startUp: Bench = {
  name: "start",
  async run({ quick }) {
    const rounds = quick ? 3 : 15;
    const than = { unit: "ms", than: "node -e 0" };
    const target = { of: "difference", bound: "at most", value: 150 } as const;
    return [
      { name: "start to ready", ...than, ...(await sideBySide(rounds, untilReady, bareNode)), target },
      { name: "start to banner, --stdio", ...than, ...(await sideBySide(rounds, untilBanner, bareNode)) },
      { name: "start to attached, --stdio", ...than, ...(await sideBySide(rounds, untilAttached, bareNode)) },
    ];
  },
};
