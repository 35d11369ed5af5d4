import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isTopicFilter, isTopicName } from "../../emulator/topic.js";

describe("topics", () => {
  test.each<[topic: string, name: boolean, filter: boolean]>([
    ["a", true, true],
    ["/", true, true],
    ["a//b", true, true],
    [" ", true, true],
    ["$SYS/a", true, true],
    ['a"b', true, true],
    ["temp\xc3\xa9rature", true, true],
    ["+", false, true],
    ["#", false, true],
    ["a/+/b", false, true],
    ["+/+", false, true],
    ["a/#", false, true],
    ["+/#", false, true],
    ["/#", false, true],
    ["a+", false, false], // [MQTT-4.7.1-3]
    ["a/+b", false, false],
    ["++", false, false],
    ["a#", false, false], // [MQTT-4.7.1-2]
    ["#/a", false, false],
    ["a/#/b", false, false],
    ["##", false, false],
    ["+#", false, false],
    ["#/", false, false],
    ["a\0b", false, false], // [MQTT-1.5.3-2]
    ["\xe9", false, false], // [MQTT-1.5.3-1]
    ["\xed\xa0\x80", false, false],
  ])("%j", (topic, name, filter) => expect([isTopicName(topic), isTopicFilter(topic)]).toEqual([name, filter]));
});

test("every topic name is a filter, and every filter without a wildcard is a topic name", () => {
  const topic = fc.array(fc.constantFrom("a", "/", "+", "#", "\0", "\xc3", "\xa9"), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(topic, (octets) => {
      const text = octets.join("");
      expect(isTopicName(text)).toBe(isTopicFilter(text) && !/[+#]/.test(text));
    }),
    { numRuns: 500 },
  );
});
