import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readHttpUrl } from "../../emulator/addresses.js";

describe("a URL", () => {
  test.each([
    ["http://h", "http", "h", 80, "/"],
    ["http://h/", "http", "h", 80, "/"],
    ["HTTP://H.example:8080/a/b", "http", "H.example", 8080, "/a/b"],
    ["http://h?a=b", "http", "h", 80, "/?a=b"],
    ["http://h/a?b=c:d@e", "http", "h", 80, "/a?b=c:d@e"],
    ["http://192.0.2.7:1", "http", "192.0.2.7", 1, "/"],
    ["http://[2001:db8::7]/a", "http", "2001:db8::7", 80, "/a"],
    ["http://h:65535", "http", "h", 65_535, "/"],
    ["http://h.:080", "http", "h.", 80, "/"],
    ["https://h", "https", "h", 443, "/"],
  ])("%s", (text, scheme, host, port, path) => expect(readHttpUrl(text)).toEqual({ scheme, host, port, path }));

  test.each([
    "",
    "h",
    "//h",
    "http:/h",
    "http:h",
    "http://",
    "http:///a",
    "http://:80",
    "http://h:",
    "http://h:0",
    "http://h:65536",
    "http://h:1e3",
    "http://h:100000",
    "http://me@h",
    "http://me:pw@h",
    "http://h#a",
    "http://h/#a",
    "http://h/a b",
    "http://h/\xe9",
    "http://h/\r\nX: y",
    "http://h\\a",
    "http://1.2.3",
    "http://1.2.3.256",
    "http://[h]",
    "http://[1.2.3.4]",
    "http://[::1",
    "http://::1",
    "ftp://h",
    "mqtt://h:1883",
    " http://h",
  ])("%j is none", (text) => expect(readHttpUrl(text)).toBeUndefined());
});

test("a URL that is accepted has the same parts in the URL class, and a path that is legal in a request", () => {
  const part = fc.constantFrom(
    "http://",
    "https://",
    "HTTP://",
    "a.b",
    "1.2.3.4",
    "[::1]",
    ":80",
    ":",
    "@",
    "/",
    "?",
    "#",
    "%41",
    " ",
    "\xe9",
    "..",
    "\n",
  );
  const text = fc.array(part, { maxLength: 6 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(
      fc.oneof(
        text,
        text.map((rest) => `http://a.b${rest}`),
      ),
      (octets) => {
        const read = readHttpUrl(octets);
        if (read === undefined) return;
        const other = new URL(octets);
        expect(other.hostname.replace(/[[\]]/g, "")).toBe(read.host.toLowerCase());
        expect(Number(other.port) || (read.scheme === "http" ? 80 : 443)).toBe(read.port);
        expect(read.path).toMatch(/^\/[!-~]*$/);
      },
    ),
  );
});
