import { fromText } from "../../../at/octets.js";
import { type AliSignMethod, aliSignMethods, aliyunPassword } from "../../../emulator/cloud/aliyun.js";
import type { CloudIdentity, CloudLogin, Credentials, LoginFlaw } from "./login.js";

/** How a device of Alibaba's cloud signs, as its client id says between the two `|`. */
interface Extension {
  readonly method: AliSignMethod;
  readonly timestamp: string | undefined;
}

/** The securemode of plain TCP, the only one here; that of TLS is 2. */
const plainTcp = "3";

/** The method where signmethod is left out. */
const defaultMethod = "hmacmd5";

/** Whether a client id has the form of Alibaba's cloud: `ID|securemode=3,signmethod=hmacsha256|`. */
export const isAliyunId = (clientId: string): boolean => /\|.*(?:securemode|signmethod)=/is.test(clientId);

/** Parses a login of Alibaba's cloud. */
export function readAliyunLogin({ clientId, user, password }: Credentials): CloudLogin | LoginFlaw {
  const [, id, pairs] = /^([^|]*)\|([^|]*)\|$/.exec(clientId) ?? [];
  if (id === undefined || pairs === undefined) {
    return { flaw: "its client id must end with |securemode=3,signmethod=METHOD|" };
  }
  const extension = readExtension(pairs);
  if ("flaw" in extension) return extension;
  const [, deviceName, productKey] = /^([^&]+)&([^&]+)$/.exec(user ?? "") ?? [];
  if (deviceName === undefined || productKey === undefined) return { flaw: "its user name must be DEVICE&PRODUCT" };
  if (password === undefined) return { flaw: "it gives no password" };
  return {
    cloud: "Alibaba",
    productKey,
    deviceName,
    session: `${deviceName}&${productKey}`, // the id before the | may be anything, and is the same for all devices of many fleets
    check({ deviceSecret }) {
      const { method, timestamp } = extension;
      const signed = { clientId: fromText(id), deviceName, productKey, timestamp: timestamp && fromText(timestamp) };
      const expected = aliyunPassword(signed, method, deviceSecret);
      return password.toLowerCase() === expected
        ? undefined
        : { flaw: `its password is not ${method} of its device secret` };
    },
  };
}

/** Parses the part between the two `|`. Drivers may add other pairs, such as version, language or operating system. */
function readExtension(text: string): Extension | LoginFlaw {
  const values = new Map(text.split(",").map((pair) => splitPair(pair)));
  if (values.get("securemode") !== plainTcp) return { flaw: `its securemode must be ${plainTcp}, plain TCP` };
  const name = (values.get("signmethod") ?? defaultMethod).toLowerCase();
  const method = aliSignMethods.find((known) => known === name);
  if (method === undefined) return { flaw: `its signmethod must be one of ${aliSignMethods.join(", ")}` };
  return { method, timestamp: values.get("timestamp") };
}

function splitPair(pair: string): readonly [name: string, value: string] {
  const [, name = "", value = ""] = /^\s*([^=]*)=?(.*?)\s*$/s.exec(pair) ?? [];
  return [name, value];
}

/**
 * The level at which a topic names the product, by its first level; the device is the next one. Level 1 where the first
 * level is not listed: `/PRODUCT/DEVICE/…`.
 */
const productLevels: ReadonlyMap<string, number> = new Map([
  ["sys", 2],
  ["ext", 3],
  ["shadow", 3],
  ["ota", 4],
]);

/**
 * Whether a device may use a topic or a filter. One that begins with `/` has the form of the cloud, and must name the
 * device's own product and name; a broadcast must name its product. Others, like `topic/pub` of the note, are allowed.
 */
export function isAliyunTopicOf({ productKey, deviceName }: CloudIdentity, topic: string): boolean {
  const [root, first = "", ...rest] = topic.split("/");
  if (root === "#" || root === "+") return false; // would include topics of other devices
  if (root !== "") return true;
  if (first === "broadcast") return rest[0] === productKey;
  const levels = ["", first, ...rest];
  const level = productLevels.get(first) ?? 1;
  return levels[level] === productKey && levels[level + 1] === deviceName;
}
