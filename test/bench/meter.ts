import type { TestModem } from "../../net/testing/modem.js";
import { startModem } from "../../net/testing/start.js";
import type { ManualClock } from "../../net/time/manual-clock.js";
import { payload, topic } from "./messages.js";

/** A meter's modem, with its broker in the same process and time in our hand. */
export type Meter = TestModem<ManualClock>;

/** Starts one. */
export const startMeter = (): Promise<Meter> => startModem({ clock: "manual" });

/** Connects with a keep-alive of a minute. */
export async function connect({ host }: Meter): Promise<void> {
  await host.command('AT+QMTCFG="keepalive",0,60');
  await host.command('AT+QMTOPEN=0,"broker.example",1883');
  await host.urc(/^\+QMTOPEN: 0,0/);
  await host.command('AT+QMTCONN=0,"meter"');
  await host.urc(/^\+QMTCONN: 0,0,0/);
}

/** Publishes with QoS 1. */
export async function publish({ host }: Meter): Promise<void> {
  await host.command(`AT+QMTPUB=0,1,1,0,"${topic}",${payload.length}`, { payload, ending: "" });
  await host.urc(/^\+QMTPUB: 0,1,0/);
}

/** The network drops the link. */
export async function loseLink({ host, cut }: Meter): Promise<void> {
  cut();
  await host.urc(/^\+QMTSTAT: 0,1/);
}
