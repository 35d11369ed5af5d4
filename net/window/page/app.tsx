import type { ComponentType } from "preact";
import { CurlLine } from "./control.js";
import { Controls } from "./controls.js";
import { Details } from "./details.js";
import { Header } from "./header.js";
import { Help } from "./help.js";
import { ReportFacts } from "./report-facts.js";
import { findings, source } from "./run-store.js";
import { StatePanel } from "./state-panel.js";
import { Terminal } from "./terminal.js";
import { TimeLine } from "./time-line.js";
import { Toolbar } from "./toolbar.js";
import { Verdict } from "./verdict.js";
import { type Tab, tab } from "./view-store.js";

/** The page. */
export function App() {
  const isReport = source.value === "report";
  return (
    <>
      <Header />
      <main class={isReport ? "page is-report" : "page"}>
        {isReport ? <ReportFacts /> : <StatePanel />}
        <div class="middle">
          <Toolbar />
          <TimeLine />
        </div>
        <Side isReport={isReport} />
      </main>
      <Help />
    </>
  );
}

const pages: Readonly<Record<Tab, ComponentType>> = {
  details: Details,
  controls: Controls,
  terminal: Terminal,
  verdict: Verdict,
};

function Side({ isReport }: { readonly isReport: boolean }) {
  const names = (Object.keys(pages) as Tab[]).filter((name) => !(isReport && name === "controls"));
  const Page = pages[tab.value];
  const move = (event: KeyboardEvent): void => {
    if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
    const by = event.key === "ArrowRight" ? 1 : -1;
    const next = names[(names.indexOf(tab.value) + by + names.length) % names.length];
    if (next === undefined) return;
    tab.value = next;
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <aside class="panel" aria-label="About the run">
      <div class="tabs" role="tablist" onKeyDown={move}>
        {names.map((name) => (
          <button
            key={name}
            id={`tab-${name}`}
            type="button"
            role="tab"
            aria-selected={tab.value === name}
            aria-controls="side"
            tabIndex={tab.value === name ? 0 : -1}
            onClick={() => (tab.value = name)}
          >
            {name}
            {name === "verdict" && findings.value.length > 0 && <small class="badge">{findings.value.length}</small>}
          </button>
        ))}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keys */}
      <div id="side" class="scrolls" role="tabpanel" aria-labelledby={`tab-${tab.value}`} tabIndex={0}>
        <Page />
      </div>
      {!isReport && tab.value !== "details" && <CurlLine />}
    </aside>
  );
}
