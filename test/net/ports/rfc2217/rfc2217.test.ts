import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { PortEventQueue } from "../../../../net/ports/port-events.js";
import { openRfc2217, rfc2217Protocol } from "../../../../net/ports/rfc2217/rfc2217-protocol.js";
import { TelnetReader, telnet } from "../../../../net/ports/rfc2217/telnet.js";
import type { SerialPort } from "../../../../net/serial.js";
import { needs } from "../../../interop/needs.js";
import { until, Witness } from "../../witness.js";
import { type Host, letsOneHostIn, owesWhatSerialPortsOwe } from "../front-ends.js";
import { python } from "../pty/pty-hosts.js";
import { dial, hostAt } from "../sockets/sockets.js";

const doubled = (bytes: Uint8Array): Uint8Array =>
  Uint8Array.from([...bytes].flatMap((byte) => (byte === telnet.iac ? [byte, byte] : [byte])));

/** A host that doubles 255 both ways, and says nothing else of Telnet. */
function quietHost(raw: Host): Host {
  return {
    write: (bytes) => raw.write(doubled(bytes)),
    get heard() {
      const events = new TelnetReader().read(raw.heard);
      return Buffer.concat(events.flatMap((event) => (event.kind === "data" ? [event.bytes] : [])));
    },
    leave: () => raw.leave(),
  };
}

const frontEnd = {
  open: (events: Witness) => openRfc2217({ port: 0 }, events),
  attach: async (port: SerialPort, how: { readonly reads: boolean }) => quietHost(hostAt(await dial(port), how)),
  reattaches: true,
};

describe("RFC 2217 is a front end", () => {
  owesWhatSerialPortsOwe(frontEnd);
  letsOneHostIn(frontEnd);
});

describe("who speaks", () => {
  async function attached() {
    const heard = new Witness();
    const port = await openRfc2217({ port: 0 }, heard);
    const host = hostAt(await dial(port));
    onTestFinished(() => port.close());
    onTestFinished(() => host.leave());
    const say = (hex: string): Promise<void> => host.write(Buffer.from(hex.replaceAll(" ", ""), "hex"));
    const hears = async (hex: string): Promise<void> => {
      const wanted = hex.replaceAll(" ", "");
      await until(hex, () => host.heard.toString("hex").includes(wanted)).catch((late) => {
        throw new Error(`${late.message}: ${host.heard.toString("hex")}`);
      });
    };
    return { heard, port, host, say, hears };
  }

  test("nothing of Telnet gets nothing but bytes, a CR as it is", async () => {
    const { heard, port, host } = await attached();
    await host.write(Buffer.from("AT\r\0\n"));
    await until("the line", () => heard.bytes.length === 5);
    port.write(Buffer.from("\r\r\n>"));
    await until("the answer", () => host.heard.length >= 4);
    expect(host.heard.toString()).toBe("\r\r\n>");
  });

  test("Telnet without BINARY has a NUL behind its CR", async () => {
    const { heard, port, host, say, hears } = await attached();
    await say("fffc00 fffe00");
    await hears("fffd2c"); // asked for the COM port, and for more
    const { length } = host.heard;
    await host.write(Buffer.from("AT\r\0AT\r\n"));
    await until("the lines", () => heard.bytes.toString() === "AT\rAT\r\n");
    port.write(Buffer.from("a\rb\r\n"));
    await until("the answer", () => host.heard.subarray(length).toString().endsWith("a\r\0b\r\n"));
  });

  test("Telnet in BINARY has every byte as it is", async () => {
    const { heard, port, host, say, hears } = await attached();
    await say("fffb00 fffd00");
    await hears("fffd00");
    await say("0d00 0d0a");
    await until("the bytes", () => heard.bytes.toString("hex") === "0d000d0a");
    port.write(Uint8Array.of(13, 0));
    await hears("0d00");
    expect(host.heard.includes(Buffer.from([13, 0, 0]))).toBe(false);
  });

  test("Telnet's own BREAK", async () => {
    const { heard, say } = await attached();
    await say("fff3");
    await until("the break", () => heard.count("break") === 1);
  });

  test("RFC 2217: speed, lines and break are told in their place among the bytes", async () => {
    const { heard, say, hears } = await attached();
    const order: unknown[] = [];
    heard.answer = (bytes) => order.push(Buffer.from(bytes).toString());
    await say("fffb2c 41 fffa2c0100004b00fff0 42 fffa2c0509fff0 43 fffa2c0505fff0 44");
    await hears("fffa2c6905fff0");
    await until("the last byte", () => order.at(-1) === "D");
    expect(order).toEqual(["A", "B", "C", "D"]);
    expect(heard.changes).toEqual([
      { kind: "attach" },
      { kind: "speed", speed: 19_200 },
      { kind: "lines", lines: { dtr: false, rts: true } },
      { kind: "break" },
    ]);
    await hears("fffa2c6bb0fff0"); // the module's lines
  });

  test("RFC 2217: suspended, it hears nothing until it resumes", async () => {
    const { heard, port, host, say, hears } = await attached();
    await say("fffb2c fffa2c08fff0 fffa2c06fff0");
    await hears("fffa2c6a60fff0");
    const { length } = host.heard;
    port.write(Buffer.from("held"));
    port.set({ lines: { cts: false } });
    port.write(new Uint8Array(256 * 1024));
    await until("word of what there was no room for", () => heard.dropped === 4);
    expect(host.heard.length).toBe(length);
    await say("fffa2c09fff0");
    await hears(`fffa2c6ba1fff0${Buffer.from("held").toString("hex")}`);
  });

  test("RFC 2217: what is purged is not told as lost", async () => {
    const { heard, port, host, say, hears } = await attached();
    await say("fffa2c08fff0 fffa2c06fff0");
    await hears("fffa2c6a60fff0");
    port.write(Buffer.from("old"));
    await say("fffa2c0c01fff0 fffa2c09fff0");
    await hears("fffa2c7001fff0");
    port.write(Buffer.from("new"));
    await until("what is new", () => host.heard.includes("new"));
    expect(host.heard.includes("old")).toBe(false);
    expect(heard.dropped).toBe(0);
  });

  test("without end, and does not read, gets no more answers, and none is cut", () => {
    let room = 100;
    const connection = {
      get room() {
        return room;
      },
      send(bytes: Uint8Array) {
        room -= bytes.length;
      },
    };
    const protocol = rfc2217Protocol(connection, new PortEventQueue(new Witness()), {});
    const question = Buffer.from("fffa2c00fff0", "hex");
    for (let n = 0; n < 10; n += 1) protocol.receive(question);
    expect(room).toBe(100 - 7 * 14);
  });
});

/** What one stream leads to, on both sides, cut into these pieces. */
async function spoken(pieces: readonly Uint8Array[]) {
  const heard = new Witness();
  const sent: Uint8Array[] = [];
  const protocol = rfc2217Protocol({ room: 1024, send: (bytes) => sent.push(bytes) }, new PortEventQueue(heard), {
    cts: true,
  });
  for (const piece of pieces) protocol.receive(piece);
  await Promise.resolve();
  return { bytes: heard.bytes, changes: heard.changes, sent: Buffer.concat(sent) };
}

test("any bytes are taken, and lead to the same wherever they are cut", async () => {
  const meaningful = fc.constantFrom(
    "ff",
    "fffa2c",
    "fff0",
    "fffb2c",
    "fffc00",
    "fffd00",
    "010000ffff2580",
    "0505",
    "0509",
    "08",
    "0d00",
  );
  const hex = fc.oneof(
    meaningful,
    fc.integer({ min: 0, max: 255 }).map((byte) => byte.toString(16).padStart(2, "0")),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(hex, { maxLength: 60 }), async (words) => {
      const stream = Buffer.from(words.join(""), "hex");
      expect(await spoken([...stream].map((byte) => Uint8Array.of(byte)))).toEqual(await spoken([stream]));
    }),
  );
});

/** What firmware tests do with a port, by the library that they do it with. */
const host = `
import serial, sys, time
port = serial.serial_for_url("rfc2217://" + sys.argv[1], 9600, timeout=5)
every = bytes(range(256)) * 20
for way in ("there and back", "again"):
    port.write(every)
    assert port.read(len(every)) == every, way
port.baudrate = 115200
port.parity, port.stopbits, port.bytesize = serial.PARITY_EVEN, 2, 7
port.rts = False
port.dtr = False
port.dtr = True
port.send_break(0.01)
port.rtscts = True
assert (port.cts, port.dsr, port.cd, port.ri) == (True, True, True, False)
port.write(b"cts off")
assert port.read(7) == b"cts off"
while port.cts: time.sleep(0.01)
port.reset_input_buffer()
port.reset_output_buffer()
port.close()
`;

test.skipIf(!needs("python3-serial"))("pyserial", async () => {
  const heard = new Witness();
  const port = await openRfc2217({ port: 0 }, heard);
  onTestFinished(() => port.close());
  heard.answer = (bytes) => {
    port.write(bytes);
    if (heard.bytes.toString("latin1").endsWith("cts off")) port.set({ lines: { cts: false } });
  };
  await python(host, [port.path]);
  await until("the detach", () => heard.count("detach") === 1);
  expect(heard.changes).toEqual([
    { kind: "attach" },
    { kind: "speed", speed: 9600 },
    { kind: "speed", speed: 115_200 },
    { kind: "lines", lines: { dtr: true, rts: false } },
    { kind: "lines", lines: { dtr: false, rts: false } },
    { kind: "lines", lines: { dtr: true, rts: false } },
    { kind: "break" },
    { kind: "detach" },
  ]);
});
