export type { BrokerMessage, PublishOptions } from "./net/broker/broker-api.js";
export { parseMapping } from "./net/link/name-map.js";
export type {
  ModemStatus,
  OpenOptions,
  PortInfo,
  SerialBinding,
  SerialBindingPort,
} from "./net/ports/binding/serial-binding.js";
export { openNvmFile } from "./net/storage/nvm-file.js";
export { AtError } from "./net/testing/at-error.js";
export type { TestBroker, TestMessage, Wanted } from "./net/testing/broker.js";
export type { ChosenClock, ClockChoice } from "./net/testing/clock-choice.js";
export type { CommandOptions, TestHost } from "./net/testing/host.js";
export type { TestModem } from "./net/testing/modem.js";
export type { TestOptions } from "./net/testing/options.js";
export type { TestRadio } from "./net/testing/radio.js";
export { startModem } from "./net/testing/start.js";
export type { Trace, TracedEvent } from "./net/testing/trace.js";
export { type ManualClock, type ManualClockOptions, manualClock } from "./net/time/manual-clock.js";
export { UserError } from "./net/user-error.js";
