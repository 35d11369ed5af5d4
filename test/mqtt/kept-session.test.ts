import { describe, expect, test } from "vitest";
import type { Level } from "../../mqtt/packet.js";
import { type Input, refusal, type Session, wakeAt } from "../../mqtt/session.js";
import {
  close,
  connack,
  connect,
  connecting,
  disconnect,
  down,
  type Line,
  message,
  open,
  play,
  puback,
  pubcomp,
  publish,
  pubrec,
  sent,
  subscribe,
  time,
  unsubscribe,
  up,
} from "./story.js";

const keep = { cleanSession: false } as const;

/** Something of everything is unfinished. */
function unfinished(level: Level = 4): readonly Line[] {
  return [
    ...connecting({ ...keep, level }),
    [100, publish(1, 2), "> PUBLISH 1"],
    [101, publish(2, 1), "> PUBLISH 2"],
    [102, subscribe(3), "> SUBSCRIBE 3"],
    [103, unsubscribe(4), "> UNSUBSCRIBE 4"],
    [104, publish(5, 2), "> PUBLISH 5"],
    [105, publish(0, 0), "> PUBLISH 0"],
    [106, pubrec(1), "> PUBREL 1"],
    [107, message(9, 2), "received 9 2 news", "> PUBREC 9"],
  ];
}

const lost: Line = [1_000, down(), "stat 1"];

type How = Parameters<typeof connect>[0] & { readonly host?: string; readonly port?: number };

/** The way back, to the answer to CONNECT. */
function again(
  { host = "broker", port = 1883, ...how }: How,
  answer: Input,
  ...effects: readonly string[]
): readonly Line[] {
  return [
    [2_000, { kind: "open", host, port }, `dial 2 ${host}:${port}`],
    [2_010, up, "opened 0"],
    [2_020, connect({ ...keep, ...how }), "> CONNECT"],
    [2_030, sent(1)],
    [2_040, answer, "connected 0", ...effects],
  ];
}

const present = connack({ sessionPresent: true });

describe("clean_session 0", () => {
  const ends: readonly (readonly [string, Line])[] = [
    ["link loss", lost],
    ["QMTDISC", [1_000, disconnect, "> DISCONNECT", "disconnected 0", "hang up 1 end"]],
    ["QMTCLOSE", [1_000, close, "> DISCONNECT", "hang up 1 end", "closed 0"]],
  ];

  test.each(ends)("over %s publishes stay and go out in their order, with DUP", (_name, end) => {
    const session = play([
      ...unfinished(),
      end,
      ...again({}, present, "> PUBREL 1", "> PUBLISH 2 dup", "> PUBLISH 5 dup"),
    ]);
    expect(session.flights.map(({ id }) => id)).toEqual([1, 2, 5]);
    play(
      [
        [2_050, puback(2), "published 2 1"],
        [2_060, pubcomp(1), "published 1 2"],
        [2_070, pubrec(5), "> PUBREL 5"],
        [2_080, pubcomp(5), "published 5 2"],
      ],
      {},
      session,
    );
  });

  test("3.1: PUBREL with DUP, if the quirk sets it", () => {
    play([
      ...unfinished(3),
      lost,
      ...again({ level: 3 }, connack(), "> PUBREL 1 dup", "> PUBLISH 2 dup", "> PUBLISH 5 dup"),
    ]);
    play(
      [...unfinished(3), lost, ...again({ level: 3 }, connack(), "> PUBREL 1", "> PUBLISH 2 dup", "> PUBLISH 5 dup")],
      {
        dup31: "clear",
      },
    );
  });

  test("PUBRELs go in the order of their PUBRECs", () => {
    play([
      ...connecting(keep),
      [100, publish(1, 2), "> PUBLISH 1"],
      [101, publish(2, 2), "> PUBLISH 2"],
      [102, publish(3, 2), "> PUBLISH 3"],
      [103, pubrec(2), "> PUBREL 2"],
      [104, pubrec(1), "> PUBREL 1"],
      lost,
      ...again({}, present, "> PUBREL 2", "> PUBREL 1", "> PUBLISH 3 dup"),
    ]);
  });

  test("timers and counters start anew, each publish ends with its line", () => {
    const session = play(
      [
        ...connecting(keep),
        [100, publish(1, 1), "> PUBLISH 1"],
        [101, sent(2)],
        [10_100, time, "> PUBLISH 1 dup", "retransmitted publish 1 1"],
        [10_200, down(), "stat 1"],
        [20_000, open, "dial 2 broker:1883"],
        [20_001, up, "opened 0"],
        [20_002, connect(keep), "> CONNECT"],
        [20_003, present, "connected 0", "> PUBLISH 1 dup"],
        [20_004, sent(2)],
        [30_003, time, "> PUBLISH 1 dup", "retransmitted publish 1 1"],
        [30_004, sent(3)],
        [40_003, time, "failed publish 1", "hang up 2 reset", "stat 6"],
      ],
      { timeoutNotice: true, retryTimes: 1 },
    );
    // Result 2 is the end of it.
    expect(session.flights).toEqual([]);
  });

  test("silence counts from the first transmission on the new link", () => {
    const back = [...unfinished(), lost, ...again({}, present, "> PUBREL 1", "> PUBLISH 2 dup", "> PUBLISH 5 dup")];
    const settings = { retryTimes: 0 };
    play([...back, [12_040, time, "failed publish 1", "hang up 2 reset", "stat 6"]], settings);
    const heard: Line = [3_000, message(0, 0), "received 0 0 news"];
    play([...back, heard, [12_040, time, "failed publish 1", "failed publish 2", "failed publish 5"]], settings);
  });

  test("nothing is due while the link is away", () => {
    const session = play([...unfinished(), lost, [99_999, time]]);
    expect(wakeAt(session)).toBeUndefined();
  });

  test("what is kept has its id and its place in the window", () => {
    const session = play([
      ...unfinished(),
      lost,
      ...again({}, present, "> PUBREL 1", "> PUBLISH 2 dup", "> PUBLISH 5 dup"),
    ]);
    for (const id of [1, 2, 5]) expect(refusal(session, subscribe(id))).toBe("idInFlight");
    for (const id of [3, 4]) expect(refusal(session, subscribe(id))).toBeUndefined();
    const full = play(
      [
        [2_100, publish(6, 1), "> PUBLISH 6"],
        [2_101, publish(7, 1), "> PUBLISH 7"],
      ],
      {},
      session,
    );
    expect(refusal(full, publish(8, 1))).toBe("windowFull");
  });

  test("a CONNECT that fails or is refused forgets nothing", () => {
    play([
      ...unfinished(),
      lost,
      [1_100, open, "dial 2 broker:1883"],
      [1_101, down("refused"), "opened -1"],
      [1_200, open, "dial 3 broker:1883"],
      [1_201, up, "opened 0"],
      [1_202, connect(keep), "> CONNECT"],
      [1_203, connack({ returnCode: 3 }), "connected 3", "hang up 3 end", "stat 4"],
      [1_300, open, "dial 4 broker:1883"],
      [1_301, up, "opened 0"],
      [1_302, close, "hang up 4 end", "closed 0"],
      [1_400, open, "dial 5 broker:1883"],
      [1_401, up, "opened 0"],
      [1_402, connect(keep), "> CONNECT"],
      [1_403, present, "connected 0", "> PUBREL 1", "> PUBLISH 2 dup", "> PUBLISH 5 dup"],
    ]);
  });

  test("the server kept nothing: we resend all the same", () => {
    play([...unfinished(), lost, ...again({}, connack(), "> PUBREL 1", "> PUBLISH 2 dup", "> PUBLISH 5 dup")]);
  });
});

describe("what forgets it", () => {
  const forgetters = [
    ["another client id", { clientId: "you" }],
    ["another host", { host: "elsewhere" }],
    ["another port", { port: 8883 }],
    ["a clean session", { cleanSession: true }],
  ] as const;

  test.each(forgetters)("%s", (_name, how) => {
    const session = play([...unfinished(), lost, ...again(how, connack())]);
    expect(session).toMatchObject({ flights: [], inbound: [] });
  });

  test("a clean session keeps nothing over its end", () => {
    const session = play([...connecting(), [100, publish(1, 1), "> PUBLISH 1"], lost, ...again({}, connack())]);
    expect(session.flights).toEqual([]);
  });

  test("a CONNECT for another, also when the first comes back", () => {
    const elsewhere: Session = play([...unfinished(), lost, ...again({ clientId: "you" }, connack())]);
    play(
      [
        [3_000, down(), "stat 1"],
        [3_001, open, "dial 3 broker:1883"],
        [3_002, up, "opened 0"],
        [3_003, connect(keep), "> CONNECT"],
        [3_004, present, "connected 0"],
      ],
      {},
      elsewhere,
    );
  });
});

describe("the ids of inbound QoS 2", () => {
  const resent = ["> PUBREL 1", "> PUBLISH 2 dup", "> PUBLISH 5 dup"];
  const told: Line = [2_100, message(9, 2, true), "received 9 2 news", "> PUBREC 9"];
  const known: Line = [2_100, message(9, 2, true), "> PUBREC 9"];

  test("are kept when the server kept the session, and forgotten when it did not", () => {
    play([...unfinished(), lost, ...again({}, present, ...resent), known]);
    play([...unfinished(), lost, ...again({}, connack(), ...resent), told]);
  });

  test("are kept in 3.1, which cannot say", () => {
    const [, ...rest] = resent;
    play([...unfinished(3), lost, ...again({ level: 3 }, connack(), "> PUBREL 1 dup", ...rest), known]);
  });
});
