import { form, ok } from "../../at/command.js";
import { toBytes, toText } from "../../at/octets.js";
import { isMqttString, optional, secret, text, type Values } from "../../at/params.js";
import type { Will } from "../../mqtt/packet.js";
import type { Phase, Request } from "../../mqtt/session.js";
import { aliyunLogin } from "../cloud/aliyun.js";
import type { CommandView, ModuleCommand } from "../command-view.js";
import type { MqttSettings } from "../memory/mqtt-settings.js";
import { ask, linkId } from "./qmt.js";

/** `<state>` of the read form; undefined while no link is open (clone). */
const states: { readonly [P in Phase]: 1 | 2 | 3 | 4 | undefined } = {
  idle: undefined,
  opening: undefined,
  open: 1,
  connecting: 2,
  connected: 3,
  disconnecting: 4,
};

const shape = {
  link: linkId,
  clientId: text("clientID", 128, { check: isMqttString }),
  user: optional(text("username", 256, { min: 0, check: isMqttString })),
  password: optional(secret(text("password", 256, { min: 0 }))),
};

function willOf({ will }: MqttSettings): { readonly will?: Will } {
  if (will === undefined) return {};
  const { qos, retain, topic, message } = will;
  return { will: { qos, retain: retain === 1, topic: toText(topic) ?? topic, message: toBytes(message) } };
}

/** The credentials of the CONNECT. With aliauth the module makes them, unless the host gives a user (note 3.2.1). */
function loginOf(
  { mqttSettings: { aliauth }, profile }: CommandView,
  given: Values<typeof shape>,
): Values<typeof shape> {
  if (aliauth === undefined || given.user !== undefined) return given;
  const { deviceSecret, ...names } = aliauth;
  const identity = { ...names, clientId: given.clientId };
  return { ...given, ...aliyunLogin(identity, profile.quirks.aliSignMethod, deviceSecret) };
}

function connect(view: CommandView, given: Values<typeof shape>): Request {
  const { mqttSettings } = view;
  const { clientId, user, password } = loginOf(view, given);
  return {
    kind: "connect",
    level: mqttSettings.version,
    clientId: toText(clientId) ?? clientId,
    cleanSession: mqttSettings.cleanSession === 1,
    keepAlive: mqttSettings.keepAlive,
    ...willOf(mqttSettings),
    ...(user === undefined ? {} : { user: toText(user) ?? user }),
    ...(password === undefined ? {} : { password: toBytes(password) }),
  };
}

/** Connect a Client to MQTT Server. */
export const qmtconn: ModuleCommand = {
  names: ["+QMTCONN"],
  manual: "note 3.2.5",
  within: "delivery",
  test: ({ profile }) => [
    profile.quirks.edition === "note"
      ? '+QMTCONN: (0),"<clientID>"[,"<username>"[,"<password>"]]'
      : "+QMTCONN: (0),<clientID>,<username>,<password>",
  ],
  read: ({ session }) => {
    const state = states[session.phase];
    return state === undefined ? ok() : ok(`+QMTCONN: 0,${state}`);
  },
  write: form(shape, (values, view: CommandView) => ask(view, connect(view, values))),
};

/** Disconnect a Client from MQTT Server. */
export const qmtdisc: ModuleCommand = {
  names: ["+QMTDISC"],
  manual: "note 3.2.6",
  within: 300,
  test: () => ["+QMTDISC: (0)"],
  write: form({ link: linkId }, (_, view: CommandView) => ask(view, { kind: "disconnect" })),
};
