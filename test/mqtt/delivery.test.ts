import { describe, expect, test } from "vitest";
import { flows } from "../../mqtt/delivery.js";
import { refusal, step, wakeAt } from "../../mqtt/session.js";
import {
  config,
  connecting,
  down,
  got,
  type Line,
  message,
  play,
  puback,
  pubcomp,
  publish,
  pubrec,
  pubrel,
  sent,
  suback,
  subscribe,
  time,
  unsuback,
  unsubscribe,
} from "./story.js";

const connected = connecting();
const connected31 = connecting({ level: 3 });
const notice = { timeoutNotice: true } as const;

describe("each flow to its end", () => {
  test("QoS 0 is done when TCP has it", () => {
    play([
      ...connected,
      [40, publish(7, 0), "> PUBLISH 0"],
      [41, publish(8, 0), "> PUBLISH 0"],
      [42, sent(2), "published 7 0"],
      [43, sent(3), "published 8 0"],
      [44, sent(3)],
    ]);
  });

  test("QoS 1", () => {
    play([
      ...connected,
      [40, publish(7, 1), "> PUBLISH 7"],
      [50, puback(7), "published 7 1"],
      [60, puback(7), "ignored"],
    ]);
  });

  test("QoS 2", () => {
    play([
      ...connected,
      [40, publish(7, 2), "> PUBLISH 7"],
      [50, pubrec(7), "> PUBREL 7"],
      [60, pubcomp(7), "published 7 2"],
      [70, pubcomp(7), "ignored"],
    ]);
  });

  test("SUBSCRIBE and UNSUBSCRIBE, whose codes are passed on as they are", () => {
    play([
      ...connected,
      [40, subscribe(7, 3), "> SUBSCRIBE 7"],
      [41, unsubscribe(8), "> UNSUBSCRIBE 8"],
      [50, unsuback(8), "unsubscribed 8"],
      [60, suback(7, 1, 128, 0), "subscribed 7 1,128,0"],
    ]);
  });

  test("what is on the wire is what was asked", () => {
    const from = play(connected);
    const asked = { ...publish(7, 2), retain: true };
    expect(step(from, asked, 40, config).effects).toEqual([
      {
        kind: "send",
        packet: { type: "PUBLISH", id: 7, qos: 2, retain: true, dup: false, topic: "t", payload: asked.payload },
      },
    ]);
    expect(step(from, publish(7, 0), 40, config).effects).toMatchObject([
      { packet: { type: "PUBLISH", id: 0, qos: 0 } },
    ]);
  });
});

describe("only the right answer completes", () => {
  const answers = {
    PUBACK: puback(7),
    PUBREC: pubrec(7),
    PUBCOMP: pubcomp(7),
    SUBACK: suback(7, 1),
    UNSUBACK: unsuback(7),
  };
  const ways: { readonly [S in keyof typeof flows]: readonly Line[] } = {
    publish1: [[40, publish(7, 1), "> PUBLISH 7"]],
    publish2: [[40, publish(7, 2), "> PUBLISH 7"]],
    release: [
      [40, publish(7, 2), "> PUBLISH 7"],
      [41, pubrec(7), "> PUBREL 7"],
    ],
    subscribe: [[40, subscribe(7), "> SUBSCRIBE 7"]],
    unsubscribe: [[40, unsubscribe(7), "> UNSUBSCRIBE 7"]],
  };
  const cells = Object.entries(ways).flatMap(([stage, way]) =>
    Object.entries(answers).map(([type, answer]) => [stage as keyof typeof flows, type, way, answer] as const),
  );

  test.each(cells)("%s and %s", (stage, type, way, answer) => {
    const before = play([...connected, ...way, [45, sent(9)]]);
    const { session, effects } = step(before, answer, 50, config);
    const completes = flows[stage].awaits === type;
    expect(session.flights.map((flight) => flight.stage)).toEqual(
      !completes ? [stage] : stage === "publish2" ? ["release"] : [],
    );
    const kinds = effects.map(({ kind }) => kind);
    if (type === "PUBREC") expect(effects).toMatchObject([{ packet: { type: "PUBREL", id: 7 } }]);
    else expect(kinds).toEqual([completes ? "report" : "ignored"]);
  });

  test("a broker that answers QoS 2 with PUBACK gets retransmissions, the host result 2", () => {
    play([
      ...connected,
      [40, publish(7, 2), "> PUBLISH 7"],
      [41, sent(9)],
      [50, puback(7), "ignored"],
      [10_040, time, "> PUBLISH 7 dup"],
      [10_041, sent(9)],
      [10_050, puback(7), "ignored"],
      [20_040, time, "> PUBLISH 7 dup"],
      [20_041, sent(9)],
      [30_040, time, "> PUBLISH 7 dup"],
      [40_040, time, "failed publish 7"],
    ]);
  });

  test("unknown ids: PUBREC and PUBREL are answered, the rest is ignored", () => {
    play([
      ...connected,
      [40, pubrec(9), "> PUBREL 9"],
      [41, pubrel(9), "> PUBCOMP 9"],
      [42, puback(9), "ignored"],
      [43, pubcomp(9), "ignored"],
      [44, suback(9, 1), "ignored"],
      [45, unsuback(9), "ignored"],
    ]);
  });

  test("a SUBACK with a wrong number of codes drops the link", () => {
    play([...connected, [40, subscribe(7, 2), "> SUBSCRIBE 7"], [50, suback(7, 1), "hang up 1 reset", "stat 1"]]);
    play([...connected, [40, subscribe(7, 2), "> SUBSCRIBE 7"], [50, suback(7, 1, 1, 1), "hang up 1 reset", "stat 1"]]);
  });
});

describe("retransmission", () => {
  const given = [
    ["publish", publish(7, 1), "> PUBLISH 7", "> PUBLISH 7 dup", "> PUBLISH 7 dup"],
    ["subscribe", subscribe(7), "> SUBSCRIBE 7", "> SUBSCRIBE 7", "> SUBSCRIBE 7 dup"],
    ["unsubscribe", unsubscribe(7), "> UNSUBSCRIBE 7", "> UNSUBSCRIBE 7", "> UNSUBSCRIBE 7 dup"],
  ] as const;

  test.each(given)("%s: three times, then result 2, and +QMTSTAT 6 in silence", (matter, request, first, again) => {
    play(
      [
        ...connected,
        [40, request, first],
        [41, sent(9)],
        [10_039, time],
        [10_040, time, again, `retransmitted ${matter} 7 1`],
        [10_041, sent(9)],
        [20_040, time, again, `retransmitted ${matter} 7 2`],
        [20_041, sent(9)],
        [30_040, time, again, `retransmitted ${matter} 7 3`],
        [30_041, sent(9)],
        [40_039, time],
        [40_040, time, `failed ${matter} 7`, "hang up 1 reset", "stat 6"],
      ],
      notice,
    );
  });

  test.each(given)("%s in 3.1 carries DUP, if the quirk sets it", (_matter, request, first, again311, again31) => {
    const begin: readonly Line[] = [...connected31, [40, request, first], [41, sent(9)]];
    play([...begin, [10_040, time, again31]]);
    play([...begin, [10_040, time, again311]], { dup31: "clear" });
  });

  test("no retries at all", () => {
    play(
      [
        ...connected,
        [40, publish(7, 1), "> PUBLISH 7"],
        [10_040, time, "failed publish 7", "hang up 1 reset", "stat 6"],
      ],
      {
        retryTimes: 0,
      },
    );
  });

  test("a broker that was heard of keeps the link, and the id is free", () => {
    const session = play(
      [
        ...connected,
        [40, publish(7, 1), "> PUBLISH 7"],
        [5_000, message(0, 0), "received 0 0 news"],
        [10_040, time, "failed publish 7"],
      ],
      { retryTimes: 0 },
    );
    expect(session.phase).toBe("connected");
    expect(refusal(session, publish(7, 1))).toBeUndefined();
  });

  test("the others get no line when the link is given up", () => {
    const session = play(
      [
        ...connected,
        [40, publish(7, 1), "> PUBLISH 7"],
        [40, subscribe(8), "> SUBSCRIBE 8"],
        [40, publish(9, 0), "> PUBLISH 0"],
        [10_040, time, "failed publish 7", "hang up 1 reset", "stat 6"],
        [10_041, time],
      ],
      { retryTimes: 0 },
    );
    expect(session.phase).toBe("idle");
  });

  test("all that is due is done at once: deliveries in their order, QoS 0, keep-alive", () => {
    play([
      ...connecting({ keepAlive: 9 }),
      [40, publish(7, 1), "> PUBLISH 7"],
      [41, subscribe(8), "> SUBSCRIBE 8"],
      [42, sent(3)],
      [43, publish(5, 0), "> PUBLISH 0"],
      [99_999, time, "> PUBLISH 7 dup", "> SUBSCRIBE 8", "failed publish 5"],
    ]);
  });

  test("after PUBREC it is PUBREL, its counter begins anew, and it fails as a publish", () => {
    const story = (again: string): readonly Line[] => [
      [40, publish(7, 2), "> PUBLISH 7"],
      [41, sent(9)],
      [10_040, time, "> PUBLISH 7 dup", "retransmitted publish 7 1"],
      [10_041, sent(9)],
      [10_050, pubrec(7), "> PUBREL 7"],
      [10_051, sent(9)],
      [20_050, time, again, "retransmitted pubrel 7 1"],
      [20_051, sent(9)],
      [30_050, time, again, "retransmitted pubrel 7 2"],
      [30_051, sent(9)],
      [40_050, time, again, "retransmitted pubrel 7 3"],
      [50_050, time, "failed publish 7"],
      [50_060, pubcomp(7), "ignored"],
    ];
    play([...connected, ...story("> PUBREL 7")], notice);
    play([...connected31, ...story("> PUBREL 7 dup")], notice);
    play([...connected31, ...story("> PUBREL 7")], { ...notice, dup31: "clear" });
  });

  test("a PUBREC that comes again gets PUBREL again; the timer runs from the last one", () => {
    const session = play([
      ...connected31,
      [40, publish(7, 2), "> PUBLISH 7"],
      [50, pubrec(7), "> PUBREL 7"],
      [55, pubrec(7), "ignored"], // its PUBREL has not left yet
      [60, sent(9)],
      [5_000, pubrec(7), "> PUBREL 7 dup"],
    ]);
    expect(wakeAt(session)).toBe(15_000);
    play([
      ...connected,
      [40, publish(7, 2), "> PUBLISH 7"],
      [50, pubrec(7), "> PUBREL 7"],
      [60, sent(9)],
      [70, pubrec(7), "> PUBREL 7"],
    ]);
  });

  test("nothing is sent again before its last copy has left; the time counts all the same", () => {
    play(
      [
        ...connected,
        [40, publish(7, 1), "> PUBLISH 7"],
        [10_040, time],
        [15_000, sent(2)],
        [20_040, time, "> PUBLISH 7 dup", "retransmitted publish 7 2"],
        [30_040, time],
        [40_040, time, "failed publish 7", "hang up 1 reset", "stat 6"],
      ],
      notice,
    );
  });

  test("a QoS 0 publish that TCP does not take in time fails, and its late leaving is no news", () => {
    play([
      ...connected,
      [40, publish(7, 0), "> PUBLISH 0"],
      [50, publish(8, 0), "> PUBLISH 0"],
      [10_039, time],
      [10_040, time, "failed publish 7"],
      [10_045, sent(3), "published 8 0"],
    ]);
  });

  test("changed settings count from the next transmission", () => {
    const begin = play([...connected, [40, publish(7, 1), "> PUBLISH 7"], [41, sent(9)]]);
    const changed = { pktTimeout: 2_000, retryTimes: 1 };
    expect(wakeAt(begin)).toBe(10_040);
    play(
      [
        [2_040, time],
        [10_040, time, "> PUBLISH 7 dup"],
        [12_039, time],
        [12_040, time, "failed publish 7", "hang up 1 reset", "stat 6"],
      ],
      changed,
      begin,
    );
    play([[10_040, time, "> PUBLISH 7 dup"]], { retryTimes: 0 }, begin);
  });
});

describe("messages of the broker", () => {
  test("QoS 0 and 1 are told each time they come, QoS 1 is acknowledged", () => {
    play([
      ...connected,
      [40, message(0, 0), "received 0 0 news"],
      [41, message(7, 1), "received 7 1 news", "> PUBACK 7"],
      [42, message(7, 1, true), "received 7 1 news", "> PUBACK 7"],
    ]);
  });

  test("QoS 2 is told once until its PUBREL, DUP or not", () => {
    play([
      ...connected,
      [40, message(7, 2), "received 7 2 news", "> PUBREC 7"],
      [41, message(7, 2, true), "> PUBREC 7"],
      [42, message(7, 2), "> PUBREC 7"],
      [43, message(8, 2), "received 8 2 news", "> PUBREC 8"],
      [44, pubrel(7), "> PUBCOMP 7"],
      [45, message(7, 2), "received 7 2 news", "> PUBREC 7"],
      [46, message(8, 2, true), "> PUBREC 8"],
    ]);
  });

  test("their ids are a space of their own", () => {
    play([
      ...connected,
      [40, message(7, 2), "received 7 2 news", "> PUBREC 7"],
      [41, publish(7, 2), "> PUBLISH 7"],
      [42, pubrel(7), "> PUBCOMP 7"],
      [43, pubrec(7), "> PUBREL 7"],
      [44, pubcomp(7), "published 7 2"],
    ]);
  });

  test("they count as a sign of life", () => {
    play(
      [
        ...connected,
        [40, publish(7, 1), "> PUBLISH 7"],
        [41, got({ type: "PINGRESP" }), "ignored"],
        [10_040, time, "failed publish 7"],
        [10_050, down(), "stat 1"],
      ],
      { retryTimes: 0 },
    );
  });
});
