import { fromText } from "../../../at/octets.js";
import { type AliSignMethod, aliSignMethods, aliyunPassword } from "../../../emulator/cloud/aliyun.js";
import type { CloudIdentity, CloudLogin, Credentials, LoginFlaw } from "./login.js";

/** How a device of Alibaba's signs, by what its client id says behind the first `|`. */
interface Extension {
  readonly method: AliSignMethod;
  readonly timestamp: string | undefined;
}

/** Plain TCP, the only way here (TLS is 2). */
const plainTcp = "3";

/** What the cloud takes where signmethod is left out. */
const standardMethod = "hmacmd5";

/** Whether a client id is written as Alibaba's devices write theirs: `id|securemode=3,signmethod=hmacsha256|`. */
export const isAliyunId = (clientId: string): boolean => /\|.*(?:securemode|signmethod)=/is.test(clientId);

/** Reads a login of Alibaba's kind. */
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
    session: `${deviceName}&${productKey}`, // what stands before the | is free, and the same in many a fleet
    check({ deviceSecret }) {
      const { method, timestamp } = extension;
      const signed = { clientId: fromText(id), deviceName, productKey, timestamp: timestamp && fromText(timestamp) };
      const right = aliyunPassword(signed, method, deviceSecret);
      return password.toLowerCase() === right
        ? undefined
        : { flaw: `its password is not ${method} of its device secret` };
    },
  };
}

/** What else an extension says, drivers may say: version, language, operating system … */
function readExtension(text: string): Extension | LoginFlaw {
  const values = new Map(text.split(",").map((pair) => splitPair(pair)));
  if (values.get("securemode") !== plainTcp) return { flaw: `its securemode must be ${plainTcp}, plain TCP` };
  const name = (values.get("signmethod") ?? standardMethod).toLowerCase();
  const method = aliSignMethods.find((known) => known === name);
  if (method === undefined) return { flaw: `its signmethod must be one of ${aliSignMethods.join(", ")}` };
  return { method, timestamp: values.get("timestamp") };
}

function splitPair(pair: string): readonly [name: string, value: string] {
  const [, name = "", value = ""] = /^\s*([^=]*)=?(.*?)\s*$/s.exec(pair) ?? [];
  return [name, value];
}

/** Where the product stands in a topic, and behind it the device, by its first level; else `/PRODUCT/DEVICE/…`. */
const places: ReadonlyMap<string, number> = new Map([
  ["sys", 2],
  ["ext", 3],
  ["shadow", 3],
  ["ota", 4],
]);

/**
 * Whether a device may use a topic or a filter. What begins with `/` is of the cloud's form: its product and device must be
 * the client's own. Broadcasts are the whole product's; what is of another form, like the note's `topic/pub`, is free.
 */
export function isAliyunTopicOf({ productKey, deviceName }: CloudIdentity, topic: string): boolean {
  const [root, first = "", ...rest] = topic.split("/");
  if (root === "#" || root === "+") return false; // would hear other devices, too
  if (root !== "") return true;
  if (first === "broadcast") return rest[0] === productKey;
  const levels = ["", first, ...rest];
  const place = places.get(first) ?? 1;
  return levels[place] === productKey && levels[place + 1] === deviceName;
}
