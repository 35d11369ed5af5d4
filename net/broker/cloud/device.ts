import { UserError } from "../../user-error.js";

/** A device as its cloud knows it. Tencent says product id where Alibaba says product key. */
export interface CloudDevice {
  readonly productKey: string;
  readonly deviceName: string;
  readonly deviceSecret: string;
}

/** What stands in place of a secret. */
const veil = "***";

/** Reads `PK/DN/SECRET`, as --cloud-device has it; throws a UserError (code 2) that does not show the secret. */
export function parseCloudDevice(text: string): CloudDevice {
  const read = readCloudDevice(text);
  if ("problem" in read)
    throw new UserError(`--cloud-device ${JSON.stringify(withoutSecret(text))}: ${read.problem}`, 2);
  return read;
}

/** A secret may hold a slash: the first two end product and device. */
export function readCloudDevice(text: string): CloudDevice | { readonly problem: string } {
  const [, productKey, deviceName, deviceSecret] = /^([^/]*)\/([^/]*)\/(.*)$/s.exec(text) ?? [];
  if (productKey === undefined || deviceName === undefined || deviceSecret === undefined) {
    return { problem: "write PK/DN/SECRET: product, device and secret" };
  }
  const device = { productKey, deviceName, deviceSecret };
  const problem = problemOf(device);
  return problem === undefined ? device : { problem };
}

/** What is wrong with a device, wherever it comes from. */
function problemOf({ productKey, deviceName, deviceSecret }: CloudDevice): string | undefined {
  if (!/^[\w.-]{1,64}$/.test(productKey)) return "the product must be 1 to 64 letters, digits or any of _ - .";
  if (!/^[\w.:@-]{1,64}$/.test(deviceName)) return "the device must be 1 to 64 letters, digits or any of _ - . : @";
  if (!/^[\x21-\x7e]{1,256}$/.test(deviceSecret)) return "the secret must be 1 to 256 ASCII characters without blanks";
  return undefined;
}

/** As a message shows what was to be a device. Of one that lacks a part, the last one may be the secret. */
export function withoutSecret(text: string): string {
  const parts = text.split("/");
  return [...parts.slice(0, Math.min(2, parts.length - 1)), veil].join("/");
}

/** Checks devices together; throws a UserError (code 2) that names the first bad one. */
export function checkCloudDevices(devices: readonly CloudDevice[]): readonly CloudDevice[] {
  const seen = new Set<string>();
  for (const device of devices) {
    const name = nameOf(device);
    const problem = problemOf(device) ?? (seen.has(name) ? "it is given twice" : undefined);
    if (problem !== undefined) throw new UserError(`cloud device ${JSON.stringify(name)}: ${problem}`, 2);
    seen.add(name);
  }
  return devices;
}

/** Product and device, the two that name one. */
export const nameOf = ({ productKey, deviceName }: Omit<CloudDevice, "deviceSecret">): string =>
  `${productKey}/${deviceName}`;
