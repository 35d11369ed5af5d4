import type { Finding } from "../referee/finding.js";
import { type RuleText, ruleTable } from "../referee/rules.js";
import { placeOf, type RunData } from "./report-data.js";

/** Every character that XML 1.0 does not allow, also when it is written as a number. (XML 1.0, 2.2) */
const illegal = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;
const references: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** A text for XML. What XML cannot hold is written as `\u0007`. */
export const xmlText = (text: string): string =>
  text
    .replace(illegal, (odd) => `\\u${odd.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .replace(/[&<>"]/g, (sign) => references[sign] ?? sign);

/** The same for an attribute, where a line end would be read as a blank. */
const attribute = (text: string): string => xmlText(text).replace(/\s+/g, " ");

/** A run as JUnit's XML: a test case for each rule of the referee. Errors and warnings fail, notes pass and are told. */
export function junitXml({ header, first, last, findings }: RunData): string {
  const ids = [...new Set([...Object.keys(ruleTable), ...findings.map(({ rule }) => rule)])];
  const failures = findings.filter(isFailure).length;
  const seconds =
    first === undefined || last === undefined ? 0 : (Date.parse(last.wall) - Date.parse(first.wall)) / 1000;
  const suite = [
    'name="bc28-emu"',
    `tests="${ids.length}"`,
    `failures="${failures}"`,
    'errors="0"',
    'skipped="0"',
    `time="${Math.max(0, seconds).toFixed(3)}"`,
    ...(first === undefined ? [] : [`timestamp="${attribute(first.wall.slice(0, 19))}"`]),
  ];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    "<testsuites>",
    `  <testsuite ${suite.join(" ")}>`,
    "    <properties>",
    ...propertiesOf(header),
    "    </properties>",
    ...ids.flatMap((id) =>
      testCase(
        id,
        findings.find(({ rule }) => rule === id),
      ),
    ),
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

const isFailure = ({ severity }: Finding): boolean => severity !== "note";

const propertiesOf = ({ program, profile, seed, faults, scenarios }: RunData["header"]): readonly string[] =>
  Object.entries({ program, profile, seed, faults: faults.join("; "), scenarios: scenarios.join("; ") }).map(
    ([name, value]) => `      <property name="${name}" value="${attribute(String(value))}"/>`,
  );

function testCase(id: string, finding: Finding | undefined): readonly string[] {
  const head = `    <testcase classname="bc28-emu.rules" name="${attribute(id)}" time="0.000"`;
  if (finding === undefined) return [`${head}/>`];
  const { severity, text } = finding;
  const told = xmlText(toldOf(id, finding));
  const element = isFailure(finding)
    ? `<failure type="${severity}" message="${attribute(text)}">${told}</failure>`
    : `<system-out>${told}</system-out>`;
  return [`${head}>`, `      ${element}`, "    </testcase>"];
}

/** A finding in lines. */
function toldOf(id: string, finding: Finding): string {
  const rules: Readonly<Record<string, RuleText>> = ruleTable;
  const rule = Object.hasOwn(rules, id) ? rules[id] : undefined;
  return [
    `${finding.severity} ${placeOf(finding)}: ${finding.text}`,
    ...(rule === undefined ? [] : [rule.what]),
    `What to do: ${finding.advice}`,
    `Source: ${finding.source}`,
  ].join("\n");
}
