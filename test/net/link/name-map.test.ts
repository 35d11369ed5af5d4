import { describe, expect, test } from "vitest";
import { isBroker, mapName, parseMapping } from "../../../net/link/name-map.js";
import { UserError } from "../../../net/user-error.js";

describe("a mapping is parsed", () => {
  test.each([
    ["mqtt.example.com=localhost", { name: "mqtt.example.com", host: "localhost" }],
    ["mqtt.example.com=localhost:1884", { name: "mqtt.example.com", host: "localhost", port: 1884 }],
    ["*.aliyuncs.com=127.0.0.1:1", { name: "*.aliyuncs.com", host: "127.0.0.1", port: 1 }],
    ["*=10.0.0.1:65535", { name: "*", host: "10.0.0.1", port: 65535 }],
    ["a=::1", { name: "a", host: "::1" }],
    ["a=[::1]", { name: "a", host: "::1" }],
    ["a=[::1]:1883", { name: "a", host: "::1", port: 1883 }],
    ["a=fe80::1%eth0", { name: "a", host: "fe80::1%eth0" }],
    ["192.0.2.7=127.0.0.1", { name: "192.0.2.7", host: "127.0.0.1" }],
    ["2001:db8::7=127.0.0.1", { name: "2001:db8::7", host: "127.0.0.1" }],
    ["192.0.2.7:5683=localhost", { name: "192.0.2.7", namePort: 5683, host: "localhost" }],
    ["192.0.2.7:5683=[::1]:1", { name: "192.0.2.7", namePort: 5683, host: "::1", port: 1 }],
    ["[2001:db8::7]:5683=127.0.0.1", { name: "2001:db8::7", namePort: 5683, host: "127.0.0.1" }],
  ])("%s", (text, mapping) => {
    expect(parseMapping(text)).toEqual(mapping);
  });
});

describe("a wrong mapping is refused with one line that names it", () => {
  test.each([
    "",
    "localhost",
    "=localhost",
    "a=",
    "a=:1883",
    "a:1883=b",
    "192.0.2.7:0=b",
    "192.0.2.7:65536=b",
    "192.0.2.7:=b",
    "192.0.2:1883=b",
    "[192.0.2.7]=b",
    "192.0.2.*=b",
    "192.0.2.999=b",
    "0300.0.2.1=b",
    "192.0.2=b",
    "[2001:db8::7]=b",
    "2001:db8::7:x=b",
    "a b=c",
    "a=b c",
    "a=*",
    "a=b=c",
    "a=mqtt://b",
    "mqtt://a=b",
    "a=b:",
    "a=b:0",
    "a=b:65536",
    "a=b:1e3",
    "a=b:-1",
    "a=b:18 83",
    "a=b:1883:1",
    "a=[::1",
    "a=[::1]1883",
    "a=[::1]:",
    "a=[b]:1883",
    "a=999.1.1.1",
    "a=1.2.3",
    "a=b\n",
    "a\n=b",
  ])("%j", (text) => {
    const failure = thrownBy(() => parseMapping(text));
    expect(failure).toBeInstanceOf(UserError);
    expect(failure).toMatchObject({ code: 2 });
    expect(String(failure)).toContain(JSON.stringify(text));
    expect(String(failure)).not.toContain("\n");
  });
});

describe("where a connection goes", () => {
  const mappings = [
    "mqtt.example.com=10.0.0.1",
    "*.aliyuncs.com=10.0.0.2:1884",
    "iot-*.cn-*.example=ten:1",
    "*.example.com=10.0.0.3",
    "mqtt.example.com=10.0.0.4",
    "192.0.2.7:5=10.0.0.9:9",
    "192.0.2.9:6=10.0.0.9:9",
    "192.0.2.7=10.0.0.6",
    "2001:DB8::7=10.0.0.7:7",
    "a+b.c=10.0.0.8",
  ].map(parseMapping);

  test.each([
    ["the port is kept unless the mapping has one", "mqtt.example.com", "10.0.0.1:5"],
    ["case does not count", "MQTT.Example.COM", "10.0.0.1:5"],
    ["a star matches any characters", "key.iot.cn-shanghai.aliyuncs.com", "10.0.0.2:1884"],
    ["and none", ".aliyuncs.com", "10.0.0.2:1884"],
    ["several stars", "iot-7.cn-x.example", "ten:1"],
    ["the whole name is compared", "mqtt.example.com.evil", "mqtt.example.com.evil:5"],
    ["the first match counts", "other.example.com", "10.0.0.3:5"],
    ["a dot matches only a dot", "xaliyuncs.com", "xaliyuncs.com:5"],
    ["a plus matches only a plus", "a+b.c", "10.0.0.8:5"],
    ["an address is matched by the same address", "192.0.2.7", "10.0.0.9:9"],
    ["and where it has a port, by that one only", "192.0.2.9", "192.0.2.9:5"],
    ["an IPv6 one too", "2001:db8::7", "10.0.0.7:7"],
    ["a host without a mapping stays as it is", "localhost", "localhost:5"],
  ])("%s", (_, host, expected) => {
    expect(shown(mapName(mappings, undefined, host, 5))).toBe(expected);
  });

  test("no pattern matches an address", () => {
    expect(shown(mapName([parseMapping("*=10.0.0.5")], undefined, "192.0.2.8", 5))).toBe("192.0.2.8:5");
  });

  const broker = { host: "127.0.0.1", port: 4711 };
  test.each([
    ["every other name goes to the broker and its port", "anything.at.all", "127.0.0.1:4711"],
    ["localhost is a name", "localhost", "127.0.0.1:4711"],
    ["a mapping comes first", "mqtt.example.com", "10.0.0.1:5"],
    ["a mapped name is not mapped again", "iot-1.cn-2.example", "ten:1"],
    ["an IPv4 address is not a name", "192.0.2.8", "192.0.2.8:5"],
    ["nor is an IPv6 address", "::1", "::1:5"],
  ])("with a broker: %s", (_, host, expected) => {
    expect(shown(mapName(mappings, broker, host, 5))).toBe(expected);
  });
});

describe("the embedded broker", () => {
  test.each([
    ["127.0.0.1", "127.0.0.1:1", true],
    ["127.0.0.1", "LOCALHOST:1", true],
    ["127.0.0.1", "127.0.0.1:2", false],
    ["127.0.0.1", "::1:1", false],
    ["::1", "localhost:1", true],
    ["0.0.0.0", "127.0.0.1:1", true],
    ["::", "::1:1", true],
    ["192.0.2.7", "192.0.2.7:1", true],
    ["192.0.2.7", "127.0.0.1:1", false],
  ])("listening on %s, is found at %s: %s", (listening, at, expected) => {
    const colon = at.lastIndexOf(":");
    const found = { host: at.slice(0, colon), port: Number(at.slice(colon + 1)) };
    expect(isBroker(found, { host: listening, port: 1 })).toBe(expected);
  });
});

const shown = ({ host, port }: { host: string; port: number }): string => `${host}:${port}`;

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}
