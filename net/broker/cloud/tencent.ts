import { short } from "../../log.js";
import type { CloudIdentity, CloudLogin, Credentials, LoginFlaw } from "./login.js";
import type { Tokens } from "./tokens.js";

/** Whether a client id is written as Tencent's devices write theirs: `PRODUCT@DEVICE`. */
export const isTencentId = (clientId: string): boolean => /^[^@|]+@[^@|]+$/.test(clientId);

/** Reads a login of Tencent's kind; true it is if user and password are those of a token that is still good. */
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
      return found.id === user ? undefined : { flaw: `its user name must be the id of its token, ${short(found.id)}` };
    },
  };
}

/**
 * Whether a device may use a topic or a filter. `PRODUCT/DEVICE/…` of a product that is known must be its own; in what begins
 * with `$`, such as `$shadow/operation/PRODUCT/DEVICE`, both must be named. Everything else is free.
 */
export function isTencentTopicOf(
  { productKey, deviceName }: CloudIdentity,
  topic: string,
  isProduct: (name: string) => boolean,
): boolean {
  const levels = topic.split("/");
  const [root = "", second] = levels;
  if (root === "#" || root === "+") return false; // would hear other devices, too
  if (root.startsWith("$")) return levels.some((level, at) => level === productKey && levels[at + 1] === deviceName);
  if (root === productKey) return second === deviceName;
  return !isProduct(root);
}
