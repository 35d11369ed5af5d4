import { readTextFile } from "../../storage/text-file.js";
import { UserError } from "../../user-error.js";

/** A device as its cloud knows it. Tencent calls the product key product id. */
export interface CloudDevice {
  readonly productKey: string;
  readonly deviceName: string;
  readonly deviceSecret: string;
}

/** Is shown instead of a secret. */
const mask = "***";

/** Parses `PK/DN/SECRET`: product key, device name and secret. Throws a UserError (code 2) that does not show the secret. */
export function parseCloudDevice(text: string): CloudDevice {
  const read = readCloudDevice(text);
  if ("problem" in read)
    throw new UserError(`--cloud-device ${JSON.stringify(withoutSecret(text))}: ${read.problem}`, 2);
  return read;
}

/** Parses `PK/DN/SECRET`. The first two slashes separate; further ones belong to the secret. */
function readCloudDevice(text: string): CloudDevice | { readonly problem: string } {
  const [, productKey, deviceName, deviceSecret] = /^([^/]*)\/([^/]*)\/(.*)$/s.exec(text) ?? [];
  if (productKey === undefined || deviceName === undefined || deviceSecret === undefined) {
    return { problem: "write PK/DN/SECRET: product, device and secret" };
  }
  const device = { productKey, deviceName, deviceSecret };
  const problem = problemOf(device);
  return problem === undefined ? device : { problem };
}

/** What is wrong with a device; undefined: nothing. */
function problemOf({ productKey, deviceName, deviceSecret }: CloudDevice): string | undefined {
  if (!/^[\w.-]{1,64}$/.test(productKey)) return "the product must be 1 to 64 letters, digits or any of _ - .";
  if (!/^[\w.:@-]{1,64}$/.test(deviceName)) return "the device must be 1 to 64 letters, digits or any of _ - . : @";
  if (!/^[\x21-\x7e]{1,256}$/.test(deviceSecret)) return "the secret must be 1 to 256 ASCII characters without blanks";
  return undefined;
}

/** The text of a device without its secret, for messages. Where a part is missing, the last one may be the secret. */
export function withoutSecret(text: string): string {
  const parts = text.split("/");
  return [...parts.slice(0, Math.min(2, parts.length - 1)), mask].join("/");
}

/** Checks a list of devices and returns it. Throws a UserError (code 2) that names the first wrong one, or one given twice. */
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

/** The name of a device: `PRODUCT/DEVICE`. */
export const nameOf = ({ productKey, deviceName }: Omit<CloudDevice, "deviceSecret">): string =>
  `${productKey}/${deviceName}`;

/** The longest file that is read, in bytes. */
const maxFileBytes = 1_000_000;

/**
 * Reads a file of devices: one `PK/DN/SECRET` on each line; empty lines and lines that begin with # are ignored.
 * @throws UserError (code 2) that names the file and the line, and shows no secret
 */
export function loadCloudDevices(path: string): readonly CloudDevice[] {
  const file = readTextFile(path, maxFileBytes);
  if (file.kind === "absent") throw refusal(namesDevice(path) ? withoutSecret(path) : path, absent(path));
  if (file.kind === "problem") throw refusal(path, file.why);
  if (file.text.includes("\0")) throw refusal(path, "it is not text");
  const devices = new Map<string, CloudDevice>();
  for (const [index, line] of file.text.split("\n").entries()) {
    const text = line.trim();
    if (text === "" || text.startsWith("#")) continue;
    const device = readCloudDevice(text);
    if ("problem" in device) throw refusal(path, `line ${index + 1}: ${device.problem}`);
    if (devices.has(nameOf(device))) throw refusal(path, `line ${index + 1}: ${nameOf(device)} is there twice`);
    devices.set(nameOf(device), device);
  }
  if (devices.size === 0) throw refusal(path, "there is no device in it: write one PK/DN/SECRET on each line");
  return [...devices.values()];
}

/** Whether a path looks like a device, which was meant for --cloud-device: it holds a secret. */
const namesDevice = (path: string): boolean => /^[^./][^/]*\/[^/]+\/[^.]+$/.test(path);

const absent = (path: string): string =>
  `there is no such file${namesDevice(path) ? "; a single device is given with --cloud-device" : ""}`;

const refusal = (path: string, why: string): UserError =>
  new UserError(`--cloud-devices ${path === "" ? '""' : path}: ${why}`, 2);
