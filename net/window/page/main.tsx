import { render } from "preact";
import type { Finding } from "../report.js";
import { App } from "./app.js";
import { listenToKeys } from "./keys.js";
import { followState } from "./module-store.js";
import { reportInside } from "./report-data.js";
import { addEvents, coverage, findings, lastSeq, report, source } from "./run-store.js";
import { readStream } from "./stream.js";
import { isFollowing, tab } from "./view-store.js";

render(<App />, document.getElementById("app") ?? document.body);
listenToKeys();
start();

/** Shows the report that is inside, or else the module that serves the page. */
async function start(): Promise<void> {
  const inside = await reportInside();
  if (inside === undefined) {
    followState();
    tab.value = "controls";
    await readStream({ onEvents: addEvents, onState: (state) => (source.value = state), lastSeq });
    return;
  }
  const { events, findings: judged, coverage: met, ...others } = inside;
  source.value = "report";
  report.value = others;
  isFollowing.value = false;
  findings.value =
    judged.length > 0 ? judged : (events.filter(({ kind }) => kind === "finding") as unknown as Finding[]);
  coverage.value = met;
  addEvents(events);
}
