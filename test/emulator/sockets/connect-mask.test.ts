import fc from "fast-check";
import { generate, type IConnectPacket } from "mqtt-packet";
import { expect, test } from "vitest";
import { maskedLine } from "../../../emulator/secrets.js";
import {
  HexPasswordMask,
  SocketMask,
  withoutPassword,
  withoutPasswordInHex,
} from "../../../emulator/sockets/connect-mask.js";

const packet = fc.record(
  {
    clientId: fc.string({ minLength: 1, maxLength: 30 }),
    username: fc.string({ maxLength: 20 }),
    password: fc.uint8Array({ minLength: 1, maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    will: fc.record({
      topic: fc.constantFrom("t", "a/b"),
      payload: fc.string({ maxLength: 300 }).map((text) => Buffer.from(text)),
      qos: fc.constantFrom<0 | 1 | 2>(0, 1, 2),
      retain: fc.boolean(),
    }),
    protocolVersion: fc.constantFrom<3 | 4 | 5>(3, 4, 5),
  },
  { requiredKeys: ["clientId", "protocolVersion"] },
);

/** A CONNECT, and where its password begins; a password needs a user. [MQTT-3.1.2-22] */
function connectOf(given: Partial<IConnectPacket>): { readonly bytes: Buffer; readonly start: number | undefined } {
  const { password, username, ...others } = given;
  const hasPassword = password !== undefined && username !== undefined;
  const login = { ...(username !== undefined && { username }), ...(hasPassword && { password }) };
  const protocolId = given.protocolVersion === 3 ? "MQIsdp" : "MQTT";
  const bytes = generate({
    cmd: "connect",
    protocolId,
    clean: true,
    keepalive: 60,
    ...others,
    ...login,
  } as IConnectPacket);
  return { bytes, start: hasPassword ? bytes.length - password.length : undefined };
}

const masked = ({ bytes, start }: ReturnType<typeof connectOf>, by: number): Buffer =>
  start === undefined ? bytes : Buffer.from(bytes).fill(by, start);

test("the password of a CONNECT is hidden, and nothing else", () => {
  fc.assert(
    fc.property(packet, (given) => {
      const connect = connectOf(given as Partial<IConnectPacket>);
      const shown = masked(connect, 0x2a);
      expect(Buffer.from(withoutPassword(connect.bytes))).toEqual(shown);
      const line = (bytes: Buffer): string => `AT+NSOSD=0,${bytes.length},${bytes.toString("hex").toUpperCase()},0x0,7`;
      expect(withoutPasswordInHex(line(connect.bytes))).toBe(line(shown));
    }),
  );
});

test("also in bytes of the serial line that are cut anywhere", () => {
  fc.assert(
    fc.property(packet, fc.array(fc.nat(2000), { maxLength: 30 }), (given, cuts) => {
      const { bytes, start } = connectOf(given as Partial<IConnectPacket>);
      const hex = bytes.toString("hex");
      const head = `AT+CSQ\rAT+NSOSD=0,${bytes.length},`;
      const line = `${head}${hex}\rAT\r`;
      const places = [0, ...cuts.filter((at) => at < line.length).toSorted((a, b) => a - b), line.length];
      const mask = new HexPasswordMask();
      const said = places.map((at, index) => mask.mask(line.slice(places[index - 1] ?? 0, at))).join("");
      const from = head.length + 2 * (start ?? bytes.length);
      const to = head.length + hex.length;
      expect(said).toBe(line.slice(0, from) + "*".repeat(to - from) + line.slice(to));
    }),
  );
});

test("a password is hidden to its own end and to that of the packet, whichever is later", () => {
  const shortPassword = "102000044D51545404C2003C0002696400017500017077";
  const shortPacket = "101600044D51545404C2003C00026964000175000D7077";
  for (const beginning of [shortPassword, shortPacket]) {
    const mask = new SocketMask();
    mask.line(`AT+NSOSD=0,23,${beginning}`);
    expect(mask.line("AT+NSOSD=0,10,64646464646464646464")).toBe(`AT+NSOSD=0,10,${"2A".repeat(10)}`);
  }
});

test.each([
  "AT+NSOSD=0,2,1000",
  "AT+NSOST=0,192.0.2.1,5683,30,10101010101010101010101010101010101010101010101010101010101010",
  `AT+NSOSD=0,30,${"ff".repeat(30)}`,
  `AT+QMTPUB=0,0,0,0,"${"10".repeat(20)}"`,
  "",
])("what is no CONNECT stays as it is: %s", (line) => {
  expect(withoutPasswordInHex(line)).toBe(line);
  expect(new HexPasswordMask().mask(line)).toBe(line);
});

test("any bytes keep their number", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      const connect = Buffer.concat([Buffer.from("101000044d51545404c2003c", "hex"), bytes]);
      expect(withoutPassword(connect)).toHaveLength(connect.length);
      const hex = connect.toString("hex");
      expect(new HexPasswordMask().mask(hex)).toHaveLength(hex.length);
    }),
  );
});

/** What a host types to send bytes in pieces over socket 0: each line, and where in the bytes its data begin. */
interface Typed {
  readonly line: string;
  /** Undefined: it is no piece of these bytes. */
  readonly at?: number;
}

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex").toUpperCase();
const sends = (socket: number, bytes: Uint8Array): string => `AT+NSOSD=${socket},${bytes.length},${hexOf(bytes)}`;

/** Bytes in pieces; what stands between them, and which of them are sent twice, is drawn from numbers. */
function typedIn(bytes: Buffer, cuts: readonly number[], extras: readonly number[]): readonly Typed[] {
  const inside = cuts.map((cut) => 1 + (cut % (bytes.length - 1)));
  const places = [...new Set([0, ...inside, bytes.length])].toSorted((a, b) => a - b);
  return places.slice(1).flatMap((to, index) => {
    const at = places[index] ?? 0;
    const piece: Typed = { line: sends(0, bytes.subarray(at, to)), at };
    const extra = extras[index % extras.length] ?? 0;
    if (extra === 1) return [piece, piece];
    if (extra === 2) return [{ line: "AT+CSQ" }, piece];
    return extra === 3 ? [{ line: sends(1, Buffer.from("hello")) }, { line: "AT+NSOCL=1" }, piece] : [piece];
  });
}

const pieces = fc.oneof(fc.array(fc.nat(3000), { maxLength: 6 }), fc.array(fc.nat(3000), { maxLength: 200 }));
const extras = fc.array(fc.nat(4), { minLength: 1, maxLength: 9 });

/** A line as it has to be shown: with `by` for each byte of the password, and all behind it in the same line. */
function shownLine({ line, at }: Typed, start: number | undefined, by: string): string {
  if (at === undefined || start === undefined) return line;
  const data = dataOf(line);
  const from = Math.max(0, 2 * (start - at));
  if (from >= data.length) return line;
  return line.slice(0, line.length - data.length + from) + by.repeat((data.length - from) / 2);
}

const dataOf = (line: string): string => line.slice(line.lastIndexOf(",") + 1);

/** Whether data repeat the data before them, or begin as they do: they may be sent again, and more than needed is hidden. */
function isAgain(typed: readonly Typed[]): boolean {
  const all = typed.flatMap(({ line, at }) => (at === undefined ? [] : dataOf(line)));
  return all.some((data, at) => {
    const last = all[at - 1];
    return last !== undefined && (data.startsWith(last) || last.startsWith(data));
  });
}

/** Fails where something that has to be hidden is not, and with `isExact` where anything else is hidden. */
function expectHidden(shown: string, wanted: string, typed: string, isExact: boolean): void {
  if (isExact) expect(shown).toBe(wanted);
  expect(shown).toHaveLength(wanted.length);
  for (let at = 0; at < shown.length; at += 1)
    if (wanted[at] !== typed[at] || shown[at] !== typed[at]) expect(shown[at]).toMatch(/[2A*]/);
}

test("also where a host splits a CONNECT over several lines", () => {
  fc.assert(
    fc.property(packet, pieces, extras, fc.array(fc.nat(40), { minLength: 1 }), (given, cuts, more, sizes) => {
      const { bytes, start } = connectOf(given as Partial<IConnectPacket>);
      const typed = typedIn(bytes, cuts, more);
      const isExact = !isAgain(typed);
      const mask = new SocketMask();
      for (const each of typed) {
        const line = withoutPasswordInHex(mask.line(each.line));
        expectHidden(line, shownLine(each, start, "2A"), each.line, isExact);
        // What the socket sends is hidden as the line is.
        if (each.at === undefined) continue;
        const data = Buffer.from(mask.data(0, Buffer.from(dataOf(each.line), "hex")));
        expect(hexOf(data)).toBe(dataOf(line));
      }
      // The same in the bytes of the serial line, which are cut anywhere.
      const octets = typed.map(({ line }) => `${line}\r`).join("");
      const inBytes = new HexPasswordMask();
      let shown = "";
      for (let at = 0, next = 0; at < octets.length; next += 1) {
        const to = at + 1 + (sizes[next % sizes.length] ?? 0);
        shown += inBytes.mask(octets.slice(at, to));
        at = to;
      }
      expectHidden(shown, typed.map((each) => `${shownLine(each, start, "**")}\r`).join(""), octets, isExact);
    }),
  );
});

/** The beginning of a CONNECT up to two digits of its password, and the rest of it. */
const [head, rest] = ["102000044D51545404C2003C00026964000175000D7077", "6464646464646464646464"];

test.each([["AT+NSOCL=0"], ["AT+NSOCO=0,192.0.2.1,1883"], ["AT+NRB"], ["AT+CSQ;+NSOCL=0"]])(
  "the module may refuse %s: the password is hidden to its end, and what follows is not",
  (line) => {
    const mask = new SocketMask();
    const inBytes = new HexPasswordMask();
    const shown = (typed: string): readonly string[] => [mask.line(typed), inBytes.mask(`${typed}\r`)];
    for (const typed of [`AT+NSOSD=0,23,${head}`, line]) shown(typed);
    for (const each of shown(`AT+NSOSD=0,11,${rest}`)) expect(each).not.toContain("64");
    for (const each of shown("AT+NSOSD=0,4,61626364")) expect(each).toContain("61626364");
  },
);

test.each([
  ["another socket", [`AT+NSOSD=1,11,${rest}`, `AT+NSOCL=1`]],
  ["a line that is refused and comes in other pieces", [`AT+NSOSD=0,11,${rest}`, "AT", "AT+NSOSD=0,4,64646464"]],
  ["the whole CONNECT once more", [`AT+NSOSD=0,11,${rest}`, "AT+NSOCL=0", `AT+NSOSD=0,23,${head}`]],
  ["blanks and quotes", [`AT+NSOSD=0,11,${rest}`, "AT+NSOCL=0", `AT+NSOSD = "0", "23", "${head}"`]],
  ["many blanks", [`AT+NSOSD=      0,23,${head}`]],
  ["another packet before it", ["AT+NSOCL=0", `AT+NSOSD=0,25,C000${head}`]],
  ["DEL and other control characters", [`AT+NSOSD=0,23,${head.slice(0, 9)}F\x7f\x1a\t${head.slice(9)}`]],
  ["backspaces", ["AT+NSOCL=0", `AT+NSOSD=0,23,${head.slice(0, 9)}FF\b\b${head.slice(9)}`]],
])("is followed through %s", (_, between) => {
  for (const mask of [(line: string) => line, undefined]) {
    const lines = new SocketMask();
    const inBytes = new HexPasswordMask();
    const shown = (line: string): string => (mask ? lines.line(line) : inBytes.mask(`${line}\r`));
    for (const line of [`AT+NSOSD=0,23,${head}`, ...between]) shown(line);
    expect(shown(`AT+NSOSD=0,7,${rest.slice(8)}`)).not.toMatch(/64/);
  }
});

test.each([
  ["behind a byte that looks like one", "1000"],
  ["behind digits that look like one at an odd place", "410042"],
  ["behind a packet", "310A"],
])("a whole CONNECT is hidden %s, also where the line was corrected", (_, before) => {
  const line = `AT+NSOST=0,192.0.2.1,1883,36,${before}${head}${rest}`;
  for (const typed of [line, line.replace("0A", "0F\x7fA"), line.replace("1883", "18823\b\b\b3")]) {
    expect(new SocketMask().line(typed) && maskedLine(typed.replace(/.[\x7f\b]/g, ""))).not.toMatch(/6464/);
    expect(new HexPasswordMask().mask(`${typed}\r`)).not.toMatch(/6464/);
  }
});
