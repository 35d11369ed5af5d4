import { describe, expect, test } from "vitest";
import { Log } from "../../../../net/log.js";
import { openPty } from "../../../../net/ports/pty/pty.js";
import { openTcp } from "../../../../net/ports/sockets/tcp.js";
import { type Baud, openUart } from "../../../../net/ports/uart/uart.js";
import type { SerialPort } from "../../../../net/serial.js";
import { type RunningModem, startModem } from "../../../../net/start.js";
import { scaledClock } from "../../../../net/time/clock.js";
import { needs } from "../../../interop/needs.js";
import { sleep, Witness } from "../../witness.js";
import { owesWhatSerialPortsOwe } from "../front-ends.js";
import { python } from "../pty/pty-hosts.js";
import { dial, hostAt } from "../sockets/sockets.js";
import { Desk } from "./uart-bench.js";

describe("a front end behind a line is a front end", () => {
  owesWhatSerialPortsOwe({
    open(events) {
      const how = { baud: 9600, clock: scaledClock(5000), warn: () => {} };
      return openUart((inner) => openTcp({ port: 0 }, inner), events, how);
    },
    /** No faster than the line: a tty would hold its host up. */
    async attach(port: SerialPort, how: { readonly reads: boolean }) {
      const host = hostAt(await dial(port), how);
      return {
        async write(bytes) {
          for (let at = 0; at < bytes.length; at += 16_384) {
            await host.write(bytes.subarray(at, at + 16_384));
            await sleep(5);
          }
        },
        get heard() {
          return host.heard;
        },
        leave: () => host.leave(),
      };
    },
    reattaches: true,
  });
});

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
      expect(desk.warnings).toEqual(["uart! desk: bytes of the host are lost, because too many wait for the line"]);
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
    await Promise.resolve();
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
    `uart! desk: host at ${host}, module at ${module}, both read garbage; set the host's speed, or the module's by AT+NATSPEED`;

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

describe("the next host comes as to a new port", () => {
  test("whatever speed the former one has set", () =>
    withModem("host", (desk) => {
      desk.tunes(115_200);
      desk.leaves();
      desk.says("AT\r");
      desk.clock.pass(100);
      expect(desk.take()).toBe("\r\nOK\r\n");
      expect(desk.warnings).toEqual([]);
    }));

  test("what the former one has still sent arrives as it was sent", () =>
    withModem("host", (desk) => {
      desk.tunes(9600);
      desk.says("AT+CSCON=1\r");
      desk.leaves();
      desk.tunes(115_200);
      desk.says("AT\r");
      desk.leaves();
      desk.says("AT+CSCON?\r");
      desk.clock.pass(200);
      expect(desk.take()).toMatch(/^\r\nOK\r\n.*\+CSCON:1,\d\r\n\r\nOK\r\n$/s);
      expect(desk.warnings).toHaveLength(1);
    }));

  test("what was still on its way to the former one is lost, and told before it is gone", async () => {
    const desk = new Desk();
    const told = new Witness();
    const port = await openUart(desk.open, told, { baud: 9600, clock: desk.clock, warn: () => {} });
    port.write(new Uint8Array(100));
    desk.clock.pass((40 * 10_000) / 9600);
    desk.leaves();
    await Promise.resolve();
    expect(told.changes).toEqual([{ kind: "dropped", bytes: 60 }, { kind: "detach" }]);
    port.write(Buffer.from("OK"));
    desk.clock.pass(1000);
    expect(desk.heard.map((each) => each.text).join("")).toBe(`${"\0".repeat(40)}OK`);
    await port.close();
  });

  test("of what nobody took the beginning of, it does not get the rest", async () => {
    const desk = new Desk();
    const told = new Witness();
    const port = await openUart(desk.open, told, { baud: 9600, clock: desk.clock, warn: () => {} });
    port.write(new Uint8Array(100));
    desk.clock.pass((40 * 10_000) / 9600);
    desk.events?.onChange({ kind: "dropped", bytes: 40 });
    desk.events?.onChange({ kind: "attach" });
    await Promise.resolve();
    desk.clock.pass(1000);
    expect(told.changes).toEqual([{ kind: "dropped", bytes: 100 }, { kind: "attach" }]);
    expect(desk.heard.length).toBe(40);
    await port.close();
  });
});

test("several front ends have a line each, and the log says which", async () => {
  const one = new Desk("one");
  const { clock } = one;
  const second = new Desk("second", clock);
  const modem = await one.modem("host", [second]);
  clock.pass(1000);
  for (const desk of [one, second]) desk.take();
  one.tunes(9600);
  second.tunes(115_200);
  one.says("AT\r");
  clock.pass(100);
  expect(one.take()).toBe("\r\nOK\r\n");
  expect(second.take()).not.toContain("OK");
  expect(one.warnings).toEqual([expect.stringMatching(/^uart! second: host at 115200, module at 9600,/)]);
  await modem.close();
});
