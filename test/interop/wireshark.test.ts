import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Program, runToEnd } from "../bin/program.js";
import { until } from "../net/port-recorder.js";
import { needs } from "./needs.js";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bc28-emu-wireshark-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What tshark is asked for of each frame: one start of it costs as much as many questions. */
const fields = [
  ...["frame.interface_name", "frame.time_epoch", "frame.comment", "_ws.col.Info", "_ws.malformed"],
  ...["mqtt.msgtype", "mqtt.dupflag", "tcp.dstport", "tcp.flags", "tcp.analysis.flags"],
  ...["ip.checksum.status", "tcp.checksum.status"],
] as const;

type Frame = Readonly<Record<(typeof fields)[number], string>>;

const checksums = ["-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE"];

/** The frames of a capture, as tshark reads them. */
function framesIn(capture: string): readonly Frame[] {
  const asked = fields.flatMap((field) => ["-e", field]);
  const args = ["-r", capture, ...checksums, "-T", "fields", "-E", "separator=\u0001", ...asked];
  const { status, stdout, stderr } = spawnSync("tshark", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return stdout
    .split("\n")
    .slice(0, -1)
    .map((line) => Object.fromEntries(line.split("\u0001").map((value, at) => [fields[at], value])) as Frame);
}

interface Line {
  readonly kind?: string;
  readonly packet?: string;
  readonly way?: string;
  readonly t?: number;
  readonly wall?: string;
  readonly text?: string;
}

const eventsIn = (path: string): readonly Line[] =>
  readFileSync(path, "utf8")
    .split("\n")
    .slice(1, -1)
    .map((line) => JSON.parse(line));

/** A run with a login, both QoS, a retransmission, a long message, binary payloads and a reset; returns its trace. */
async function traced(): Promise<string> {
  const path = join(folder, "run.jsonl");
  const program = new Program(["--stdio", "--broker", "0", "--trace", path, "--fault", "lose PUBACK"]);
  const steps = [
    ['AT+QMTCFG="timeout",0,1,2,1\r', "OK"],
    ['AT+QMTCFG="will",0,1,1,0,"gone","lost"\r', "OK"],
    ['AT+QMTOPEN=0,"broker.example",1883\r', "+QMTOPEN: 0,0"],
    ['AT+QMTCONN=0,"meter-7","me","hunter2"\r', "+QMTCONN: 0,0,0"],
    ['AT+QMTSUB=0,1,"t/#",2,"e",0\r', "+QMTSUB: 0,1,0,2,0"],
    ['AT+QMTPUB=0,7,1,0,"t/a"\r', ">"],
    ["hello\x1a", "+QMTPUB: 0,7,0"],
    ['AT+QMTPUB=0,8,2,1,"t/b",1500\r', ">"],
    ["x".repeat(1500), "+QMTPUB: 0,8,0"],
    ['AT+QMTPUB=0,0,0,0,"t/c",4\r', ">"],
    ["\x00\xff\x1a\r", '+QMTRECV: 0,0,"t/c"'],
    ['AT+QMTUNS=0,2,"t/#"\r', "+QMTUNS: 0,2,0"],
    ["AT+QMTDISC=0\r", "+QMTDISC: 0,0"],
    ['AT+QMTOPEN=0,"nobody.example",1883\r', "+QMTOPEN: 0,0"],
  ] as const;
  for (const [say, hear] of steps) {
    const before = program.out.length;
    program.type(say);
    await until(hear, () => program.out.includes(hear, before));
  }
  await program.end();
  return path;
}

describe.skipIf(!needs("tshark"))("a capture in tshark", () => {
  let trace = "";
  let frames: readonly Frame[] = [];
  beforeAll(async () => {
    trace = await traced();
    const capture = join(folder, "run.pcapng");
    expect(await runToEnd(["pcap", trace, "--out", capture])).toMatchObject({ code: 0, err: "" });
    frames = framesIn(capture);
  });
  const count = (is: (frame: Frame) => boolean): number => frames.filter(is).length;

  test("every packet is there, with its type and way, and none is malformed", () => {
    const ours = eventsIn(trace)
      .filter(({ kind }) => kind === "packet")
      .map(({ packet, way }) => `${packet} ${way}`);
    const names = ["", "CONNECT", "CONNACK", "PUBLISH", "PUBACK", "PUBREC", "PUBREL", "PUBCOMP", "SUBSCRIBE", "SUBACK"];
    const more = ["UNSUBSCRIBE", "UNSUBACK", "PINGREQ", "PINGRESP", "DISCONNECT"];
    const found = frames
      .filter((frame) => frame["mqtt.msgtype"] !== "")
      .map((frame) => {
        const type = [...names, ...more][Number(frame["mqtt.msgtype"])];
        return `${type} ${frame["tcp.dstport"] === "1883" ? "sent" : "received"}`;
      });
    expect(found).toEqual(ours);
    expect(count((frame) => frame["_ws.malformed"] !== "")).toBe(0);
    expect(count((frame) => /^(1|True)$/.test(frame["mqtt.dupflag"]))).toBe(1);
  });

  test("TCP is whole: checksums, sequence numbers, handshakes and ends", () => {
    const tcp = frames.filter((frame) => frame["tcp.flags"] !== "");
    expect(tcp.filter((frame) => frame["tcp.analysis.flags"] !== "")).toEqual([]);
    expect(new Set(tcp.map((frame) => frame["ip.checksum.status"] + frame["tcp.checksum.status"]))).toEqual(
      new Set(["11"]),
    );
    const has = (flag: number) => (frame: Frame) => (Number(frame["tcp.flags"]) & flag) !== 0;
    expect(count(has(2))).toBe(4); // SYN
    expect(count(has(1 | 4))).toBeGreaterThanOrEqual(2); // FIN or RST
    expect(count((frame) => frame["frame.comment"].includes("dial broker.example:1883"))).toBe(1);
  });

  test("the serial line stands beside it: every byte, with a comment, at its time", () => {
    const events = eventsIn(trace);
    const bytes = events.filter(({ kind }) => kind === "bytes");
    const serial = frames.filter((frame) => frame["frame.interface_name"] === "serial");
    const origin = Date.parse(events[0]?.wall ?? "") - (events[0]?.t ?? 0);
    expect(serial.length).toBe(bytes.length);
    for (const [index, frame] of serial.entries()) {
      const { t = 0, way } = bytes[index] ?? {};
      expect(Math.abs(Number(frame["frame.time_epoch"]) * 1000 - origin - t)).toBeLessThan(0.01);
      expect(frame["frame.comment"].startsWith(way === "received" ? "host>" : "host<")).toBe(true);
    }
    const infos = serial.map((frame) => frame["_ws.col.Info"].trim());
    expect(infos).toContain('Rcvd AT Command: AT+QMTOPEN=0,"broker.example",1883');
    expect(JSON.stringify(frames)).not.toContain("hunter2");
  });

  test("a recording of the serial line alone can be read, too", async () => {
    const path = join(folder, "tapped.pcapng");
    const golden = join(import.meta.dirname, "../recordings/bc28.jsonl");
    expect((await runToEnd(["pcap", golden, "--out", path])).out).toMatch(/: 0 MQTT packets, \d+ pieces/);
    const tapped = framesIn(path);
    expect(tapped.length).toBe(eventsIn(golden).filter(({ kind }) => kind === "bytes").length);
    expect(tapped.filter((frame) => frame["_ws.malformed"] !== "")).toEqual([]);
  });
});

test("a capture that cannot be written is told in one line", async () => {
  writeFileSync(join(folder, "foreign"), "x");
  expect((await runToEnd(["pcap", join(folder, "foreign"), "--out", join(folder, "x")])).code).toBe(1);
  expect((await runToEnd(["pcap", join(folder, "foreign")])).code).toBe(2);
});
