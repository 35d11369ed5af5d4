import { changed, form, ok, refused } from "../../at/command.js";
import type { Octets } from "../../at/octets.js";
import { choice, int, isMqttString, keeping, optional, secret, text, withNext } from "../../at/params.js";
import type { CommandView, ModuleAnswer, ModuleCommand } from "../command-view.js";
import type { MqttSettings } from "../memory/mqtt-settings.js";
import { isTopicName } from "../topic.js";
import { linkId } from "./qmt.js";

/** Changes settings. Refused from the OK of AT+QMTOPEN to the end of the link (clone, field). */
function set({ mqttSettings, session, profile }: CommandView, change: Partial<MqttSettings>): ModuleAnswer {
  const refuse = session.phase !== "idle" && profile.quirks.cfgWhileOpen === "refuse";
  return refuse ? refused("operationNotAllowed") : changed({ mqttSettings: { ...mqttSettings, ...change } });
}

const version = form({ link: linkId, vsn: optional(choice(3, 4)) }, ({ vsn }, view: CommandView) =>
  vsn === undefined ? ok(`+QMTCFG: "version",${view.mqttSettings.version}`) : set(view, { version: vsn }),
);

const keepAlive = form({ link: linkId, seconds: optional(int(0, 3600)) }, ({ seconds }, view: CommandView) =>
  seconds === undefined ? ok(`+QMTCFG: "keepalive",${view.mqttSettings.keepAlive}`) : set(view, { keepAlive: seconds }),
);

const session = form({ link: linkId, cleanSession: optional(choice(0, 1)) }, ({ cleanSession }, view: CommandView) =>
  cleanSession === undefined ? ok(`+QMTCFG: "session",${view.mqttSettings.cleanSession}`) : set(view, { cleanSession }),
);

/** A parameter that is left out or empty keeps its value. 0 retries are legal, although a test line prints 1-10. */
const timeout = form(
  {
    link: linkId,
    pktTimeout: keeping(int(1, 60)),
    retryTimes: keeping(int(0, 10)),
    timeoutNotice: keeping(choice(0, 1)),
  },
  ({ pktTimeout, retryTimes, timeoutNotice }, view: CommandView) => {
    const { mqttSettings: kept } = view;
    if (pktTimeout === undefined && retryTimes === undefined && timeoutNotice === undefined) {
      return ok(`+QMTCFG: "timeout",${kept.pktTimeout},${kept.retryTimes},${kept.timeoutNotice}`);
    }
    return set(view, {
      pktTimeout: pktTimeout ?? kept.pktTimeout,
      retryTimes: retryTimes ?? kept.retryTimes,
      timeoutNotice: timeoutNotice ?? kept.timeoutNotice,
    });
  },
);

/** `<will_fg>` 1 requires the other four parameters, and 0 forbids them (note 3.2.1, note 1). */
const will = form(
  {
    link: linkId,
    flag: optional(choice(0, 1)),
    qos: optional(choice(0, 1, 2)),
    retain: optional(choice(0, 1)),
    topic: optional(text("will_topic", 255, { check: isTopicName })),
    message: optional(text("will_msg", 255, { min: 0 })),
  },
  ({ flag, qos, retain, topic, message }, view: CommandView) => {
    if (flag === undefined) return ok(willLine(view.mqttSettings));
    if (flag === 0) return qos === undefined ? set(view, { will: undefined }) : refused("badParameter");
    if (qos === undefined || retain === undefined || topic === undefined || message === undefined) {
      return refused("badParameter");
    }
    return set(view, { will: { qos, retain, topic, message } });
  },
);

const willLine = ({ will: kept }: MqttSettings): Octets =>
  kept === undefined
    ? '+QMTCFG: "will",0'
    : `+QMTCFG: "will",1,${kept.qos},${kept.retain},"${kept.topic}","${kept.message}"`;

const aliPart = (name: string) => text(name, 128, { min: 0, check: isMqttString });

/** All three parameters are given, or none. Three empty strings clear the setting. */
const aliauth = form(
  {
    link: linkId,
    productKey: withNext(aliPart("product_key")),
    deviceName: withNext(aliPart("device_name")),
    deviceSecret: optional(secret(aliPart("device_secret"))),
  },
  ({ productKey, deviceName, deviceSecret }, view: CommandView) => {
    if (productKey === undefined || deviceName === undefined || deviceSecret === undefined) {
      return aliQuery(view.mqttSettings);
    }
    return set(view, { aliauth: productKey === "" ? undefined : { productKey, deviceName, deviceSecret } });
  },
  {
    agree: ({ productKey = "", deviceName = "", deviceSecret = "" }) => areAlike(productKey, deviceName, deviceSecret),
  },
);

/** Whether all parts are empty, or no part is. */
const areAlike = (...parts: readonly Octets[]): boolean => new Set(parts.map((part) => part === "")).size === 1;

function aliQuery({ aliauth: kept }: MqttSettings): ModuleAnswer {
  if (kept === undefined) return ok(); // note 3.2.1
  const line = (shownSecret: Octets): Octets =>
    `+QMTCFG: "aliauth","${kept.productKey}","${kept.deviceName}","${shownSecret}"`;
  // With a quote inside a name, the secret may be part of the name.
  const isDoubtful = kept.productKey.includes('"') || kept.deviceName.includes('"');
  const shown = isDoubtful ? '+QMTCFG: "aliauth",***' : line("***");
  return { kind: "ok", lines: [line(kept.deviceSecret)], shown: [shown] };
}

const testLines = {
  note: [
    '+QMTCFG: "version",(0),(3,4)',
    '+QMTCFG: "keepalive",(0),(0-3600)',
    '+QMTCFG: "session",(0),(0,1)',
    '+QMTCFG: "timeout",(0),(1-60),(1-10),(0,1)',
    '+QMTCFG: "will",(0),(0,1),(0-2),(0,1),"will_topic","will_msg"',
    '+QMTCFG: "aliauth",(0),"productkey","devicename","devicsecret"', // sic
  ],
  guide: [
    '+QMTCFG: "version",(0),(3,4)',
    '+QMTCFG: "keepalive",(0),(0-3600)',
    '+QMTCFG: "session",(0),(0,1)',
    '+QMTCFG: "timeout",(0),(1-60),(0-10),(0,1)',
    '+QMTCFG: "will",(0),(0,1),(0-2),(0,1),<will_topic>,<will_msg>',
    '+QMTCFG: "aliauth",(0),<productkey>,<devicename>,<devicesecret>',
  ],
} as const;

/** Configure Optional Parameters of MQTT. */
export const qmtcfg: ModuleCommand = {
  names: ["+QMTCFG"],
  manual: "note 3.2.1",
  within: 300,
  test: ({ profile }) => testLines[profile.quirks.edition],
  write: {
    keys: { version, keepalive: keepAlive, session, timeout, will, aliauth },
    unknownKey: "operationNotSupported",
  },
};
