import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { PortEventQueue } from "../../../../net/ports/port-events.js";
import { openRfc2217, rfc2217Protocol } from "../../../../net/ports/rfc2217/rfc2217-protocol.js";
import { TelnetReader, telnet } from "../../../../net/ports/rfc2217/telnet.js";
import type { SerialPort } from "../../../../net/serial.js";
import { needs } from "../../../interop/needs.js";
import { PortRecorder, until } from "../../port-recorder.js";
import { python } from "../pty/pty-hosts.js";
import { type Host, testSerialPort, testSingleHost } from "../serial-port-contract.js";
import { dial, hostAt } from "../sockets/sockets.js";

const doubled = (bytes: Uint8Array): Uint8Array =>
  Uint8Array.from([...bytes].flatMap((byte) => (byte === telnet.iac ? [byte, byte] : [byte])));

/** A host that doubles 255 in both directions, and uses nothing else of Telnet. */
function plainHost(raw: Host): Host {
  return {
    write: (bytes) => raw.write(doubled(bytes)),
    get received() {
      const events = new TelnetReader().read(raw.received);
      return Buffer.concat(events.flatMap((event) => (event.kind === "data" ? [event.bytes] : [])));
    },
    leave: () => raw.leave(),
  };
}

const frontEnd = {
  open: (events: PortRecorder) => openRfc2217({ port: 0 }, events),
  attach: async (port: SerialPort, how: { readonly reads: boolean }) => plainHost(hostAt(await dial(port), how)),
  reattaches: true,
};

describe("RFC 2217 is a front end", () => {
  testSerialPort(frontEnd);
  testSingleHost(frontEnd);
});

describe("a host that uses", () => {
  async function attached() {
    const recorder = new PortRecorder();
    const port = await openRfc2217({ port: 0 }, recorder);
    const host = hostAt(await dial(port));
    onTestFinished(() => port.close());
    onTestFinished(() => host.leave());
    const send = (hex: string): Promise<void> => host.write(Buffer.from(hex.replaceAll(" ", ""), "hex"));
    const receives = async (hex: string): Promise<void> => {
      const wanted = hex.replaceAll(" ", "");
      await until(hex, () => host.received.toString("hex").includes(wanted)).catch((late) => {
        throw new Error(`${late.message}: ${host.received.toString("hex")}`);
      });
    };
    return { recorder, port, host, send, receives };
  }

  test("nothing of Telnet gets bytes alone, a CR as it is", async () => {
    const { recorder, port, host } = await attached();
    await host.write(Buffer.from("AT\r\0\n"));
    await until("the line", () => recorder.bytes.length === 5);
    port.write(Buffer.from("\r\r\n>"));
    await until("the answer", () => host.received.length >= 4);
    expect(host.received.toString()).toBe("\r\r\n>");
  });

  test("Telnet without BINARY gets a NUL after CR", async () => {
    const { recorder, port, host, send, receives } = await attached();
    await send("fffc00 fffe00");
    await receives("fffd2c"); // the request for COM-PORT-OPTION, after others
    const { length } = host.received;
    await host.write(Buffer.from("AT\r\0AT\r\n"));
    await until("the lines", () => recorder.bytes.toString() === "AT\rAT\r\n");
    port.write(Buffer.from("a\rb\r\n"));
    await until("the answer", () => host.received.subarray(length).toString().endsWith("a\r\0b\r\n"));
  });

  test("Telnet with BINARY gets every byte as it is", async () => {
    const { recorder, port, host, send, receives } = await attached();
    await send("fffb00 fffd00");
    await receives("fffd00");
    await send("0d00 0d0a");
    await until("the bytes", () => recorder.bytes.toString("hex") === "0d000d0a");
    port.write(Uint8Array.of(13, 0));
    await receives("0d00");
    expect(host.received.includes(Buffer.from([13, 0, 0]))).toBe(false);
  });

  test("Telnet's own BREAK", async () => {
    const { recorder, send } = await attached();
    await send("fff3");
    await until("the break", () => recorder.count("break") === 1);
  });

  test("RFC 2217: speed, lines and break are reported in order with the bytes", async () => {
    const { recorder, send, receives } = await attached();
    const order: unknown[] = [];
    recorder.onReceived = (bytes) => order.push(Buffer.from(bytes).toString());
    await send("fffb2c 41 fffa2c0100004b00fff0 42 fffa2c0509fff0 43 fffa2c0505fff0 44");
    await receives("fffa2c6905fff0");
    await until("the last byte", () => order.at(-1) === "D");
    expect(order).toEqual(["A", "B", "C", "D"]);
    expect(recorder.changes).toEqual([
      { kind: "attach" },
      { kind: "speed", speed: 19_200 },
      { kind: "lines", lines: { dtr: false, rts: true } },
      { kind: "break" },
    ]);
    await receives("fffa2c6bb0fff0"); // the module's lines
  });

  test("RFC 2217: gets nothing while it has suspended the output", async () => {
    const { recorder, port, host, send, receives } = await attached();
    await send("fffb2c fffa2c08fff0 fffa2c06fff0");
    await receives("fffa2c6a60fff0");
    const { length } = host.received;
    port.write(Buffer.from("held"));
    port.set({ lines: { cts: false } });
    port.write(new Uint8Array(256 * 1024));
    await until("the report of lost bytes", () => recorder.dropped === 4);
    expect(host.received.length).toBe(length);
    await send("fffa2c09fff0");
    await receives(`fffa2c6ba1fff0${Buffer.from("held").toString("hex")}`);
  });

  test("RFC 2217: purged bytes are not reported as lost", async () => {
    const { recorder, port, host, send, receives } = await attached();
    await send("fffa2c08fff0 fffa2c06fff0");
    await receives("fffa2c6a60fff0");
    port.write(Buffer.from("old"));
    await send("fffa2c0c01fff0 fffa2c09fff0");
    await receives("fffa2c7001fff0");
    port.write(Buffer.from("new"));
    await until("new output", () => host.received.includes("new"));
    expect(host.received.includes("old")).toBe(false);
    expect(recorder.dropped).toBe(0);
  });

  test("requests without end and does not read gets no more answers, and none is incomplete", () => {
    let room = 100;
    const connection = {
      get room() {
        return room;
      },
      send(bytes: Uint8Array) {
        room -= bytes.length;
      },
    };
    const protocol = rfc2217Protocol(connection, new PortEventQueue(new PortRecorder()), {});
    const question = Buffer.from("fffa2c00fff0", "hex");
    for (let n = 0; n < 10; n += 1) protocol.receive(question);
    expect(room).toBe(100 - 7 * 14);
  });
});

/** The result of a stream, on both sides, for these chunks. */
async function play(pieces: readonly Uint8Array[]) {
  const recorder = new PortRecorder();
  const sent: Uint8Array[] = [];
  const protocol = rfc2217Protocol({ room: 1024, send: (bytes) => sent.push(bytes) }, new PortEventQueue(recorder), {
    cts: true,
  });
  for (const piece of pieces) protocol.receive(piece);
  await Promise.resolve();
  return { bytes: recorder.bytes, changes: recorder.changes, sent: Buffer.concat(sent) };
}

test("any bytes are accepted, with the same result for any chunks", async () => {
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
      expect(await play([...stream].map((byte) => Uint8Array.of(byte)))).toEqual(await play([stream]));
    }),
  );
});

/** What a firmware test does with a port, by pyserial. */
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
  const recorder = new PortRecorder();
  const port = await openRfc2217({ port: 0 }, recorder);
  onTestFinished(() => port.close());
  recorder.onReceived = (bytes) => {
    port.write(bytes);
    if (recorder.bytes.toString("latin1").endsWith("cts off")) port.set({ lines: { cts: false } });
  };
  await python(host, [port.path]);
  await until("the detach", () => recorder.count("detach") === 1);
  expect(recorder.changes).toEqual([
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
