import { describe, expect, test } from "vitest";
import { Log } from "../../../../net/log.js";
import { openPty } from "../../../../net/ports/pty/pty.js";
import { openTcp } from "../../../../net/ports/sockets/tcp.js";
import { type Baud, openUart } from "../../../../net/ports/uart/uart.js";
import type { SerialPort } from "../../../../net/serial.js";
import { type RunningModem, startModem } from "../../../../net/start.js";
import { scaledClock } from "../../../../net/time/clock.js";
import { needs } from "../../../interop/needs.js";
import { PortRecorder, sleep } from "../../port-recorder.js";
import { python } from "../pty/pty-hosts.js";
import { testSerialPort } from "../serial-port-contract.js";
import { dial, hostAt } from "../sockets/sockets.js";
import { TestPort } from "./test-port.js";

describe("a front end behind a line is a front end", () => {
  testSerialPort({
    open(events) {
      const how = { baud: 9600, clock: scaledClock(5000), warn: () => {} };
      return openUart((inner) => openTcp({ port: 0 }, inner), events, how);
    },
    /** Writes no faster than the line takes: a tty would block its host. */
    async attach(port: SerialPort, how: { readonly reads: boolean }) {
      const host = hostAt(await dial(port), how);
      return {
        async write(bytes) {
          for (let at = 0; at < bytes.length; at += 16_384) {
            await host.write(bytes.subarray(at, at + 16_384));
            await sleep(5);
          }
        },
        get received() {
          return host.received;
        },
        leave: () => host.leave(),
      };
    },
    reattaches: true,
  });
});

async function withModem(baud: Baud | undefined, play: (host: TestPort, modem: RunningModem) => void | Promise<void>) {
  const host = new TestPort();
  const modem = await host.modem(baud);
  host.clock.pass(1000);
  host.take();
  try {
    await play(host, modem);
  } finally {
    await modem.close();
  }
}

describe("a line of 9600 baud", () => {
  test("byte k arrives after k · 10/9600 s, in both directions", async () => {
    const host = new TestPort();
    const recorder = new PortRecorder();
    const came: number[] = [];
    recorder.onReceived = (bytes) => came.push(...Array.from(bytes, () => host.clock.now()));
    const port = await openUart(host.open, recorder, { baud: 9600, clock: host.clock, warn: () => {} });
    const due = Array.from({ length: 100 }, (_, k) => ((k + 1) * 10_000) / 9600);
    port.write(new Uint8Array(100));
    host.send("x".repeat(100));
    host.clock.pass(due.at(-1) ?? 0);
    expect(host.received.map(({ at }) => at)).toEqual(due);
    expect(came).toEqual(due);
    expect(recorder.bytes.length).toBe(100);
    await port.close();
    expect(host.closed).toBe(true);
  });

  test("an answer takes the time of the command and of the answer", () =>
    withModem(9600, (host) => {
      host.send("AT\r");
      host.clock.pass((8 * 10_000) / 9600);
      expect(host.take()).toBe("\r\nOK\r");
      host.clock.pass(10_000 / 9600);
      expect(host.take()).toBe("\n");
    }));

  test("CR LF is one line end, and a URC does not split a line", () =>
    withModem(9600, (host, modem) => {
      host.send("ATE1\r\nAT+CSCON=1\r\n");
      host.clock.pass(100);
      host.take();
      host.send("AT+CSQ\r\n");
      host.clock.pass(3);
      modem.change({ kind: "radio", coverage: false });
      host.clock.pass(200);
      expect(host.take().startsWith("AT+CSQ\r\r\n+CSQ:")).toBe(true);
    }));

  test("input that comes faster is delayed, not lost; more than 64 KiB is lost and reported", () =>
    withModem(9600, (host) => {
      host.send("AT\r".repeat(20_000));
      host.clock.pass(125_010); // OK and its frame are twice as long as AT
      expect(host.take()).toBe("\r\nOK\r\n".repeat(20_000));
      expect(host.warnings).toEqual([]);
      host.send("A".repeat(70_000));
      host.send("A".repeat(70_000));
      expect(host.warnings).toEqual([
        "uart! test port: bytes of the host are lost: it sends faster than the line can carry",
      ]);
    }));

  test("output beyond the limit is reported as dropped", async () => {
    const host = new TestPort();
    const recorder = new PortRecorder();
    const port = await openUart(host.open, recorder, { baud: 9600, clock: host.clock, warn: () => {} });
    for (let piece = 0; piece < 70; piece += 1) port.write(new Uint8Array(1000));
    expect(recorder.changes).toEqual([]); // not from inside write
    await Promise.resolve();
    expect(recorder.changes).toEqual([{ kind: "dropped", bytes: 70_000 - 65_536 }]);
    port.write(new Uint8Array(1));
    await port.close();
    host.clock.pass(1e6);
    expect(recorder.dropped).toBe(70_000 - 65_536);
  });

  test("a reset from outside drops the output, AT+NRB does not", () =>
    withModem(9600, (host, modem) => {
      host.send("AT+NRB\r");
      host.clock.pass(200);
      expect(host.take()).toBe("\r\nREBOOTING\r\n\r\nREBOOT_CAUSE_APPLICATION_AT\r\nNeul \r\nOK\r\n");
      host.send("AT+NUESTATS\r");
      host.clock.pass(20);
      modem.change({ kind: "reset", cause: "REBOOT_CAUSE_SECURITY_RESET_PIN" });
      host.clock.pass(500);
      expect(host.take()).toMatch(/^\r\n.{1,12}\r\nREBOOT_CAUSE_SECURITY_RESET_PIN\r\nNeul \r\nOK\r\n$/s);
    }));

  test("the end of the input is reported after the input", async () => {
    const host = new TestPort();
    const recorder = new PortRecorder();
    const port = await openUart(host.open, recorder, { baud: 9600, clock: host.clock, warn: () => {} });
    host.send("AT\r");
    host.events?.onChange({ kind: "ended" });
    expect(recorder.changes).toEqual([]);
    host.clock.pass(10);
    await Promise.resolve();
    expect(recorder.bytes.toString()).toBe("AT\r");
    expect(recorder.changes).toEqual([{ kind: "ended" }]);
    await port.close();
  });

  test("the speed that the host sets is ignored", () =>
    withModem(9600, (host) => {
      host.setHostSpeed(115_200);
      host.send("AT\r");
      host.clock.pass(20);
      expect(host.take()).toBe("\r\nOK\r\n");
    }));
});

describe("a pseudo-terminal whose host sets its speed", () => {
  // Prints what comes at each speed, up to OK.
  const host = `
import serial, sys
port = serial.Serial(sys.argv[1], 115200)
def ask(line, timeout):
    port.timeout = timeout
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
    `uart! test port: host at ${host}, module at ${module}, both read garbage; set the host's speed, or the module's by AT+NATSPEED`;

  test("a host at 115200 and a module at 9600 garble each other, which is warned of once", () =>
    withModem(115_200, (host) => {
      for (let round = 0; round < 5; round += 1) {
        host.send("AT\rAT\rAT\r\n");
        host.clock.pass(1000);
      }
      expect(host.take()).not.toContain("OK");
      expect(host.warnings).toEqual([warned(115_200, 9600)]);
    }));

  test("a host that sets its speed is understood", () =>
    withModem("host", (host) => {
      host.send("AT\r"); // no speed has been set yet
      host.clock.pass(100);
      expect(host.take()).toBe("\r\nOK\r\n");
      host.setHostSpeed(19_200);
      host.send("AT\r");
      host.clock.pass(100);
      expect(host.take()).not.toContain("OK");
      host.setHostSpeed(9600);
      host.send("\rAT\r");
      host.clock.pass(2000);
      expect(host.take()).toContain("\r\nOK\r\n");
      host.setHostSpeed(0);
      host.send("AT\r");
      host.clock.pass(100);
      expect(host.take()).toBe("\r\nOK\r\n");
      expect(host.warnings).toEqual([warned(19_200, 9600)]);
    }));

  test("AT+NATSPEED: its OK has the old speed, what follows the new one", () =>
    withModem("host", (host) => {
      host.setHostSpeed(9600);
      host.send("AT+NATSPEED=57600,3,1,2\r");
      host.clock.pass(((24 + 6) * 10_000) / 9600);
      expect(host.take()).toBe("\r\nOK\r\n");
      host.setHostSpeed(57_600);
      host.send("AT+NATSPEED?\r");
      host.clock.pass(100);
      expect(host.take()).toBe("\r\n+NATSPEED:57600,2,1,0,0\r\n\r\nOK\r\n");
      expect(host.warnings).toEqual([]);
      host.clock.pass(10_000);
      host.send("AT\r");
      host.clock.pass(((3 + 6) * 10_000) / 57_600);
      expect(host.take()).toBe("\r\nOK\r\n");
    }));

  test("input during that OK has the old speed", () =>
    withModem(9600, (host) => {
      host.send("AT+NATSPEED=57600,3,1,2\rAT");
      host.clock.pass(((24 + 6) * 10_000) / 9600);
      expect(host.take()).toBe("\r\nOK\r\n");
      expect(host.warnings).toEqual([]);
      host.send("\r");
      host.clock.pass(100);
      expect(host.warnings).toEqual([warned(9600, 57_600)]);
    }));

  test("AT+NATSPEED: a host that keeps its speed is understood again after the time-out", () =>
    withModem("host", (host) => {
      host.setHostSpeed(9600);
      host.send("AT+NATSPEED=115200,5,1,2\r");
      host.clock.pass(100);
      host.take();
      host.send("AT\r");
      host.clock.pass(4000);
      expect(host.take()).not.toContain("OK");
      expect(host.warnings).toEqual([warned(9600, 115_200)]);
      host.clock.pass(1000);
      host.send("\rAT\r");
      host.clock.pass(2000);
      expect(host.take()).toContain("\r\nOK\r\n");
    }));

  test("without --baud no speed matters", () =>
    withModem(undefined, (host) => {
      host.setHostSpeed(115_200);
      host.send("AT\r");
      expect(host.take()).toBe("\r\nOK\r\n");
      expect(host.settings).toEqual([{ speed: 9600 }]);
    }));
});

describe("a host whose speed is read when it has attached", () => {
  const banner = "\r\nREBOOT_CAUSE_SECURITY_RESET_PIN\r\nNeul \r\nOK\r\n";
  const attached = { kind: "attach", readsSpeed: true } as const;
  const garbled = (text: string): boolean => text !== "" && !text.includes("OK");

  test.each([
    [9600, (text: string) => text === banner],
    [115_200, garbled],
    [0, (text: string) => text === banner], // it cannot be read
  ])("gets what the module says meanwhile by its speed: %i", (speed, fits) =>
    withModem("host", (host, modem) => {
      host.events?.onChange(attached);
      modem.change({ kind: "reset", cause: "REBOOT_CAUSE_SECURITY_RESET_PIN" });
      host.clock.pass(1000);
      expect(host.take()).toBe("");
      host.setHostSpeed(speed);
      host.clock.pass(1000);
      expect(host.take()).toSatisfy(fits);
    }),
  );

  test("gets nothing of output that arrived when it was not seen yet", () =>
    withModem("host", (host, modem) => {
      modem.change({ kind: "reset", cause: "REBOOT_CAUSE_SECURITY_RESET_PIN" });
      host.clock.pass(5);
      host.take();
      host.events?.onChange(attached);
      host.events?.onChange({ kind: "dropped", bytes: 4 });
      host.setHostSpeed(9600);
      host.clock.pass(1000);
      expect(host.take()).toBe("");
    }));

  test("one that leaves before has said nothing of the next one's", () =>
    withModem("host", (host, modem) => {
      host.events?.onChange(attached);
      host.detach();
      modem.change({ kind: "reset", cause: "REBOOT_CAUSE_SECURITY_RESET_PIN" });
      host.clock.pass(1000);
      expect(host.take()).toBe(banner);
    }));
});

describe("the next host gets a new port", () => {
  test("without the speed of the former one", () =>
    withModem("host", (host) => {
      host.setHostSpeed(115_200);
      host.detach();
      host.send("AT\r");
      host.clock.pass(100);
      expect(host.take()).toBe("\r\nOK\r\n");
      expect(host.warnings).toEqual([]);
    }));

  test("input of the former one arrives as it was sent", () =>
    withModem("host", (host) => {
      host.setHostSpeed(9600);
      host.send("AT+CSCON=1\r");
      host.detach();
      host.setHostSpeed(115_200);
      host.send("AT\r");
      host.detach();
      host.send("AT+CSCON?\r");
      host.clock.pass(200);
      expect(host.take()).toMatch(/^\r\nOK\r\n.*\+CSCON:1,\d\r\n\r\nOK\r\n$/s);
      expect(host.warnings).toHaveLength(1);
    }));

  test("output on its way to the former one is lost, and reported before its detach", async () => {
    const host = new TestPort();
    const recorder = new PortRecorder();
    const port = await openUart(host.open, recorder, { baud: 9600, clock: host.clock, warn: () => {} });
    port.write(new Uint8Array(100));
    host.clock.pass((40 * 10_000) / 9600);
    host.detach();
    await Promise.resolve();
    expect(recorder.changes).toEqual([{ kind: "dropped", bytes: 60 }, { kind: "detach" }]);
    port.write(Buffer.from("OK"));
    host.clock.pass(1000);
    expect(host.received.map((each) => each.text).join("")).toBe(`${"\0".repeat(40)}OK`);
    await port.close();
  });

  test("it does not get the rest of output whose beginning was lost", async () => {
    const host = new TestPort();
    const recorder = new PortRecorder();
    const port = await openUart(host.open, recorder, { baud: 9600, clock: host.clock, warn: () => {} });
    port.write(new Uint8Array(100));
    host.clock.pass((40 * 10_000) / 9600);
    host.events?.onChange({ kind: "dropped", bytes: 40 });
    host.events?.onChange({ kind: "attach" });
    await Promise.resolve();
    host.clock.pass(1000);
    expect(recorder.changes).toEqual([{ kind: "dropped", bytes: 100 }, { kind: "attach" }]);
    expect(host.received.length).toBe(40);
    await port.close();
  });
});

test("several front ends have a line each, and the log names it", async () => {
  const one = new TestPort("one");
  const { clock } = one;
  const second = new TestPort("second", clock);
  const modem = await one.modem("host", [second]);
  clock.pass(1000);
  for (const host of [one, second]) host.take();
  one.setHostSpeed(9600);
  second.setHostSpeed(115_200);
  one.send("AT\r");
  clock.pass(100);
  expect(one.take()).toBe("\r\nOK\r\n");
  expect(second.take()).not.toContain("OK");
  expect(one.warnings).toEqual([expect.stringMatching(/^uart! second: host at 115200, module at 9600,/)]);
  await modem.close();
});
