import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Attack, good, strays, violations, violationsWhileConnected } from "./attacks.js";
import { Bench, type Stage, type Version } from "./bench.js";
import { type Caller, hex } from "./hostile-broker.js";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.start();
});
afterEach(async ({ task }) => {
  if (task.result?.state !== "fail") return;
  await bench.close(); // the others have done nothing
  bench = await Bench.start();
});
afterAll(() => bench.close());

const versions: readonly Version[] = [3, 4];

/** How the attack is cut on its way. */
const cuts: { readonly [name: string]: (caller: Caller, bytes: Buffer) => Promise<void> | void } = {
  whole: (caller, bytes) => caller.say(bytes),
  "byte by byte": (caller, bytes) => caller.dribble(bytes),
  "with more behind it": (caller, bytes) => caller.say(bytes, "20 02 00 00", "30 03 0001 74", "ff ff ff"),
};

/** What the host hears when the link is dropped. note 5.1 */
const drops: { readonly [S in Stage]: readonly string[] } = {
  open: ["+QMTSTAT: 0,1"],
  connecting: ["+QMTSTAT: 0,1", "+QMTCONN: 0,2"],
  connected: ["+QMTSTAT: 0,1"],
};

const isIn =
  (version: Version) =>
  (attack: Attack): boolean =>
    attack.version === undefined || attack.version === version;
// Before CONNECT no version has been chosen, and the stricter rules count.
const early = [...good, ...violations.filter(isIn(4))];

async function isDropped(stage: Stage, version: Version, bytes: string, cut: string): Promise<void> {
  const caller = await bench.reach(stage, version);
  await cuts[cut]?.(caller, hex(bytes));
  await bench.desk.hears(...drops[stage]);
  expect(await caller.gone()).toBe("reset");
  bench.desk.isAnswered();
}

describe.each(Object.keys(cuts))("%s", (cut) => {
  describe("before CONNECT everything drops the link", () => {
    test.each(early)("$what", async ({ bytes }) => {
      await isDropped("open", 4, bytes, cut);
      await bench.isUnharmed();
    });
  });

  describe.each(versions)("before CONNACK everything else drops the link, version %i", (version) => {
    const attacks = [...good, ...violations].filter(({ what }) => what !== "CONNACK").filter(isIn(version));
    test.each(attacks)("$what", async ({ bytes }) => {
      await isDropped("connecting", version, bytes, cut);
      await bench.isUnharmed();
    });
  });

  describe.each(versions)("while connected and much is in flight, version %i", (version) => {
    test.each([...violations, ...violationsWhileConnected].filter(isIn(version)))("$what", async ({ bytes }) => {
      const caller = await inFlight(version);
      await cuts[cut]?.(caller, hex(bytes));
      await bench.desk.hears(...drops.connected); // and no line for what was in flight
      expect(await caller.gone()).toBe("reset");
      await bench.isUnharmed();
    });
  });
});

/** A QoS 1 publish 1, a QoS 2 publish 2, a subscription 3 to two topics and an unsubscription 4 wait for their answers. */
async function inFlight(version: Version): Promise<Caller> {
  const caller = await bench.reach("connected", version);
  await bench.publish(1, 1, "a");
  await bench.publish(2, 2, "b");
  await bench.desk.ask('AT+QMTSUB=0,3,"s",0,"u",1', "OK");
  await bench.desk.ask('AT+QMTUNS=0,4,"v"', "OK");
  for (const type of ["32", "34", "82", "a2"]) expect((await caller.next()).slice(0, 2)).toBe(type);
  return caller;
}

describe.each(versions)("strays complete nothing, version %i", (version) => {
  test("one after the other, then the right ones, then those again", async () => {
    const caller = await inFlight(version);
    for (const { bytes, answer } of strays.filter(isIn(version))) {
      caller.say(bytes, "30 06 0001 6d 6e6578"); // the message behind it proves that there was no line
      await bench.desk.hears('+QMTRECV: 0,0,"m",nex');
      if (answer !== undefined) expect(await caller.next()).toBe(answer);
    }
    expect(caller.packets).toEqual([]);
    caller.say("40 02 0001", "50 02 0002", "90 04 0003 00 80", "b0 02 0004");
    await bench.desk.hears("+QMTPUB: 0,1,0", "+QMTSUB: 0,3,0,0,128", "+QMTUNS: 0,4,0");
    expect(await caller.next()).toBe("62020002");
    caller.say("40 02 0002", "90 03 0002 00", "50 02 0002"); // a late PUBREC has PUBREL resent
    expect((await caller.next()).slice(2)).toBe("020002");
    caller.say("70 02 0002");
    await bench.desk.hears("+QMTPUB: 0,2,0");
    caller.say("40 02 0001", "70 02 0002", "90 04 0003 00 80", "b0 02 0004", "30 06 0001 6d 656e64");
    await bench.desk.hears('+QMTRECV: 0,0,"m",end');
    await bench.desk.ask("AT+QMTCLOSE=0", "OK", "+QMTCLOSE: 0,0");
    expect(await caller.next()).toBe("e000");
    await bench.isUnharmed();
  });
});

describe("a CONNACK that refuses", () => {
  test.each([1, 2, 3, 4, 5])("with %i", async (code) => {
    const caller = await bench.reach("connecting");
    caller.say(Uint8Array.of(0x20, 2, 0, code), "20 02 00 00", "30 03 0001 74");
    await bench.desk.hears(`+QMTCONN: 0,0,${code}`, "+QMTSTAT: 0,4");
    await caller.gone();
    await bench.isUnharmed();
  });

  test.each(["20 02 01 05", "20 02 01 01"])("with session present (%s) is none", async (bytes) => {
    await isDropped("connecting", 4, bytes, "whole");
    await bench.isUnharmed();
  });

  test("one that accepts, and says that a session is present after a clean one", async () => {
    await isDropped("connecting", 4, "20 02 01 00", "whole");
    await bench.isUnharmed();
  });
});

describe("messages, again and again", () => {
  test("QoS 1 is told each time, QoS 2 once until its PUBREL", async () => {
    const caller = await bench.reach("connected");
    const [one, two] = ["32 06 0001 74 0009 61", "34 06 0001 74 0009 62"];
    caller.say(one, "3a 06 0001 74 0009 61", two, two, "3c 06 0001 74 0009 62", "62 02 0009", "62 02 0009", two);
    const line = (text: string) => `+QMTRECV: 0,9,"t",${text}`;
    await bench.desk.hears(line("a"), line("a"), line("b"), line("b"));
    const answers = ["40020009", "40020009", "50020009", "50020009", "50020009", "70020009", "70020009", "50020009"];
    for (const answer of answers) expect(await caller.next()).toBe(answer);
    await bench.desk.ask("AT+QMTDISC=0", "OK", "+QMTDISC: 0,0");
    await caller.gone();
    await bench.desk.ask("AT+QMTCLOSE=0", "OK", "+QMTCLOSE: 0,0");
    await bench.isUnharmed();
  });
});

describe("an end in the middle of a packet", () => {
  const packet = hex("32 0c 0003 742f74 0007 68656c6c6f");
  const ends = ["end", "reset"] as const;
  const stages: readonly Stage[] = ["open", "connecting", "connected"];
  describe.each(ends)("by %s", (how) => {
    describe.each(stages)("%s", (stage) => {
      test.each([0, 1, 2, 3, 5, 8, 13])("after %i bytes", async (count) => {
        const caller = await bench.reach(stage);
        if (count > 0) caller.say(packet.subarray(0, count));
        if (how === "end") caller.socket.end();
        else caller.socket.resetAndDestroy();
        await bench.desk.hears(...drops[stage]);
        if (how === "end") await caller.gone(); // half-closed only: the module lets go of its half
        await bench.isUnharmed();
      });
    });
  });
});
