import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  handlers,
  type Input,
  levelOf,
  newSession,
  type Phase,
  type Request,
  refusal,
  type Session,
  step,
  wakeAt,
} from "../../mqtt/session.js";
import * as story from "./story.js";
import {
  close,
  config,
  connack,
  connect,
  connecting,
  disconnect,
  down,
  got,
  type Line,
  message,
  open,
  pingresp,
  play,
  puback,
  publish,
  sendFailed,
  sent,
  suback,
  subscribe,
  time,
  unsubscribe,
  up,
  violation,
} from "./story.js";

const waiting = { afterDisconnect: "wait" } as const;

/** A way into each phase. */
const ways: { readonly [P in Phase]: readonly Line[] } = {
  idle: [],
  opening: connecting().slice(0, 1),
  open: connecting().slice(0, 2),
  connecting: connecting().slice(0, 4),
  connected: connecting(),
  disconnecting: [...connecting(), [40, disconnect, "> DISCONNECT", "disconnected 0"]],
};

const inputs: { readonly [K in Input["kind"]]: Extract<Input, { kind: K }> } = {
  open: { kind: "open", host: "other", port: 1 },
  close: { kind: "close" },
  connect: connect(),
  disconnect: { kind: "disconnect" },
  subscribe: subscribe(9),
  unsubscribe: unsubscribe(9),
  publish: publish(9, 1),
  up: { kind: "up" },
  down: { kind: "down", reason: "closed" },
  packet: { kind: "packet", packet: { type: "PINGRESP" } },
  violation: { kind: "violation", why: "a test" },
  sent: { kind: "sent", packets: 9 },
  sendFailed: { kind: "sendFailed" },
  time: { kind: "time" },
};

const requests: readonly string[] = ["open", "close", "connect", "disconnect", "subscribe", "unsubscribe", "publish"];

/** Which inputs each phase handles: the contract, written a second time. */
const matrix: { readonly [P in Phase]: string } = {
  idle: "close open",
  opening: "close down time up",
  open: "close connect down packet violation",
  connecting: "close down packet sendFailed sent time violation",
  connected: "close disconnect down packet publish sendFailed sent subscribe time unsubscribe violation",
  disconnecting: "close down open sendFailed sent time",
};

describe("the phase table", () => {
  const cells = Object.keys(ways).flatMap((phase) =>
    Object.values(inputs).map((input) => [phase as Phase, input.kind, input] as const),
  );

  test.each(Object.entries(matrix))("%s handles: %s", (phase, kinds) => {
    expect(
      Object.keys(handlers[phase as Phase])
        .sort()
        .join(" "),
    ).toBe(kinds);
  });

  test.each(cells)("%s and %s", (phase, kind, input) => {
    const before = play(ways[phase], waiting);
    expect(before.phase).toBe(phase);
    const { session, effects } = step(before, input, 50, config);
    const isRequest = requests.includes(kind);
    const taken = handlers[phase][kind] !== undefined && !(phase === "idle" && kind === "close");
    if (isRequest) expect(refusal(before, input as Request)).toBe(taken ? undefined : "wrongState");
    if (!taken) {
      expect(session).toBe(before);
      expect(effects.map(story.print)).toEqual(kind === "time" ? [] : ["ignored"]);
    } else if (kind !== "time" && kind !== "sent" && !(kind === "packet" && phase === "connected")) {
      expect(effects.length).toBeGreaterThan(0);
      expect(effects.map(story.print)).not.toContain("ignored");
    }
  });
});

describe("QMTOPEN", () => {
  const results = [
    ["unresolved", 4],
    ["networkGone", 5],
    ["refused", -1],
    ["unreachable", -1],
    ["timedOut", -1],
    ["reset", -1],
    ["closed", -1],
    ["failed", -1],
  ] as const;

  test.each(results)("%s is result %i", (reason, result) => {
    const session = play([...ways.opening, [10, down(reason), `opened ${result}`]]);
    expect(session).toMatchObject({ phase: "idle", peer: undefined });
  });

  test("75 seconds and no more", () => {
    expect(wakeAt(play(ways.opening))).toBe(75_000);
    expect(wakeAt(play(ways.open))).toBeUndefined();
    play([...ways.opening, [74_999, time], [75_000, time, "hang up 1 reset", "opened -1"]]);
  });

  test("each dial has a number of its own, also after a reboot", () => {
    const session = play([...ways.open, [50, close, "hang up 1 end", "closed 0"], [60, open, "dial 2 broker:1883"]]);
    expect(newSession(session.link).link).toBe(2);
    play([[0, open, "dial 8 broker:1883"]], {}, newSession(7));
  });

  test("the peer is known while opening and open, the level from CONNECT on", () => {
    expect(play(ways.opening).peer).toEqual({ host: "broker", port: 1883 });
    expect(play(ways.open).peer).toEqual({ host: "broker", port: 1883 });
    expect(play(ways.disconnecting, waiting).peer).toBeUndefined();
    expect(levelOf(play(ways.open))).toBe(4);
    expect(levelOf(play(connecting({ level: 3 })))).toBe(3);
    expect(levelOf(play([...connecting({ level: 3 }), [50, down(), "stat 1"]]))).toBe(4);
  });

  test("a server that speaks first is dropped", () => {
    play([...ways.open, [15, pingresp, "hang up 1 reset", "stat 1"], [16, down(), "ignored"]]);
    play([...ways.open, [15, violation, "hang up 1 reset", "stat 1"]]);
  });

  test("a broker that closes because no CONNECT came", () => {
    play([...ways.open, [10_000, down(), "stat 1"], [10_001, close, "ignored"]]);
  });
});

describe("QMTCONN", () => {
  const sentNotAnswered = ways.connecting;
  const notSent = ways.connecting.slice(0, 3);

  test("no CONNACK in time", () => {
    expect(wakeAt(play(sentNotAnswered))).toBe(10_020);
    play([...sentNotAnswered, [10_019, time], [10_020, time, "hang up 1 reset", "stat 4", "connectFailed"]]);
  });

  test("CONNECT did not leave in time", () => {
    play([...notSent, [10_020, time, "hang up 1 reset", "stat 3", "connectFailed"]]);
  });

  test("sending fails before CONNECT left, and after", () => {
    play([...notSent, [25, sendFailed, "hang up 1 reset", "stat 3", "connectFailed"]]);
    play([...sentNotAnswered, [25, sendFailed, "hang up 1 reset", "stat 1", "connectFailed"]]);
  });

  test("the link ends before CONNACK", () => {
    play([...sentNotAnswered, [25, down("reset"), "stat 1", "connectFailed"]]);
    play([...sentNotAnswered, [25, down("networkGone"), "stat 7", "connectFailed"]]);
    play([...sentNotAnswered, [25, violation, "hang up 1 reset", "stat 1", "connectFailed"]]);
  });

  test("anything before CONNACK is a violation", () => {
    play([...sentNotAnswered, [25, pingresp, "hang up 1 reset", "stat 1", "connectFailed"]]);
    play([...sentNotAnswered, [25, message(0, 0), "hang up 1 reset", "stat 1", "connectFailed"]]);
  });

  test.each([1, 2, 3, 4, 5] as const)("refused with code %i", (returnCode) => {
    const told = `connected ${returnCode}`;
    const answer = connack({ returnCode });
    play([...sentNotAnswered, [25, answer, told, "hang up 1 end", "stat 4"]]);
    play([...sentNotAnswered, [25, answer, told, "hang up 1 end", "stat 1"]], { afterRefusal: 1 });
    play([...sentNotAnswered, [25, answer, told, "hang up 1 end"]], { afterRefusal: "silent" });
  });

  test("session present after a clean session is a violation in 3.1.1", () => {
    const answer = connack({ sessionPresent: true });
    play([...sentNotAnswered, [25, answer, "hang up 1 reset", "stat 1", "connectFailed"]]);
    play([...connecting({ cleanSession: false }).slice(0, 4), [25, answer, "connected 0"]]);
    play([...connecting({ level: 3 }).slice(0, 4), [25, answer, "connected 0"]]);
  });

  test("a second CONNACK is a violation", () => {
    play([...connecting(), [50, connack(), "hang up 1 reset", "stat 1"], [51, violation, "ignored"]]);
  });
});

describe("QMTCLOSE", () => {
  test("while opening", () => {
    play([...ways.opening, [5, close, "hang up 1 reset", "closed 0"], [6, up, "ignored"], [7, close, "ignored"]]);
  });

  test("while open and while connecting", () => {
    play([...ways.open, [50, close, "hang up 1 end", "closed 0"], [60, down(), "ignored"]]);
    play([...ways.connecting, [50, close, "hang up 1 end", "closed 0"], [60, connack(), "ignored"]]);
  });

  test("while connected a DISCONNECT goes first, and what is pending gets no line", () => {
    const session = play([
      ...connecting(),
      [40, publish(1, 1), "> PUBLISH 1"],
      [50, close, "> DISCONNECT", "hang up 1 end", "closed 0"],
      [60, puback(1), "ignored"],
      [99_999, time],
    ]);
    expect(wakeAt(session)).toBeUndefined();
  });

  test("when nothing has left for a whole pkt_timeout it fails", () => {
    const stalled: readonly Line[] = [...connecting(), [40, publish(1, 1), "> PUBLISH 1"]];
    play([...stalled, [10_039, close, "> DISCONNECT", "hang up 1 end", "closed 0"]]);
    play([...stalled, [10_040, close, "hang up 1 reset", "closed -1"]]);
  });
});

describe("QMTDISC", () => {
  const gone: readonly Line[] = [...connecting(), [40, disconnect, "> DISCONNECT", "disconnected 0", "hang up 1 end"]];

  test("nothing is open from then on, and one QMTCLOSE is still answered", () => {
    play([...gone, [41, down(), "ignored"], [50, close, "closed 0"], [60, close, "ignored"]]);
    play([...gone, [50, open, "dial 2 broker:1883"], [51, down("refused"), "opened -1"], [60, close, "ignored"]]);
  });

  test("when nothing has left for a whole pkt_timeout it fails", () => {
    play([
      ...connecting(),
      [40, publish(1, 2), "> PUBLISH 1"],
      [50, publish(2, 2), "> PUBLISH 2"],
      [5_000, sent(2)],
      [14_999, pingresp, "ignored"],
      [15_000, disconnect, "hang up 1 reset", "disconnected -1"],
      [15_001, close, "closed 0"],
    ]);
  });

  test("what leaves at last makes it good again", () => {
    play([
      ...connecting(),
      [40, publish(1, 0), "> PUBLISH 0"],
      [9_000, sent(2), "published 1 0"],
      [30_000, disconnect, "> DISCONNECT", "disconnected 0", "hang up 1 end"],
    ]);
  });

  const parting = ways.disconnecting;

  test("quirk wait: the server closes, or has to be helped", () => {
    expect(wakeAt(play(parting, waiting))).toBe(10_040);
    play([...parting, [50, sent(2)], [60, down(), "stat 5"], [70, close, "closed 0"], [80, close, "ignored"]], waiting);
    play([...parting, [10_039, time], [10_040, time, "hang up 1 end", "stat 5"]], waiting);
    play([...parting, [50, sendFailed, "hang up 1 end", "stat 5"]], waiting);
    play([...parting, [50, down("networkGone"), "stat 7"]], waiting);
  });

  test("quirk wait: QMTCLOSE and QMTOPEN end it early", () => {
    play([...parting, [50, close, "hang up 1 end", "closed 0"], [60, close, "ignored"]], waiting);
    play([...parting, [50, open, "hang up 1 end", "dial 2 broker:1883"], [51, up, "opened 0"]], waiting);
  });
});

describe("the end of a link while connected", () => {
  const stats = [
    ["closed", 1],
    ["reset", 1],
    ["refused", 1],
    ["failed", 1],
    ["unresolved", 1],
    ["networkGone", 7],
    ["unreachable", 7],
    ["timedOut", 7],
  ] as const;

  test.each(stats)("%s is +QMTSTAT %i, once, and no other line", (reason, code) => {
    const session = play([
      ...connecting(),
      [40, publish(1, 1), "> PUBLISH 1"],
      [41, subscribe(2), "> SUBSCRIBE 2"],
      [42, publish(0, 0), "> PUBLISH 0"],
      [50, down(reason), `stat ${code}`],
      [51, down(reason), "ignored"],
      [99_999, time],
    ]);
    expect(session).toMatchObject({ phase: "idle", qos0Pending: [] });
  });

  test("sending fails", () => {
    play([...connecting(), [50, sendFailed, "hang up 1 reset", "stat 1"]]);
  });
});

describe("refusal", () => {
  const busy = play([
    ...connecting(),
    [31, publish(1, 1), "> PUBLISH 1"],
    [32, publish(2, 2), "> PUBLISH 2"],
    [33, subscribe(3), "> SUBSCRIBE 3"],
    [34, unsubscribe(4), "> UNSUBSCRIBE 4"],
  ]);

  test.each([1, 2, 3, 4])("id %i is in flight for all requests", (id) => {
    for (const request of [publish(id, 0), publish(id, 1), publish(id, 2), subscribe(id), unsubscribe(id)]) {
      expect(refusal(busy, request)).toBe("idInFlight");
      expect(step(busy, request, 40, config).session).toBe(busy);
    }
  });

  test("five publishes fill the window; subscriptions and QoS 0 do not count", () => {
    const full = play(
      [
        [41, publish(5, 2), "> PUBLISH 5"],
        [42, publish(6, 1), "> PUBLISH 6"],
        [43, publish(7, 1), "> PUBLISH 7"],
        [44, publish(0, 0), "> PUBLISH 0"],
      ],
      {},
      busy,
    );
    expect(refusal(full, publish(8, 1))).toBe("windowFull");
    expect(refusal(full, publish(8, 2))).toBe("windowFull");
    expect(refusal(full, publish(7, 1))).toBe("idInFlight");
    expect(refusal(full, publish(8, 0))).toBeUndefined();
    expect(refusal(full, subscribe(8))).toBeUndefined();
    expect(refusal(play([[50, puback(1), "published 1 1"]], {}, full), publish(8, 1))).toBeUndefined();
    expect(refusal(play([[50, down(), "stat 1"]], {}, full), publish(7, 1))).toBe("wrongState");
  });

  test("a QoS 0 publish that waits for TCP holds no id", () => {
    const session = play([...connecting(), [40, publish(7, 0), "> PUBLISH 0"]]);
    expect(refusal(session, publish(7, 0))).toBeUndefined();
  });
});

const ids = fc.integer({ min: 1, max: 7 });
const qos = fc.constantFrom<0 | 1 | 2>(0, 1, 2);
const anyInput: fc.Arbitrary<Input> = fc.oneof(
  fc.constantFrom(open, up, close, disconnect, sendFailed, violation, pingresp),
  fc.constantFrom(open, up, connack(), connack({ sessionPresent: true }), connack({ returnCode: 5 })),
  fc.record({ cleanSession: fc.boolean(), level: fc.constantFrom<3 | 4>(3, 4), keepAlive: fc.nat(20) }).map(connect),
  fc.constantFrom(down(), down("networkGone")),
  fc.nat(40).map(sent),
  fc.constant(time),
  fc.tuple(ids, qos).map(([id, q]) => publish(id, q)),
  ids.map((id) => subscribe(id)),
  ids.map(unsubscribe),
  fc.tuple(ids, qos).map(([id, q]) => message(id, q)),
  fc.tuple(fc.constantFrom("PUBACK", "PUBREC", "PUBCOMP", "UNSUBACK"), ids).map(([type, id]) => got({ type, id })),
  ids.map(story.pubrel),
  ids.map((id) => suback(id, 1)),
);

/** Most runs begin connected: from idle a random walk rarely gets there. */
const start = fc.boolean().map((cleanSession) => play(connecting({ cleanSession, keepAlive: 5 })));

function check(session: Session, now: number, wasTime: boolean): void {
  expect(Object.keys(handlers)).toContain(session.phase);
  const wake = wakeAt(session);
  if (wasTime && wake !== undefined) expect(wake).toBeGreaterThan(now);
  const held = session.flights.map(({ id }) => id);
  expect(new Set(held).size).toBe(held.length);
  expect(session.flights.filter(({ request }) => request.type === "PUBLISH").length).toBeLessThanOrEqual(5);
  expect(session.out.taken).toBeLessThanOrEqual(session.out.packets);
}

test("no sequence of inputs throws, leaves the table or forgets an answer", () => {
  const walk = fc.array(fc.tuple(anyInput, fc.nat(6_000)), { maxLength: 80 });
  fc.assert(
    fc.property(start, walk, fc.constantFrom<"wait" | "close">("wait", "close"), (from, inputs, afterDisconnect) => {
      let session = from;
      let now = 100;
      let asked = 0;
      for (const [input, later] of inputs) {
        now += later;
        const connects = input.kind === "connect" && refusal(session, input) === undefined;
        if (input.kind === "close" && session.phase === "connecting") asked--;
        const next = step(session, input, now, { ...config, afterDisconnect });
        if (connects) asked++;
        for (const effect of next.effects) {
          if (effect.kind !== "report") continue;
          if (effect.report.kind === "connected" || effect.report.kind === "connectFailed") asked--;
        }
        expect(next.session.link).toBeGreaterThanOrEqual(session.link);
        session = next.session;
        check(session, now, input.kind === "time");
        // A QMTCONN that got its OK always gets its line, and only one.
        expect(asked).toBe(session.phase === "connecting" ? 1 : 0);
      }
    }),
    { numRuns: 1000 },
  );
});
