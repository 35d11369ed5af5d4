import type { Bench, Effort, Figure } from "./figure.js";
import { sideBySide } from "./figure.js";
import { Worker } from "./processes.js";

/** A day in the hand of a manual clock, beside as many packets for which no time has to pass. */
export const day: Bench = {
  name: "day",
  async run(effort) {
    const meter = new Meter(effort);
    const timeless = await meter.beside("day-timeless.js");
    const bare = await meter.beside("day-bare.js");
    await meter.end();
    const target = { of: "ratio", bound: "at most", value: 3 } as const;
    const row = { name: meter.name, unit: "ms" };
    const note = `${meter.packets}; beside it first the same modem, which publishes where it would have pinged, then a client without AT, timers and trace; all reach the embedded broker in their own process`;
    return [
      { ...row, ...timeless, than: "no time passes", target, note },
      { ...row, ...bare, than: "bare client" },
    ];
  },
};

/** The one that lives through the day; what it sends is what the others have to send. */
class Meter {
  readonly name: string;
  readonly #hours: number;
  readonly #rounds: number;
  readonly #worker = new Worker<string>("day-modem.js");
  #packets = "";

  constructor({ quick }: Effort) {
    this.#hours = quick ? 3 : 24;
    this.#rounds = quick ? 1 : 7;
    this.name = `${this.#hours} simulated hours`;
  }

  async beside(file: string): Promise<Pick<Figure, "ours" | "theirs">> {
    const other = new Worker(file);
    const live = () => this.#live();
    const same = () => other.ask(this.#packets);
    await sideBySide(4, live, same); // until the code is compiled
    const found = await sideBySide(this.#rounds, live, same);
    await other.end();
    return found;
  }

  get packets(): string {
    const count = (letter: string): number => this.#packets.split(letter).length - 1;
    return `${count("i")} PINGREQ, ${count("p")} PUBLISH of QoS 1, ${count("c")} CONNECT`;
  }

  end(): Promise<void> {
    return this.#worker.end();
  }

  async #live(): Promise<number> {
    const [span, packets = ""] = (await this.#worker.ask(`${this.#hours}`)).split(" ");
    this.#packets = packets;
    return Number(span);
  }
}
