import { commandNamed } from "../../../emulator/commands/index.js";
import type { Millis } from "../../../mqtt/packet.js";
import type { RecordedEvent } from "../../trace/recorded-event.js";
import { fieldText, type HostLine, has, responseTime, shown, spanText, writeOf } from "../host-line.js";
import type { RuleId } from "../rules.js";
import { isByHost, type MakeWatch } from "./watch.js";

/** Within this span after a reset one byte may be the LF of AT+NRB, in ms. */
const lineFeedGrace: Millis = 100;
/** Three refusals within this span are too many, in ms; hosts poll some commands until the SIM is read. */
const hammerSpan: Millis = 10_000;
const pollable = ["+CIMI", "+CPIN", "+NCCID", "+CGSN"];
/** Hosts send these to be sure that nothing is open, and do not care whether they are refused. */
const cleaning = ["+QMTCLOSE", "+QMTDISC"];
/** A program writes faster than this, in ms for each character. A person types ten characters a second. */
const typingPace: Millis = 10;
/** How many lines of a program make sure that it is one. */
const programLines = 5;
/** How many different lines are remembered. */
const maxRemembered = 64;

/** Commands whose result is a URC behind their OK, and how it begins. */
const resultUrcs: Readonly<Record<string, string>> = {
  "+QMTOPEN": "+QMTOPEN:",
  "+QMTCONN": "+QMTCONN:",
  "+QMTCLOSE": "+QMTCLOSE:",
  "+QMTDISC": "+QMTDISC:",
  "+QMTENAUTH": "+QMTTENAUTH:",
  "+QMTTENAUTH": "+QMTTENAUTH:",
  "+QDNS": "+QDNS:",
};
const endsAll = ["+QMTCLOSE", "+QMTDISC", "+NRB"];

/** A message of a socket without its sequence number, which hosts count up. */
const withoutSequence = (line: string): string => line.replace(/(\+NSOS[TD]F?=.*),\d{1,3}$/i, "$1");

/** The rules about command lines and their answers. */
export const lineWatches = {
  "early-command": (report, { dialogue, link }) => ({
    line(line) {
      const { last } = dialogue;
      if (!line.early || !line.isCommand || last?.isCommand !== true) return;
      if (last.commands.length === 0) return; // AT alone: hosts send it until the module answers
      const waited = line.begunAt - last.event.t;
      if (waited >= responseTime(last, link)) return; // the module has taken longer than it may
      report(line.event, `${shown(line.text)} began before the final result of ${shown(last.text)}`);
    },
  }),

  "lf-only": (report) => ({
    line({ event, text, isCommand }) {
      if (isCommand && event.terminator === "<0A>") report(event, `${shown(text)} ends with LF, and has no CR`);
    },
  }),

  "input-during-boot": (report) => {
    let rebooted: RecordedEvent | undefined;
    let mayBeLineFeed = false;
    return {
      reboot(event) {
        rebooted = isByHost(event) ? event : undefined;
        mayBeLineFeed = true;
      },
      booted() {
        rebooted = undefined;
      },
      dropped(event) {
        if (rebooted === undefined || event.why !== "boot") return;
        const isLineFeed = mayBeLineFeed && event.bytes === 1 && event.t - rebooted.t <= lineFeedGrace;
        mayBeLineFeed = false;
        if (isLineFeed) return;
        report(event, `input came ${spanText(event.t - rebooted.t)} after the reset, before the banner, and was lost`);
        rebooted = undefined; // once for each reset
      },
    };
  },

  "repeated-early": (report, { link }) => {
    /** The lines whose result is a URC that has not come, by how it begins. */
    const waiting = new Map<string, HostLine>();
    return {
      line(line) {
        if (line.early) return; // that is early-command
        for (const name of Object.keys(resultUrcs)) {
          const before = waiting.get(resultUrcs[name] ?? "");
          if (before === undefined || !writeOf(line, name) || before.text !== line.text) continue;
          const waited = line.begunAt - before.event.t;
          if (waited >= responseTime(before, link)) continue;
          const allowed = spanText(responseTime(before, link));
          report(
            line.event,
            `${shown(line.text)} came again after ${spanText(waited)}; its result may take ${allowed}`,
          );
        }
        if (has(line, ...endsAll)) waiting.clear();
      },
      result({ line, ok }) {
        for (const [name, begin] of Object.entries(resultUrcs)) if (ok && writeOf(line, name)) waiting.set(begin, line);
      },
      urc({ line }) {
        const text = fieldText(line);
        for (const begin of waiting.keys()) if (text.startsWith(begin)) waiting.delete(begin);
        if (text.startsWith("+QMTSTAT:")) waiting.clear();
      },
      reboot: () => waiting.clear(),
    };
  },

  "error-hammered": (report) => {
    const refusals = new Map<string, readonly Millis[]>();
    return {
      result({ line, ok, text, event }) {
        const isMasked = line.text.includes("***"); // two that differ may look the same
        if (!line.isCommand || isMasked || has(line, ...pollable, ...cleaning)) return;
        const asked = withoutSequence(line.text);
        const before = refusals.get(asked) ?? [];
        refusals.delete(asked);
        if (ok) return;
        const times = [...before, event.t].filter((t) => event.t - t <= hammerSpan);
        if (times.length === 3)
          report(line.event, `${shown(line.text)} was refused (${text}) three times within ${spanText(hammerSpan)}`);
        if (times.length < 3) refusals.set(asked, times);
        if (refusals.size > maxRemembered) refusals.delete(refusals.keys().next().value ?? "");
      },
    };
  },

  "setting-without-reboot": (report) => {
    /** The settings that wait for a reboot: the value that is in force, and the new one. */
    const waiting = new Map<string, { readonly now: string; readonly next: string }>();
    return {
      setting({ from, name, before, value }) {
        if (from !== "reboot") return;
        const { now } = waiting.get(fieldText(name)) ?? { now: fieldText(before) };
        if (now === value) waiting.delete(fieldText(name));
        else waiting.set(fieldText(name), { now, next: fieldText(value) });
      },
      line(line) {
        if (waiting.size === 0 || !writeOf(line, "+QMTOPEN")) return;
        const changes = [...waiting].map(([name, { now, next }]) => `${name} is still ${now}, and not ${next}`);
        report(line.event, `${changes.join(", ")}: AT+QMTOPEN came without AT+NRB`);
        waiting.clear();
      },
      reboot: () => waiting.clear(),
    };
  },

  "echo-on": (report, { settings }) => {
    let lines = 0;
    return {
      line({ event, text, isCommand, early, begunAt }) {
        const isProgram = isCommand && !early && text.length > 3 && event.t - begunAt <= text.length * typingPace;
        if (settings.get("E") !== "1") lines = 0;
        else if (isProgram) lines += 1;
        if (lines === programLines) report(event, `${lines} commands of a program came with echo on`);
      },
    };
  },

  "errors-unnumbered": (report) => {
    let asksForNumbers = false; // also after a reset that the host does not know of yet
    return {
      setting({ name, value }) {
        if (name === "CMEE") asksForNumbers = value !== "0";
      },
      result({ line, text }) {
        const isKnown = line.commands.some((each) => each.kind === "extended" && commandNamed(each.name) !== undefined);
        if (text !== "ERROR" || asksForNumbers || !isKnown || has(line, ...cleaning)) return;
        report(line.event, `${shown(line.text)} was refused with ERROR, and AT+CMEE is 0`);
      },
    };
  },
} as const satisfies Partial<Record<RuleId, MakeWatch>>;
