import { readTextFile } from "../../storage/text-file.js";
import { UserError } from "../../user-error.js";
import { type CloudDevice, nameOf, readCloudDevice, withoutSecret } from "./device.js";

/** The longest file that is read, in bytes. */
const longest = 1_000_000;

/**
 * Reads a file of devices: one `PK/DN/SECRET` a line; empty lines and lines that begin with # do not count.
 * @throws UserError (code 2) that names the file and the line, and shows no secret.
 */
export function loadCloudDevices(path: string): readonly CloudDevice[] {
  const file = readTextFile(path, longest);
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
  if (devices.size === 0) throw refusal(path, "there is no device in it: write PK/DN/SECRET, one a line");
  return [...devices.values()];
}

/** Whoever means --cloud-device gives a secret where a path should be. */
const namesDevice = (path: string): boolean => /^[^./][^/]*\/[^/]+\/[^.]+$/.test(path);

const absent = (path: string): string =>
  `there is no such file${namesDevice(path) ? "; a single device is given with --cloud-device" : ""}`;

const refusal = (path: string, why: string): UserError =>
  new UserError(`--cloud-devices ${path === "" ? '""' : path}: ${why}`, 2);
