import type { Millis } from "../../../mqtt/packet.js";
import type { RecordedEvent } from "../../trace/recorded-event.js";
import { fieldText, type HostLine, has, numberAt, shown, spanText, writeOf } from "../host-line.js";
import type { RuleId } from "../rules.js";
import type { HostView, MakeWatch } from "./watch.js";

/** How long a broker waits for CONNECT at least, in ms. field */
const connectWithin: Millis = 5000;
/** How many AT+QMTOPEN within which span, in ms, are too many. */
const stormSpan: Millis = 60_000;
const stormSize = 5;
/** How long a host may need to read a report, in ms. decided */
const reactionTime: Millis = 1000;
/** How soon a host should open a lost link again, in ms; the second value after further failures, when it backs off. */
const reopenWithin: Millis = 60_000;
const backOffWithin: Millis = 900_000;
/** How long a NAT remembers a silent connection, in ms; a link that is up for less needs no keep-alive. field */
const natMemory: Millis = 300_000;
/** The commands that make a new PDP context. */
const pdpCommands = ["+CGATT", "+CFUN", "+COPS", "+CGACT", "+NRB"];
/** What a host sends if it does not intend to open the link again soon. */
const endCommands = ["+QMTCLOSE", "+QMTDISC", "+CPSMS", ...pdpCommands];

const requests = ["+QMTSUB", "+QMTUNS", "+QMTPUB"];

/** Whether each wait is longer than the one before it: the host backs off. */
function isSlowing(times: readonly Millis[]): boolean {
  const waits = times.slice(1).map((t, at) => t - (times[at] ?? t));
  return waits.every((wait, at) => at === 0 || wait >= 1.2 * (waits[at - 1] ?? 0));
}

/** What the host has not waited for; undefined: nothing. */
function notAwaited(line: HostLine, { link: { phase, why } }: HostView): string | undefined {
  if (phase === "closed" && (why === "stat" || why === "reset")) return undefined;
  const isDown = phase === "closed" || phase === "opening";
  const unopened = phase === "opening" ? "before +QMTOPEN: 0,0" : "without an open link";
  if (writeOf(line, "+QMTCONN")) return isDown ? unopened : undefined;
  if (!writeOf(line, ...requests)) return undefined;
  if (isDown) return unopened;
  return phase === "open" || phase === "connecting" ? "before +QMTCONN: 0,0,0" : undefined;
}

/** The rules about the link. */
export const linkWatches = {
  "open-not-awaited": (report, host) => {
    let doubt: { readonly line: HostLine; readonly what: string } | undefined;
    return {
      line(line) {
        const what = notAwaited(line, host);
        doubt = what === undefined ? undefined : { line, what };
      },
      result({ line, ok, text }) {
        if (doubt?.line === line && !ok && text !== "+CME ERROR: 50")
          report(line.event, `${shown(line.text)} came ${doubt.what} (${text})`);
        doubt = undefined;
      },
    };
  },

  "connect-late": (report, { link }) => ({
    line(line) {
      const waited = line.event.t - link.since;
      if (link.phase === "open" && waited > connectWithin && writeOf(line, "+QMTCONN"))
        report(line.event, `AT+QMTCONN came ${spanText(waited)} after +QMTOPEN: 0,0`);
    },
  }),

  "reconnect-storm": (report) => {
    let times: Millis[] = [];
    return {
      result({ line, ok }) {
        if (!ok || !writeOf(line, "+QMTOPEN")) return;
        times = [...times, line.event.t].filter((t) => line.event.t - t <= stormSpan);
        if (times.length < stormSize || isSlowing(times)) return;
        const [first = 0] = times;
        report(line.event, `${times.length} AT+QMTOPEN came within ${spanText(line.event.t - first)}`);
        times = [];
      },
    };
  },

  "stat-ignored": (report, { link }) => {
    /** The +QMTSTAT that waits for AT+QMTOPEN, and until when. */
    let open: { readonly stat: RecordedEvent; readonly until: Millis } | undefined;
    let isAttached = true;
    let sleeps = false;
    /** How many links have ended since the last request that was successful. */
    let failures = 0;
    const within = (): Millis => (failures > 1 ? backOffWithin : reopenWithin);
    const pass = (now: Millis): void => {
      if (open === undefined || now < open.until || !isAttached) return;
      const { stat } = open;
      open = undefined;
      report(stat, `no AT+QMTOPEN came within ${spanText(within())} after ${fieldText(stat.line)}`);
    };
    return {
      pass,
      urc(event) {
        const text = fieldText(event.line);
        if (/^\+QMT(PUB|SUB|UNS): 0,\d+,0/.test(text)) failures = 0;
        if (!/^\+QMTSTAT: 0,[^5]/.test(text) || link.phase === "closed") return;
        failures += 1;
        if (!sleeps) open = { stat: event, until: event.t + within() };
      },
      line(line) {
        if (has(line, "+QMTOPEN", ...endCommands)) open = undefined;
        const saving = writeOf(line, "+CPSMS");
        if (saving !== undefined) sleeps = numberAt(saving, 0) === 1;
        const since = line.begunAt - link.since;
        if (link.phase !== "closed" || link.why !== "stat" || since <= reactionTime) return;
        if (writeOf(line, "+QMTCONN", ...requests))
          report(line.event, `${shown(line.text)} came ${spanText(since)} after +QMTSTAT: 0,${link.stat}`);
      },
      network({ state, t }) {
        if (state === "detached") isAttached = false;
        if (state !== "attached") return;
        isAttached = true;
        if (open !== undefined) open = { ...open, until: t + within() };
      },
      reboot() {
        open = undefined;
        sleeps = false;
      },
      port({ change }) {
        if (change === "detach") open = undefined;
      },
    };
  },

  "stat-busy": (report) => {
    let stat: RecordedEvent | undefined;
    return {
      urc(event) {
        if (/^\+QMTSTAT: /.test(fieldText(event.line))) stat = fieldText(event.line).endsWith(",2") ? event : undefined;
      },
      line(line) {
        if (stat === undefined) return;
        const since = line.event.t - stat.t;
        if (writeOf(line, "+QMTOPEN") && since <= reopenWithin)
          report(
            line.event,
            `AT+QMTOPEN came ${spanText(since)} after +QMTSTAT: 0,2, without AT+CGATT=0 and AT+CGATT=1`,
          );
        if (has(line, "+QMTOPEN", ...pdpCommands)) stat = undefined;
      },
      reboot() {
        stat = undefined;
      },
    };
  },

  "keepalive-off": (report, { link, settings }) => {
    let connected: RecordedEvent | undefined;
    return {
      urc(event) {
        const keepAlive = Number(settings.get("keepalive") ?? 120);
        const isRisky = keepAlive === 0 || keepAlive * 1000 > natMemory;
        if (fieldText(event.line) === "+QMTCONN: 0,0,0" && isRisky) connected = event;
      },
      pass(now) {
        if (connected === undefined || now - connected.t <= natMemory) return;
        const keepAlive = settings.get("keepalive");
        if (link.phase === "connected" && link.since === connected.t)
          report(connected, `the link is up for more than ${spanText(natMemory)} with a keep-alive of ${keepAlive} s`);
        connected = undefined;
      },
    };
  },

  "result-missed": (report) => {
    /** The front ends that have a host; undefined: none has ever had one. */
    let attached: Set<unknown> | undefined;
    /** A result or report of MQTT or of a socket that came while no host was there. */
    let missed: RecordedEvent | undefined;
    const note = (event: RecordedEvent): void => {
      if (attached?.size === 0) missed ??= event;
    };
    return {
      answer: note,
      urc: (event) => (/^\+(?:QMT|NSO)/.test(fieldText(event.line)) ? note(event) : undefined),
      port(event) {
        const { port, change, bytes } = event;
        if (change === "attach") {
          attached = (attached ?? new Set()).add(port);
          missed = undefined;
        } else if (change === "detach") attached?.delete(port);
        if (change !== "dropped") return;
        if (attached?.has(port)) report(event, `${bytes} bytes were lost, because the host does not read`);
        else if (missed !== undefined)
          report(missed, `${shown(fieldText(missed.line))} came while no host was attached`);
        missed = undefined;
      },
    };
  },
} as const satisfies Partial<Record<RuleId, MakeWatch>>;
