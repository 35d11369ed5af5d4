import { onTestFinished } from "vitest";
import { type ChosenClock, type ClockChoice, startModem, type TestModem, type TestOptions } from "../../testing.js";

/** Starts a modem that is closed at the end of the test. */
export async function start<const C extends ClockChoice = "system">(
  options: TestOptions<C> = {},
): Promise<TestModem<ChosenClock<C>>> {
  const modem = await startModem(options);
  onTestFinished(() => modem.close());
  return modem;
}

/** Logs in to the broker. */
export async function connect({ host }: Pick<TestModem, "host">, clientId = "me"): Promise<void> {
  await host.command('AT+QMTOPEN=0,"broker.example",1883');
  await host.urc(/^\+QMTOPEN: 0,0$/);
  await host.command(`AT+QMTCONN=0,"${clientId}"`);
  await host.urc(/^\+QMTCONN: 0,0,0$/);
}
