import { describe, expect, test } from "vitest";
import { wakeAt } from "../../mqtt/session.js";
import {
  connack,
  connect,
  connecting,
  down,
  message,
  open,
  pingresp,
  play,
  puback,
  publish,
  sendFailed,
  sent,
  time,
  up,
} from "./story.js";

const connected = connecting({ keepAlive: 20 });

describe("PINGREQ", () => {
  test("goes out when nothing was sent for the keep-alive time, CONNECT included", () => {
    expect(wakeAt(play(connected))).toBe(20_020);
    play([...connected, [20_019, time], [20_020, time, "> PINGREQ"], [20_500, pingresp], [40_020, time, "> PINGREQ"]]);
  });

  test("what we send puts it off, what the broker sends does not", () => {
    play([
      ...connected,
      [5_000, publish(0, 0), "> PUBLISH 0"],
      [5_001, sent(2), "published 0 0"],
      [15_000, message(0, 0), "received 0 0 news"],
      [20_020, time],
      [24_999, time],
      [25_000, time, "> PINGREQ"],
    ]);
    play([
      ...connected,
      [5_000, message(1, 1), "received 1 1 news", "> PUBACK 1"],
      [24_999, time],
      [25_000, time, "> PINGREQ"],
    ]);
  });

  test("a retransmission at the same moment spares it", () => {
    play([
      ...connecting({ keepAlive: 10 }),
      [40, publish(1, 1), "> PUBLISH 1"],
      [41, sent(2)],
      [10_040, time, "> PUBLISH 1 dup"],
      [10_041, puback(1), "published 1 1"],
      [20_040, time, "> PINGREQ"],
    ]);
  });

  test("0 is never", () => {
    expect(wakeAt(play(connecting({ keepAlive: 0 })))).toBeUndefined();
    play([...connecting({ keepAlive: 0 }), [9_999_999, time]]);
  });

  test("a CONNACK after the keep-alive time makes it due at once", () => {
    const late = connecting({ keepAlive: 1 }).slice(0, 4);
    play([...late, [5_000, time], [5_001, connack(), "connected 0"], [5_001, time, "> PINGREQ"]]);
  });
});

describe("PINGRESP", () => {
  test("that does not come in time is +QMTSTAT 2", () => {
    const session = play([...connected, [20_020, time, "> PINGREQ"], [30_019, time]]);
    expect(wakeAt(session)).toBe(30_020);
    play([[30_020, time, "hang up 1 reset", "stat 2"]], {}, session);
  });

  test("other packets do not stand for it", () => {
    play([
      ...connected,
      [20_020, time, "> PINGREQ"],
      [25_000, message(0, 0), "received 0 0 news"],
      [30_020, time, "hang up 1 reset", "stat 2"],
    ]);
  });

  test("with a short keep-alive further PINGREQs go out, and the first open one counts", () => {
    play([
      ...connecting({ keepAlive: 4 }),
      [4_020, time, "> PINGREQ"],
      [8_020, time, "> PINGREQ"],
      [9_000, pingresp],
      [12_020, time, "> PINGREQ"],
      [16_020, time, "> PINGREQ"],
      [18_020, time, "hang up 1 reset", "stat 2"],
    ]);
  });

  test("nobody asked for is ignored", () => {
    play([
      ...connected,
      [40, pingresp, "ignored"],
      [20_020, time, "> PINGREQ"],
      [20_030, pingresp],
      [20_031, pingresp, "ignored"],
    ]);
  });
});

test("a PINGREQ of one link is forgotten on the next", () => {
  play([
    ...connected,
    [20_020, time, "> PINGREQ"],
    [20_030, down(), "stat 1"],
    [21_000, open, "dial 2 broker:1883"],
    [21_010, up, "opened 0"],
    [21_020, connect({ keepAlive: 20 }), "> CONNECT"],
    [21_030, connack(), "connected 0"],
    [30_020, time],
    [41_020, time, "> PINGREQ"],
  ]);
});

describe("sending fails", () => {
  test("with a PINGREQ that has not left", () => {
    play([...connected, [20_020, time, "> PINGREQ"], [20_030, sendFailed, "hang up 1 reset", "stat 2"]]);
  });

  test("with a PINGREQ that has", () => {
    play([
      ...connected,
      [20_020, time, "> PINGREQ"],
      [20_025, sent(2)],
      [20_030, sendFailed, "hang up 1 reset", "stat 1"],
    ]);
  });
});
