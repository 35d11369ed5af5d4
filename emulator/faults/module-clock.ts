import type { Millis } from "../../mqtt/packet.js";

/** The module's own clock, which stands still while the module is frozen. */
export class ModuleClock {
  /** How long it has stood still so far, in ms. */
  #stood: Millis = 0;
  /** The time that it shows while it is frozen. */
  #frozenAt: Millis | undefined;
  /** When the module was switched on, by this clock; undefined: it is off. */
  #poweredAt: Millis | undefined;

  get isFrozen(): boolean {
    return this.#frozenAt !== undefined;
  }

  /** Whether the module has power. */
  get isOn(): boolean {
    return this.#poweredAt !== undefined;
  }

  /** The time that it shows at `now` of the clock outside. */
  at(now: Millis): Millis {
    return this.#frozenAt ?? now - this.#stood;
  }

  /** The moment outside at which it shows a time, unless it is stopped before. */
  outside(time: Millis): Millis {
    return time + this.#stood;
  }

  /** The time since power-up; undefined where no time passes for the module. */
  sincePowerUp(now: Millis): Millis | undefined {
    return this.#frozenAt !== undefined || this.#poweredAt === undefined ? undefined : this.at(now) - this.#poweredAt;
  }

  switch(on: boolean, now: Millis): void {
    this.#poweredAt = on ? this.at(now) : undefined;
  }

  stop(now: Millis): void {
    this.#frozenAt ??= now - this.#stood;
  }

  goOn(now: Millis): void {
    if (this.#frozenAt !== undefined) this.#stood = now - this.#frozenAt;
    this.#frozenAt = undefined;
  }
}
