import { describe, expect, test } from "vitest";
import { isHostName } from "../../emulator/addresses.js";

const label = "a".repeat(63);

describe("a host", () => {
  test.each([
    "localhost",
    "broker.example",
    "broker.example.",
    "BROKER.Example",
    "a",
    "9gag.example",
    "my_broker.local", // field
    "_mqtt.example", // field
    "xn--bcher-kva.example",
    label,
    `${label}.example`,
    "a-b.c--d",
    "1.2.3.example",
    "0.0.0.0",
    "127.0.0.1",
    "255.255.255.255",
    "::1",
    "fe80::1",
    "2001:DB8::ff00:42:8329",
    "::ffff:127.0.0.1",
  ])("%s", (host) => expect(isHostName(host)).toBe(true));
});

describe("not a host", () => {
  test.each([
    "",
    " ",
    ".",
    "..",
    ".example",
    "a..b",
    "a.b..",
    "_", // decided
    "-",
    "a._.b",
    "-a.example",
    "a-.example",
    "a b",
    "a/b",
    "a@b",
    "tcp://broker.example",
    "broker.example:1883",
    "b\xfccher.example",
    "a\r\nb",
    "a\0",
    "a\n",
    `${label}a.example`,
    "256.0.0.1",
    "1.2.3",
    "1.2.3.4.5",
    "1234",
    "1.2.3.-4",
    ":",
    ":::",
    "1::2::3",
    "[::1]",
    "::g",
    "fe80::1%eth0",
    "12345::",
  ])("%j", (host) => expect(isHostName(host)).toBe(false));
});
