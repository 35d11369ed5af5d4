import { changed, form, ok, refused } from "../../at/command.js";
import { choice, int, optional, type Values } from "../../at/params.js";
import type { Change, CommandView, ModuleAnswer, ModuleCommand, ModuleState } from "../command-view.js";
import { baudRates, type Natspeed } from "../memory/nvm.js";
import { uartSpeedAt } from "../uart-speed.js";

const shape = {
  baud: { ...choice(...baudRates), range: `(${baudRates.join(",")})` },
  timeout: int(0, 30),
  store: choice(0, 1),
  sync: choice(0, 1, 2, 3),
  stop: optional(choice(1, 2)),
  parity: optional(choice(0, 1, 2)),
  xonxoff: optional(choice(0, 1)),
};

/** The time-out of the trial that `<timeout>` 0 selects, in seconds (AT manual). */
const defaultTimeoutSeconds = 3;
/** The rates that do not allow `<sync_mode>` 3 (AT manual). */
const ratesWithoutSync3: readonly Natspeed["baud"][] = [4800, 57_600];

/** Ends the trial of a speed with success: the speed stays, and is stored if the host has asked for it. */
export function confirmSpeed({ uart, nvm }: Pick<ModuleState, "uart" | "nvm">): Change {
  const kept = uart.trial?.store ? { nvm: { ...nvm, natspeed: uart.speed } } : {};
  return { uart: uartSpeedAt(uart.speed), ...kept };
}

function startTrial(values: Values<typeof shape>, { uart, nvm, now }: CommandView): ModuleAnswer {
  const { baud, timeout, store, sync, stop = 1, parity = 0, xonxoff = 0 } = values;
  if (sync === 3 && ratesWithoutSync3.includes(baud)) return refused("badParameter");
  const until = now + (timeout === 0 ? defaultTimeoutSeconds : timeout) * 1000;
  const trial = { before: uart.speed, until, store: store === 1 };
  return changed({ ...confirmSpeed({ uart, nvm }), uart: { speed: { baud, sync, stop, parity, xonxoff }, trial } });
}

/** Configure UART Port Baud Rate. The new rate applies after the OK. */
export const natspeed: ModuleCommand = {
  names: ["+NATSPEED"],
  manual: "AT manual",
  within: 300,
  partly: "the speed counts with --baud or --device; stop bits, parity and XON/XOFF are kept and read back",
  test: () => [`+NATSPEED:(${baudRates.join(",")}),(0-30),(0,1),(0-3),(1,2),(0-2),(0,1)`],
  read: ({ uart: { speed } }) =>
    ok(`+NATSPEED:${speed.baud},${speed.sync},${speed.stop},${speed.parity},${speed.xonxoff}`),
  write: form(shape, startTrial),
};
