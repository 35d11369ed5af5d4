import fc from "fast-check";
import { generate, type IConnectPacket } from "mqtt-packet";
import { expect, test } from "vitest";
import { HexPasswordMask, withoutPassword, withoutPasswordInHex } from "../../../emulator/sockets/connect-mask.js";

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
    protocolVersion: fc.constantFrom<3 | 4>(3, 4),
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
