import { isIP } from "node:net";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createRequestRunner, type RequestRunner, type RequestRunnerOptions } from "../../../net/link/requests.js";

type Options = Partial<RequestRunnerOptions>;
type Lookup = NonNullable<RequestRunnerOptions["lookup"]>;

/** Calls that look names up, and have nobody to connect to. */
const calls = (options: Options): RequestRunner =>
  createRequestRunner({
    connect: () => {
      throw new Error("nobody connects");
    },
    ...options,
  });

/** Looks a name up, and tells the address. */
const resolve = ({ start }: RequestRunner, host: string, tell: (address: string | undefined) => void) =>
  start({ kind: "resolve", host }, (outcome) => tell("address" in outcome ? outcome.address : outcome.kind));

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const never: Lookup = () => {};
const gives =
  (...addresses: readonly string[]): Lookup =>
  (_name, _options, callback) =>
    queueMicrotask(() =>
      callback(
        null,
        addresses.map((address) => ({ address, family: isIP(address) })),
      ),
    );
const settle = () => vi.advanceTimersByTimeAsync(0);

function asking(host: string, options: Options) {
  const told: (string | undefined)[] = [];
  const asked = calls(options);
  const giveUp = resolve(asked, host, (address) => told.push(address));
  expect(told).toEqual([]); // never from inside
  return { told, asked, giveUp };
}

describe("a name", () => {
  const found: readonly (readonly [what: string, host: string, options: Options, address: string | undefined])[] = [
    ["an IPv4 address is itself", "10.0.0.1", { lookup: never }, "10.0.0.1"],
    ["an IPv6 address is itself", "::1", { lookup: never }, "::1"],
    ["no mapping is asked about an address", "10.0.0.1", { resolve: () => "6.6.6.6", lookup: never }, "10.0.0.1"],
    ["a mapping to an address is the answer", "a.b", { resolve: () => "127.0.0.1", lookup: never }, "127.0.0.1"],
    [
      "a mapping to a name is looked up",
      "a.b",
      { resolve: (it) => `${it}.c`, lookup: (it, _, done) => done(null, `1.1.1.${it.length}`, 4) },
      "1.1.1.5",
    ],
    ["IPv4 comes first", "a.b", { lookup: gives("::2", "1.2.3.4") }, "1.2.3.4"],
    ["IPv6 is better than nothing", "a.b", { lookup: gives("::2") }, "::2"],
    ["one without addresses", "a.b", { lookup: gives() }, undefined],
    ["one that is not there", "a.b", { lookup: (_, __, done) => done(new Error("ENOTFOUND"), "", 0) }, undefined],
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
    const { told } = asking(host, options);
    await settle();
    expect(told).toEqual([address]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("that takes too long is not there, and comes too late afterwards", async () => {
    let answer = (_: string): void => {};
    const lookup: Lookup = (_name, _options, done) => {
      answer = (address) => done(null, address, 4);
    };
    const { told } = asking("a.b", { lookup });
    await vi.advanceTimersByTimeAsync(9999);
    expect(told).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(told).toEqual([undefined]);
    answer("1.2.3.4");
    await settle();
    expect(told).toEqual([undefined]);
  });

  test("nothing is told after close, and no timer is left", async () => {
    const { told, asked } = asking("10.0.0.1", {});
    resolve(asked, "a.b", (address) => told.push(address));
    asked.close();
    expect(vi.getTimerCount()).toBe(0);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(told).toEqual([]);
  });

  test("that is given up is not told, and leaves no timer", async () => {
    const { told, giveUp } = asking("10.0.0.1", {});
    giveUp();
    giveUp();
    expect(vi.getTimerCount()).toBe(0);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(told).toEqual([]);
  });

  test("several at once are kept apart", async () => {
    const told: unknown[] = [];
    const asked = calls({ lookup: (host, _, done) => done(null, `${host}!`, 4) });
    for (const host of ["a", "b"]) resolve(asked, host, (address) => told.push([host, address]));
    await settle();
    expect(told).toEqual([
      ["a", "a!"],
      ["b", "b!"],
    ]);
  });
});

test("the system's resolver knows this machine", async () => {
  vi.useRealTimers();
  const address = await new Promise((tell) => resolve(calls({}), "localhost", tell));
  expect(address).toBe("127.0.0.1");
});
