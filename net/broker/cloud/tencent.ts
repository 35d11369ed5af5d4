import { truncate } from "../../log-text.js";
import type { CloudIdentity, CloudLogin, Credentials, LoginFlaw } from "./login.js";
import type { Tokens } from "./tokens.js";

/** Whether a client id has the form of Tencent's cloud: `PRODUCT@DEVICE`. */
export const isTencentId = (clientId: string): boolean => /^[^@|]+@[^@|]+$/.test(clientId);

/** Parses a login of Tencent's cloud. It is right if user and password are those of a token that is still valid. */
export function readTencentLogin({ clientId, user, password }: Credentials, tokens: Tokens): CloudLogin | LoginFlaw {
  const [productKey = "", deviceName = ""] = clientId.split("@");
  if (user === undefined || password === undefined) return { flaw: "it gives no user name or no password" };
  return {
    cloud: "Tencent",
    productKey,
    deviceName,
    session: clientId,
    check() {
      const found = tokens.find(clientId, password);
      if (found === undefined) return { flaw: "its password is not that of a token which is still good" };
      return found.id === user
        ? undefined
        : { flaw: `its user name must be the id of its token, ${truncate(found.id)}` };
    },
  };
}

/**
 * Whether a device may use a topic or a filter. `PRODUCT/DEVICE/…` of a known product must be its own. One that begins with
 * `$`, such as `$shadow/operation/PRODUCT/DEVICE`, must name both. Everything else is allowed.
 */
export function isTencentTopicOf(
  { productKey, deviceName }: CloudIdentity,
  topic: string,
  isProduct: (name: string) => boolean,
): boolean {
  const levels = topic.split("/");
  const [root = "", second] = levels;
  if (root === "#" || root === "+") return false; // would include topics of other devices
  if (root.startsWith("$")) return levels.some((level, at) => level === productKey && levels[at + 1] === deviceName);
  if (root === productKey) return second === deviceName;
  return !isProduct(root);
}
