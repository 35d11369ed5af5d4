import { isIP } from "node:net";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createRequestRunner, type RequestRunner, type RequestRunnerOptions } from "../../../net/link/requests.js";

type Options = Partial<RequestRunnerOptions>;
type Lookup = NonNullable<RequestRunnerOptions["lookup"]>;

/** A runner that only looks names up: it cannot connect. */
const newRunner = (options: Options): RequestRunner =>
  createRequestRunner({
    connect: () => {
      throw new Error("it cannot connect");
    },
    ...options,
  });

/** Looks up a name; calls `done` with the address. */
const resolve = ({ start }: RequestRunner, host: string, done: (address: string | undefined) => void) =>
  start({ kind: "resolve", host }, (outcome) => done("address" in outcome ? outcome.address : outcome.kind));

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const never: Lookup = () => {};
const lookupOf =
  (...addresses: readonly string[]): Lookup =>
  (_name, _options, callback) =>
    queueMicrotask(() =>
      callback(
        null,
        addresses.map((address) => ({ address, family: isIP(address) })),
      ),
    );
const settle = () => vi.advanceTimersByTimeAsync(0);

function startLookup(host: string, options: Options) {
  const addresses: (string | undefined)[] = [];
  const runner = newRunner(options);
  const cancel = resolve(runner, host, (address) => addresses.push(address));
  expect(addresses).toEqual([]); // never from inside
  return { addresses, runner, cancel };
}

describe("a name", () => {
  const found: readonly (readonly [what: string, host: string, options: Options, address: string | undefined])[] = [
    ["an IPv4 address is itself", "10.0.0.1", { lookup: never }, "10.0.0.1"],
    ["an IPv6 address is itself", "::1", { lookup: never }, "::1"],
    ["an address is not mapped", "10.0.0.1", { resolve: () => "6.6.6.6", lookup: never }, "10.0.0.1"],
    ["a mapping to an address is used as it is", "a.b", { resolve: () => "127.0.0.1", lookup: never }, "127.0.0.1"],
    [
      "a mapping to a name is looked up",
      "a.b",
      { resolve: (it) => `${it}.c`, lookup: (it, _, done) => done(null, `1.1.1.${it.length}`, 4) },
      "1.1.1.5",
    ],
    ["IPv4 comes first", "a.b", { lookup: lookupOf("::2", "1.2.3.4") }, "1.2.3.4"],
    ["IPv6 where there is no IPv4", "a.b", { lookup: lookupOf("::2") }, "::2"],
    ["one without addresses", "a.b", { lookup: lookupOf() }, undefined],
    ["one that does not exist", "a.b", { lookup: (_, __, done) => done(new Error("ENOTFOUND"), "", 0) }, undefined],
    [
      "a resolver that throws",
      "a.b",
      {
        lookup: () => {
          throw new Error("odd");
        },
      },
      undefined,
    ],
  ];
  test.each(found)("%s", async (_, host, options, address) => {
    const { addresses } = startLookup(host, options);
    await settle();
    expect(addresses).toEqual([address]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("that takes too long is unknown, and a later answer is ignored", async () => {
    let answer = (_: string): void => {};
    const lookup: Lookup = (_name, _options, done) => {
      answer = (address) => done(null, address, 4);
    };
    const { addresses } = startLookup("a.b", { lookup });
    await vi.advanceTimersByTimeAsync(9999);
    expect(addresses).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(addresses).toEqual([undefined]);
    answer("1.2.3.4");
    await settle();
    expect(addresses).toEqual([undefined]);
  });

  test("nothing is reported after close, and no timer is left", async () => {
    const { addresses, runner } = startLookup("10.0.0.1", {});
    resolve(runner, "a.b", (address) => addresses.push(address));
    runner.close();
    expect(vi.getTimerCount()).toBe(0);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(addresses).toEqual([]);
  });

  test("that is cancelled is not reported, and leaves no timer", async () => {
    const { addresses, cancel } = startLookup("10.0.0.1", {});
    cancel();
    cancel();
    expect(vi.getTimerCount()).toBe(0);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(addresses).toEqual([]);
  });

  test("several can be looked up at once", async () => {
    const addresses: unknown[] = [];
    const runner = newRunner({ lookup: (host, _, done) => done(null, `${host}!`, 4) });
    for (const host of ["a", "b"]) resolve(runner, host, (address) => addresses.push([host, address]));
    await settle();
    expect(addresses).toEqual([
      ["a", "a!"],
      ["b", "b!"],
    ]);
  });
});

test("the system's resolver knows localhost", async () => {
  vi.useRealTimers();
  const address = await new Promise((done) => resolve(newRunner({}), "localhost", done));
  expect(address).toBe("127.0.0.1");
});
