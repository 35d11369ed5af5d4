import type { ModuleState } from "./command-view.js";
import { nconfigNames } from "./memory/nvm.js";
import type { SettingChange } from "./trace.js";

type Read = (state: ModuleState) => string | number;

/** The settings whose changes the trace tells: the name of each, and how it is read. */
const atOnce: readonly (readonly [name: string, read: Read])[] = [
  ["E", ({ dte }) => Number(dte.echo)],
  ["V", ({ dte }) => Number(dte.verbose)],
  ["CMEE", ({ dte }) => dte.cmee],
  ["keepalive", ({ mqttSettings }) => mqttSettings.keepAlive],
  ["pkt_timeout", ({ mqttSettings }) => mqttSettings.pktTimeout],
  ["retry_times", ({ mqttSettings }) => mqttSettings.retryTimes],
];
const atReboot: readonly (readonly [name: string, read: Read])[] = [
  ["QREGSWT", ({ nvm }) => nvm.qregswt],
  ...nconfigNames.map((name): readonly [string, Read] => [name, ({ nvm }) => nvm.nconfig[name]]),
];

/** What has another value than before. */
export function settingChanges(before: ModuleState, after: ModuleState): readonly SettingChange[] {
  const isSame = before.dte === after.dte && before.mqttSettings === after.mqttSettings && before.nvm === after.nvm;
  if (isSame) return [];
  const changed = (rows: typeof atOnce): readonly SettingChange[] =>
    rows
      .filter(([, read]) => read(before) !== read(after))
      .map(([name, read]) => ({ name, value: String(read(after)), before: String(read(before)) }));
  return [...changed(atOnce), ...changed(atReboot).map((change) => ({ ...change, from: "reboot" as const }))];
}
