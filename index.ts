export type { Profile } from "./emulator/profile.js";
export { profileWith } from "./emulator/profiles/with.js";
export { type Clock, scaledClock, systemClock } from "./net/clock.js";
export { type Mapping, parseMapping } from "./net/name-map.js";
export type { PortChange, PortEvents, SerialPort } from "./net/serial.js";
export { type OpenPort, type RunningModem, type StartOptions, startModem } from "./net/start.js";
export { UserError } from "./net/user-error.js";
