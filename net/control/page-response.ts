import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";

/** A page as it is served. */
interface Page {
  readonly html: string;
  readonly plain: Buffer;
  readonly zipped: Buffer;
  readonly tag: string;
}

let last: Page | undefined;

function pageOf(html: string): Page {
  if (last?.html === html) return last;
  const tag = `"${createHash("sha256").update(html).digest("base64url").slice(0, 22)}"`;
  last = { html, plain: Buffer.from(html), zipped: gzipSync(html, { level: 9 }), tag };
  return last;
}

/** The headers of every page, beside the policy that stands in the page itself. */
const safe = {
  "cache-control": "no-cache",
  "content-security-policy": "frame-ancestors 'none'",
  "content-type": "text/html; charset=utf-8",
  "referrer-policy": "no-referrer",
  vary: "accept-encoding",
  "x-content-type-options": "nosniff",
} as const;

/** Sends a page that is made for one request. It is not compressed: what is large in a report is compressed already. */
export function sendReport(response: ServerResponse, html: string): void {
  response.writeHead(200, { ...safe, "content-length": Buffer.byteLength(html) });
  response.end(html);
}

/** Sends a page, compressed where the client takes it, or 304 where the client has it. */
export function sendPage({ headers }: IncomingMessage, response: ServerResponse, html: string): void {
  const { plain, zipped, tag } = pageOf(html);
  const known = (headers["if-none-match"] ?? "").split(/\s*,\s*/);
  if (known.includes(tag) || known.includes(`W/${tag}`)) {
    response.writeHead(304, { ...safe, etag: tag }).end();
    return;
  }
  const isZipped = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:,|$))/.test(String(headers["accept-encoding"] ?? ""));
  const body = isZipped ? zipped : plain;
  response.writeHead(200, {
    ...safe,
    etag: tag,
    "content-length": body.length,
    ...(isZipped && { "content-encoding": "gzip" }),
  });
  response.end(body);
}
