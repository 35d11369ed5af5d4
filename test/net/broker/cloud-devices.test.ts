import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startBroker } from "../../../net/broker/broker.js";
import { checkCloudDevices, loadCloudDevices, parseCloudDevice } from "../../../net/broker/cloud/device.js";
import { UserError } from "../../../net/user-error.js";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bc28-emu-devices-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(content: string | Uint8Array): string {
  const path = join(folder, "devices");
  writeFileSync(path, content);
  return path;
}

/** The message of the UserError with code 2 that `act` throws. */
function errorOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ code: 2 });
    return (error as UserError).message;
  }
  throw new Error("there was no error");
}

describe("a device on the command line", () => {
  test("product, device and secret; a secret may have slashes", () => {
    expect(parseCloudDevice("pk/dn/ab/c+d/==")).toEqual({
      productKey: "pk",
      deviceName: "dn",
      deviceSecret: "ab/c+d/==",
    });
  });

  test.each([
    ["hush", '--cloud-device "***": write PK/DN/SECRET'],
    ["pk/hush", '--cloud-device "pk/***": write PK/DN/SECRET'],
    ["pk/dn/", '--cloud-device "pk/dn/***": the secret must be'],
    ["pk/dn/hush hush", '--cloud-device "pk/dn/***": the secret must be'],
    ["pk/dn/hüsh", '--cloud-device "pk/dn/***": the secret must be'],
    ["/dn/hush", '--cloud-device "/dn/***": the product must be'],
    ["p k/dn/hush", '--cloud-device "p k/dn/***": the product must be'],
    ["pk/d&n/hush", '--cloud-device "pk/d&n/***": the device must be'],
    [`pk/${"d".repeat(65)}/hush`, "the device must be"],
  ])("%s", (text, expected) => {
    const message = errorOf(() => parseCloudDevice(text));
    expect(message).toContain(expected);
    expect(message).not.toMatch(/h[uü]sh/);
  });

  test("any text is parsed exactly, or refused without showing its last part", () => {
    const part = fc.stringMatching(/^[\w.-]{1,64}$/);
    const secret = fc.stringMatching(/^[!-~]{1,256}$/);
    fc.assert(
      fc.property(part, part, secret, (productKey, deviceName, deviceSecret) => {
        const read = parseCloudDevice(`${productKey}/${deviceName}/${deviceSecret}`);
        expect(read).toEqual({ productKey, deviceName, deviceSecret });
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (noise) => {
        const message = errorOf(() => parseCloudDevice(`${noise} /${"s3cr3t".repeat(50)}`));
        expect(message).not.toContain("s3cr3t");
        expect(message).not.toContain("\n");
      }),
    );
  });
});

describe("a file of devices", () => {
  test("has one on each line, with comments, blanks and any line end", () => {
    const found = loadCloudDevices(file("\uFEFF# meters\r\n\r\n  pk/a/1  \r\npk/b/#2\n#\npk2/a/3"));
    expect(found.map(({ deviceName, deviceSecret }) => `${deviceName} ${deviceSecret}`)).toEqual([
      "a 1",
      "b #2",
      "a 3",
    ]);
  });

  test.each<[string, string | Uint8Array, string]>([
    ["a wrong line", "pk/a/hush\npk/b\n", "line 2: write PK/DN/SECRET"],
    ["a device twice", "pk/a/hush\n# again\npk/a/hush2\n", "line 3: pk/a is there twice"],
    ["nothing in it", "# none\n\n", "there is no device in it"],
    ["NUL", "pk/a/hush\0\n", "it is not text"],
    ["no UTF-8", Uint8Array.of(0x70, 0xff, 0x0a), "it is not UTF-8"],
    ["too long", "#".repeat(1_000_001), "it is longer than 1000000 bytes"],
  ])("%s", (_, content, expected) => {
    const path = file(content);
    const message = errorOf(() => loadCloudDevices(path));
    expect(message).toContain(`--cloud-devices ${path}: ${expected}`);
    expect(message).not.toContain("hush");
  });

  test("a directory, and a missing file", () => {
    expect(errorOf(() => loadCloudDevices(folder))).toContain("it is not a file");
    expect(errorOf(() => loadCloudDevices(join(folder, "none")))).toContain("none: there is no such file");
    expect(errorOf(() => loadCloudDevices(""))).toContain('"": there is no such file');
  });

  test("a device instead of a file", () => {
    const message = errorOf(() => loadCloudDevices("pk/dn/hush"));
    expect(message).toBe(
      "--cloud-devices pk/dn/***: there is no such file; a single device is given with --cloud-device",
    );
  });
});

test("devices in the options of startBroker are checked, too", async () => {
  const device = { productKey: "pk", deviceName: "dn", deviceSecret: "hush" };
  expect(checkCloudDevices([device])).toEqual([device]);
  expect(errorOf(() => checkCloudDevices([device, { ...device, deviceSecret: "x" }]))).toBe(
    'cloud device "pk/dn": it is given twice',
  );
  const bad = startBroker({ port: 0, cloudDevices: [{ ...device, deviceSecret: "hush hush" }] });
  await expect(bad).rejects.toMatchObject({ code: 2, message: expect.not.stringContaining("hush") });
});
