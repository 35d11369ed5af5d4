/// <reference types="node" preserve="true" />
export type { BrokerMessage, PublishOptions } from "./net/broker/broker-api.js";
export type { CoverageItem } from "./net/coverage/coverage.js";
export type { FaultControl, FaultStatus, Scenario } from "./net/faults.js";
export { parseMapping } from "./net/link/name-map.js";
export type {
  ModemStatus,
  OpenOptions,
  PortInfo,
  SerialBinding,
  SerialBindingPort,
} from "./net/ports/binding/serial-binding.js";
export type { Finding, Severity } from "./net/referee/finding.js";
export { openNvmFile } from "./net/storage/nvm-file.js";
export { readyScenarios } from "./net/storage/ready-scenarios.js";
export { loadScenario } from "./net/storage/scenario-file.js";
export { AtError } from "./net/testing/answer.js";
export type { TestBroker, TestMessage, Wanted } from "./net/testing/broker.js";
export type { CommandOptions, TestHost } from "./net/testing/host.js";
export type { TestModem, TestRadio } from "./net/testing/modem.js";
export type { TestDatagram, TestNetwork, TestTcpServer, TestUdpServer } from "./net/testing/network.js";
export type { ChosenClock, ClockChoice, TestOptions } from "./net/testing/options.js";
export { startModem } from "./net/testing/start.js";
export type { Payload, TestConnection } from "./net/testing/stream.js";
export type { Trace, TracedEvent } from "./net/testing/trace.js";
export { type ManualClock, type ManualClockOptions, manualClock } from "./net/time/manual-clock.js";
export { UserError } from "./net/user-error.js";
