import { visibleText } from "../model/visible-text.js";
import { Fact } from "./fact.js";
import { findings, report, run, version } from "./run-store.js";

const names: readonly (readonly [field: string, name: string])[] = [
  ["program", "bc28-emu"],
  ["started", "started"],
  ["profile", "profile"],
  ["timing", "timing"],
  ["seed", "seed"],
  ["timeScale", "time-scale"],
  ["faults", "faults"],
  ["scenarios", "scenarios"],
];

/** What the run of a report was. */
export function ReportFacts() {
  version.value;
  const { header = {}, leftOut = 0 } = report.value ?? {};
  return (
    <section class="state report" aria-label="The run">
      <div class="card">
        <h2>Run</h2>
        <dl>
          {names.flatMap(([field, name]) => {
            const value = header[field];
            const text = Array.isArray(value) ? value.join("; ") : value;
            return text === undefined || text === ""
              ? []
              : [<Fact key={field} name={name} value={visibleText(String(text), 300)} />];
          })}
          <Fact
            name="events"
            value={`${run.events.length}${leftOut > 0 ? `, and ${leftOut} older ones left out` : ""}`}
          />
          <Fact name="findings" value={findings.value.length} />
        </dl>
      </div>
    </section>
  );
}
