import type { Octets } from "../../at/octets.js";
import type { Level, Qos } from "../../mqtt/packet.js";

/** What `AT+QMTCFG="will"` keeps. */
export interface WillSetting {
  readonly qos: Qos;
  readonly retain: 0 | 1;
  readonly topic: Octets;
  readonly message: Octets;
}

/** What `AT+QMTCFG="aliauth"` keeps. */
export interface AliAuth {
  readonly productKey: Octets;
  readonly deviceName: Octets;
  readonly deviceSecret: Octets;
}

/** What AT+QMTCFG keeps, in RAM: it survives QMTDISC and QMTCLOSE, and is lost at a reboot (guide). */
export interface MqttSettings {
  readonly version: Level;
  /** Seconds; 0 is never. */
  readonly keepAlive: number;
  readonly cleanSession: 0 | 1;
  /** Seconds. */
  readonly pktTimeout: number;
  readonly retryTimes: number;
  readonly timeoutNotice: 0 | 1;
  readonly will: WillSetting | undefined;
  readonly aliauth: AliAuth | undefined;
}

/** note 3.2.1; version and session are not underlined there (clone). */
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
