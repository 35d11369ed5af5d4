import { expect, test } from "vitest";
import { type Mapping, mapName, mapsName, parseMapping } from "../../../net/link/name-map.js";
import { offlineRoute } from "../../../net/link/offline.js";
import { Log } from "../../../net/log.js";

function offline(mappings: readonly Mapping[], broker?: { readonly host: string; readonly port: number }) {
  const lines: string[] = [];
  const route = offlineRoute(
    (host, port) => mapName(mappings, broker, host, port),
    (host, port) => mapsName(mappings, host, port),
    new Log("warn", (line) => lines.push(line)),
  );
  return { route, lines };
}

test.each([
  ["127.0.0.1", 5, "127.0.0.1:5"],
  ["127.8.9.10", 5, "127.8.9.10:5"],
  ["::1", 5, "::1:5"],
  ["localhost", 5, "localhost:5"],
  ["192.0.2.7", 5683, "198.51.100.1:7"], // a mapping leads wherever somebody wanted it to lead
  ["device.example", 80, "198.51.100.2:80"],
])("%s:%i goes to %s", (host, port, expected) => {
  const { route, lines } = offline(["192.0.2.7:5683=198.51.100.1:7", "device.example=198.51.100.2"].map(parseMapping));
  const to = route(host, port);
  expect(`${to?.host}:${to?.port}`).toBe(expected);
  expect(lines).toEqual([]);
});

test("the embedded broker is on this machine, on whichever address it listens", () => {
  for (const host of ["127.0.0.1", "0.0.0.0", "::"])
    expect(offline([], { host, port: 1883 }).route("any.example", 1883)).toEqual({ host, port: 1883 });
});

test("everything else has no route, and each destination is told once", () => {
  const { route, lines } = offline([parseMapping("192.0.2.7:5683=127.0.0.1:7")]);
  const wanted: readonly (readonly [string, number])[] = [
    ["192.0.2.7", 5684],
    ["192.0.2.7", 5684],
    ["2001:db8::7", 1883],
    ["mqtt.example", 1883],
    ["mqtt.example", 0],
    ["localhost.example", 0],
    ["api.localhost", 0], // the system may ask a name server for it
    ["127.0.0.1.example", 0],
  ];
  for (const [host, port] of wanted) expect(route(host, port)).toBeUndefined();
  expect(lines).toEqual([
    "--offline: there is no route to 192.0.2.7:5684; a mapping would make one: --map '192.0.2.7:5684=HOST:PORT'",
    "--offline: there is no route to [2001:db8::7]:1883; a mapping would make one: --map '[2001:db8::7]:1883=HOST:PORT'",
    "--offline: there is no route to mqtt.example; a mapping would make one: --map 'mqtt.example=HOST:PORT'",
    "--offline: there is no route to localhost.example; a mapping would make one: --map 'localhost.example=HOST:PORT'",
    "--offline: there is no route to api.localhost; a mapping would make one: --map 'api.localhost=HOST:PORT'",
    "--offline: there is no route to 127.0.0.1.example; a mapping would make one: --map '127.0.0.1.example=HOST:PORT'",
  ]);
});

test("not more than a hundred destinations are told", () => {
  const { route, lines } = offline([]);
  for (let port = 1; port < 200; port += 1) route("192.0.2.7", port);
  expect(lines).toHaveLength(100);
});
