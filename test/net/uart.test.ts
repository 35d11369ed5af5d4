import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Log } from "../../net/log.js";
import { openPty } from "../../net/pty/pty.js";
import type { PortChange, PortEvents, PortSetting, SerialPort } from "../../net/serial.js";
import { type RunningModem, startModem } from "../../net/start.js";
import { garble, isInTune } from "../../net/uart/garble.js";
import { Receiver } from "../../net/uart/receiver.js";
import { type Baud, openUart } from "../../net/uart/uart.js";
import { Wire } from "../../net/uart/wire.js";
import { needs } from "../interop/needs.js";
import { ManualClock } from "../manual-clock.js";
import { python } from "./pty/pty-hosts.js";
import { Witness } from "./witness.js";

const speeds = [2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200, 230_400, 460_800, 921_600] as const;
const anySpeed = fc.oneof(fc.constantFrom(...speeds), fc.integer({ min: 50, max: 4_000_000 }));
const anyBytes = fc.uint8Array({ maxLength: 64 });
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

/** The bytes that are received, from the definition: the line as a function of time, and looks at it. */
function garbleBySampling(bytes: Uint8Array, from: number, to: number): number[] {
  const bits = [...bytes].flatMap((byte) => [0, ...Array.from({ length: 8 }, (_, bit) => (byte >> bit) & 1), 1]);
  // In units of 1/(2 · from · to) s; an edge belongs to the bit behind it.
  const level = (at: number): number => bits[Math.floor(at / (2 * to))] ?? 1;
  const got: number[] = [];
  let high = true;
  for (let index = 0; index < bits.length; index += 1) {
    if (bits[index] === 1) high = true;
    if (bits[index] === 1 || !high) continue;
    const edge = index * 2 * to;
    const seen = Array.from({ length: 10 }, (_, bit) => level(edge + (2 * bit + 1) * from));
    const glitch = seen[0] === 1;
    if (!glitch) got.push(seen.slice(1, 9).reduce((byte, bit, at) => byte | (bit << at), 0));
    high = glitch || seen[9] === 1;
    const end = edge + (glitch ? from : 19 * from);
    while (index + 1 < bits.length && (index + 1) * 2 * to <= end) index += 1;
    if (bits[index] === 1) high = true;
  }
  return got;
}

describe("what a receiver at another speed sees", () => {
  test("within 4 % it is what was sent", () => {
    fc.assert(
      fc.property(anyBytes, anySpeed, fc.integer({ min: -39, max: 39 }), (bytes, from, permille) => {
        const to = Math.round(from * (1 + permille / 1000));
        fc.pre(isInTune(from, to));
        expect(hex(garble(bytes, from, to))).toBe(hex(bytes));
        const receiver = new Receiver(from, to); // nor does the tolerance hide what the waveform says
        for (const byte of bytes) receiver.byte(byte);
        receiver.finish();
        expect(hex(Uint8Array.from(receiver.take()))).toBe(hex(bytes));
      }),
    );
  });

  test("is what looks at the line's levels find", () => {
    fc.assert(
      fc.property(anyBytes, anySpeed, anySpeed, (bytes, from, to) => {
        fc.pre(!isInTune(from, to));
        expect([...garble(bytes, from, to)]).toEqual(garbleBySampling(bytes, from, to));
      }),
      { numRuns: 1000 },
    );
  });

  test("is little at a far slower speed, and much at a far faster one", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.integer({ min: 4, max: 96 }), (bytes, times) => {
        const slow = garble(bytes, 9600 * times, 9600).length;
        expect(slow).toBeLessThanOrEqual(Math.ceil((bytes.length * 10) / (9.5 * times)) + 1);
        const fast = garble(bytes, 9600, 9600 * times).length;
        expect(fast).toBeGreaterThanOrEqual(bytes.length); // each start bit is an edge
        expect(fast).toBeLessThanOrEqual(5 * bytes.length);
      }),
    );
  });

  test.each([
    ["AT\r at 9600 on a line at 19200", "AT\r", 9600, 19_200, "060666e680"],
    ["AT\r at 19200 on a line at 9600", "AT\r", 19_200, 9600, "f6fe"],
    ["AT\r at 115200 on a line at 9600", "AT\r", 115_200, 9600, "fe"],
  ])("%s", (_, sent, from, to, got) => {
    expect(hex(garble(Buffer.from(sent), from, to))).toBe(got);
  });
});

describe("a wire", () => {
  const wireAt = (to?: number): Wire => {
    const wire = new Wire(() => {});
    if (to !== undefined) wire.listen(to, 0);
    return wire;
  };

  test("however it is cut and looked at, the same arrives", () => {
    const pieces = fc.array(fc.tuple(anyBytes, fc.nat(20)), { maxLength: 8 });
    fc.assert(
      fc.property(pieces, anySpeed, anySpeed, fc.boolean(), (given, from, to, often) => {
        const [one, other] = [wireAt(to), wireAt(to)];
        const got: number[] = [];
        let now = 0;
        for (const [bytes, gap] of given) {
          now = Math.max(now, one.end) + gap;
          one.put(bytes, from, now);
          if (often)
            for (let at = one.wakeAt; at !== undefined && at <= one.end; at = one.wakeAt) got.push(...one.take(at));
          other.put(bytes, from, now);
        }
        expect([...got, ...one.take(now + 1e9)]).toEqual([...other.take(now + 1e9)]);
        expect([one.wakeAt, other.wakeAt]).toEqual([undefined, undefined]);
      }),
    );
  });

  test("each alarm is later than the one before, and there is a last one", () => {
    fc.assert(
      fc.property(anyBytes, anySpeed, anySpeed, (bytes, from, to) => {
        const wire = wireAt(to);
        wire.put(bytes, from, 0);
        const got: number[] = [];
        let alarms = 0;
        for (let at = wire.wakeAt, last = -1; at !== undefined; last = at, at = wire.wakeAt) {
          expect(at).toBeGreaterThan(last);
          got.push(...wire.take(at));
          alarms += 1;
        }
        expect(alarms).toBeLessThanOrEqual(bytes.length + 1);
        expect(got).toEqual([...garble(bytes, from, to)]);
      }),
    );
  });

  test("takes 64 KiB, and no more until something has arrived", () => {
    const wire = wireAt();
    expect(wire.put(new Uint8Array(70_000), 9600, 0)).toBe(65_536);
    expect(wire.put(Uint8Array.of(1), 9600, 0)).toBe(0);
    expect(wire.take(1e9).length).toBe(65_536);
    expect(wire.put(Uint8Array.of(1), 9600, 1e9)).toBe(1);
  });
});

/** A front end that is a test. */
class Desk implements SerialPort {
  readonly path = "desk";
  readonly clock = new ManualClock();
  readonly warnings: string[] = [];
  /** What the host has heard, and when each piece came. */
  readonly heard: { readonly at: number; readonly text: string }[] = [];
  readonly changes: PortChange[] = [];
  readonly settings: PortSetting[] = [];
  events: PortEvents | undefined;
  closed = false;

  readonly open = (events: PortEvents): SerialPort => {
    this.events = events;
    return this;
  };

  write(bytes: Uint8Array): void {
    this.heard.push({ at: this.clock.now(), text: text(bytes) });
  }

  set(what: PortSetting): void {
    this.settings.push(what);
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  says(words: string): void {
    this.events?.onBytes(Buffer.from(words, "latin1"));
  }

  tunes(speed: number): void {
    this.events?.onChange({ kind: "speed", speed });
  }

  /** All that came since the last call. */
  take(): string {
    return this.heard
      .splice(0)
      .map((each) => each.text)
      .join("");
  }

  modem(baud?: Baud): Promise<RunningModem> {
    const log = new Log("warn", (line) => this.warnings.push(line));
    return startModem({ ports: [this.open], clock: this.clock, log, ...(baud === undefined ? {} : { baud }) });
  }
}

async function withModem(baud: Baud | undefined, play: (desk: Desk, modem: RunningModem) => void | Promise<void>) {
  const desk = new Desk();
  const modem = await desk.modem(baud);
  desk.clock.pass(1000);
  desk.take();
  try {
    await play(desk, modem);
  } finally {
    await modem.close();
  }
}

describe("a line of 9600 baud", () => {
  test("byte k comes after k · 10/9600 s, each way", async () => {
    const desk = new Desk();
    const told = new Witness();
    const came: number[] = [];
    told.answer = (bytes) => came.push(...Array.from(bytes, () => desk.clock.now()));
    const port = await openUart(desk.open, told, { baud: 9600, clock: desk.clock, warn: () => {} });
    const due = Array.from({ length: 100 }, (_, k) => ((k + 1) * 10_000) / 9600);
    port.write(new Uint8Array(100));
    desk.says("x".repeat(100));
    desk.clock.pass(due.at(-1) ?? 0);
    expect(desk.heard.map(({ at }) => at)).toEqual(due);
    expect(came).toEqual(due);
    expect(told.bytes.length).toBe(100);
    await port.close();
    expect(desk.closed).toBe(true);
  });

  test("an answer comes when the command has come and the answer has gone", () =>
    withModem(9600, (desk) => {
      desk.says("AT\r");
      desk.clock.pass((8 * 10_000) / 9600);
      expect(desk.take()).toBe("\r\nOK\r");
      desk.clock.pass(10_000 / 9600);
      expect(desk.take()).toBe("\n");
    }));

  test("CR and LF are one line end, and a URC does not fall into a line", () =>
    withModem(9600, (desk, modem) => {
      desk.says("ATE1\r\nAT+CSCON=1\r\n");
      desk.clock.pass(100);
      desk.take();
      desk.says("AT+CSQ\r\n");
      desk.clock.pass(3);
      modem.change({ kind: "radio", coverage: false });
      desk.clock.pass(200);
      expect(desk.take().startsWith("AT+CSQ\r\r\n+CSQ:")).toBe(true);
    }));

  test("what the host sends faster is delayed, not lost; what is beyond 64 KiB is lost and told", () =>
    withModem(9600, (desk) => {
      desk.says("AT\r".repeat(20_000));
      desk.clock.pass(125_010); // OK and its frame are twice as long as AT
      expect(desk.take()).toBe("\r\nOK\r\n".repeat(20_000));
      expect(desk.warnings).toEqual([]);
      desk.says("A".repeat(70_000));
      desk.says("A".repeat(70_000));
      expect(desk.warnings).toEqual(["uart! bytes of the host are lost: too many wait for the line"]);
    }));

  test("what the module says too much is told as dropped", async () => {
    const desk = new Desk();
    const told = new Witness();
    const port = await openUart(desk.open, told, { baud: 9600, clock: desk.clock, warn: () => {} });
    for (let piece = 0; piece < 70; piece += 1) port.write(new Uint8Array(1000));
    expect(told.changes).toEqual([]); // not from inside write
    await Promise.resolve();
    expect(told.changes).toEqual([{ kind: "dropped", bytes: 70_000 - 65_536 }]);
    port.write(new Uint8Array(1));
    await port.close();
    desk.clock.pass(1e6);
    expect(told.dropped).toBe(70_000 - 65_536);
  });

  test("a reset from outside empties it, AT+NRB does not", () =>
    withModem(9600, (desk, modem) => {
      desk.says("AT+NRB\r");
      desk.clock.pass(200);
      expect(desk.take()).toBe("\r\nREBOOTING\r\n\r\nREBOOT_CAUSE_APPLICATION_AT\r\nNeul \r\nOK\r\n");
      desk.says("AT+NUESTATS\r");
      desk.clock.pass(20);
      modem.change({ kind: "reset", cause: "REBOOT_CAUSE_SECURITY_RESET_PIN" });
      desk.clock.pass(500);
      expect(desk.take()).toMatch(/^\r\n.{1,12}\r\nREBOOT_CAUSE_SECURITY_RESET_PIN\r\nNeul \r\nOK\r\n$/s);
    }));

  test("the end of the input comes behind the input", async () => {
    const desk = new Desk();
    const told = new Witness();
    const port = await openUart(desk.open, told, { baud: 9600, clock: desk.clock, warn: () => {} });
    desk.says("AT\r");
    desk.events?.onChange({ kind: "ended" });
    expect(told.changes).toEqual([]);
    desk.clock.pass(10);
    expect(told.bytes.toString()).toBe("AT\r");
    expect(told.changes).toEqual([{ kind: "ended" }]);
    await port.close();
  });

  test("the host's own speed does not count", () =>
    withModem(9600, (desk) => {
      desk.tunes(115_200);
      desk.says("AT\r");
      desk.clock.pass(20);
      expect(desk.take()).toBe("\r\nOK\r\n");
    }));
});

describe("a pseudo-terminal whose host sets its speed", () => {
  // Prints what comes at each speed, up to OK.
  const host = `
import serial, sys
port = serial.Serial(sys.argv[1], 115200)
def ask(line, patience):
    port.timeout = patience
    port.write(line + b"\\r")
    print(b"OK" in port.read_until(b"OK\\r\\n"), end=" ")
ask(b"AT", 0.2)
port.baudrate = 9600
ask(b"", 0.2)
ask(b"AT", 5)
ask(b"AT+NATSPEED=57600,30,0,2", 5)
port.baudrate = 57600
ask(b"AT", 5)
ask(b"AT+CSQ", 5)
port.baudrate = 9600
ask(b"AT", 0.2)`;

  test.skipIf(!needs("python3-serial"))("pyserial is understood at the module's speed only", async () => {
    const warnings: string[] = [];
    const modem = await startModem({
      ports: [(events) => openPty({ followSpeed: true }, events)],
      baud: "host",
      log: new Log("warn", (line) => warnings.push(line)),
    });
    try {
      expect(await python(host, [modem.ports[0]?.path ?? ""])).toBe("False False True True True True False ");
      expect(warnings).toEqual([
        expect.stringContaining("host at 115200, module at 9600"),
        expect.stringContaining("host at 9600, module at 57600"),
      ]);
    } finally {
      await modem.close();
    }
  });
});

describe("speeds that differ", () => {
  const warned = (host: number, module: number): string =>
    `uart! host at ${host}, module at ${module}: both read garbage; set the host's speed, or the module's by AT+NATSPEED`;

  test("a host at 115200 and a module at 9600 do not understand each other, which is told once", () =>
    withModem(115_200, (desk) => {
      for (let round = 0; round < 5; round += 1) {
        desk.says("AT\rAT\rAT\r\n");
        desk.clock.pass(1000);
      }
      expect(desk.take()).not.toContain("OK");
      expect(desk.warnings).toEqual([warned(115_200, 9600)]);
    }));

  test("a host that sets its speed is understood", () =>
    withModem("host", (desk) => {
      desk.says("AT\r"); // nobody has said a speed yet
      desk.clock.pass(100);
      expect(desk.take()).toBe("\r\nOK\r\n");
      desk.tunes(19_200);
      desk.says("AT\r");
      desk.clock.pass(100);
      expect(desk.take()).not.toContain("OK");
      desk.tunes(9600);
      desk.says("\rAT\r");
      desk.clock.pass(2000);
      expect(desk.take()).toContain("\r\nOK\r\n");
      desk.tunes(0);
      desk.says("AT\r");
      desk.clock.pass(100);
      expect(desk.take()).toBe("\r\nOK\r\n");
      expect(desk.warnings).toEqual([warned(19_200, 9600)]);
    }));

  test("AT+NATSPEED: its OK comes at the old speed, what follows at the new one", () =>
    withModem("host", (desk) => {
      desk.tunes(9600);
      desk.says("AT+NATSPEED=57600,3,1,2\r");
      desk.clock.pass(((24 + 6) * 10_000) / 9600);
      expect(desk.take()).toBe("\r\nOK\r\n");
      desk.tunes(57_600);
      desk.says("AT+NATSPEED?\r");
      desk.clock.pass(100);
      expect(desk.take()).toBe("\r\n+NATSPEED:57600,2,1,0,0\r\n\r\nOK\r\n");
      expect(desk.warnings).toEqual([]);
      desk.clock.pass(10_000);
      desk.says("AT\r");
      desk.clock.pass(((3 + 6) * 10_000) / 57_600);
      expect(desk.take()).toBe("\r\nOK\r\n");
    }));

  test("what the host still sends while that OK leaves comes at the old speed", () =>
    withModem(9600, (desk) => {
      desk.says("AT+NATSPEED=57600,3,1,2\rAT");
      desk.clock.pass(((24 + 6) * 10_000) / 9600);
      expect(desk.take()).toBe("\r\nOK\r\n");
      expect(desk.warnings).toEqual([]);
      desk.says("\r");
      desk.clock.pass(100);
      expect(desk.warnings).toEqual([warned(9600, 57_600)]);
    }));

  test("AT+NATSPEED: a host that does not follow is heard again after the timeout", () =>
    withModem("host", (desk) => {
      desk.tunes(9600);
      desk.says("AT+NATSPEED=115200,5,1,2\r");
      desk.clock.pass(100);
      desk.take();
      desk.says("AT\r");
      desk.clock.pass(4000);
      expect(desk.take()).not.toContain("OK");
      expect(desk.warnings).toEqual([warned(9600, 115_200)]);
      desk.clock.pass(1000);
      desk.says("\rAT\r");
      desk.clock.pass(2000);
      expect(desk.take()).toContain("\r\nOK\r\n");
    }));

  test("without --baud nothing of all this happens", () =>
    withModem(undefined, (desk) => {
      desk.tunes(115_200);
      desk.says("AT\r");
      expect(desk.take()).toBe("\r\nOK\r\n");
      expect(desk.settings).toEqual([{ speed: 9600 }]);
    }));
});
