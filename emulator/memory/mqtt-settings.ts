import type { Octets } from "../../at/octets.js";
import type { Level, Qos } from "../../mqtt/packet.js";

/** The setting of `AT+QMTCFG="will"`. */
export interface WillSetting {
  readonly qos: Qos;
  readonly retain: 0 | 1;
  readonly topic: Octets;
  readonly message: Octets;
}

/** The setting of `AT+QMTCFG="aliauth"`. */
export interface AliAuth {
  readonly productKey: Octets;
  readonly deviceName: Octets;
  readonly deviceSecret: Octets;
}

/** The settings of AT+QMTCFG, in RAM. AT+QMTDISC and AT+QMTCLOSE keep them; a reboot restores the defaults (guide). */
export interface MqttSettings {
  readonly version: Level;
  /** In seconds; 0: no keep-alive. */
  readonly keepAlive: number;
  readonly cleanSession: 0 | 1;
  /** In seconds. */
  readonly pktTimeout: number;
  readonly retryTimes: number;
  readonly timeoutNotice: 0 | 1;
  readonly will: WillSetting | undefined;
  readonly aliauth: AliAuth | undefined;
}

/** The defaults of note 3.2.1. It does not mark those of version and session (clone). */
export const defaultMqttSettings: MqttSettings = {
  version: 3,
  keepAlive: 120,
  cleanSession: 1,
  pktTimeout: 10,
  retryTimes: 3,
  timeoutNotice: 0,
  will: undefined,
  aliauth: undefined,
};
