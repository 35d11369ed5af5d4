import type { Bench } from "./figure.js";
import { sideBySide } from "./figure.js";
import { bareLine, end, modemOnPty } from "./lines.js";
import { serialHost } from "./serial-host.js";

/** From AT to OK over the pseudo-terminal. */
export const latency: Bench = {
  name: "latency",
  async run({ quick }) {
    const host = serialHost();
    const modem = await modemOnPty();
    const bare = await bareLine("ok");
    const count = 2000;
    const rounds = quick ? 5 : 15; // many short ones: where the scheduler puts the two processes makes a factor of two
    const play = (path: string) => () => host.play(path, "latency", count);
    const found = await sideBySide(rounds, play(modem.path), play(bare.path));
    await Promise.all([end(modem.child), end(bare.child)]);
    const target = { of: "ratio", bound: "at most", value: 1.5 } as const;
    return [{ name: "AT to OK, PTY, p50", unit: "us", ...found, than: "bare PTY", target }];
  },
};
