import { useState } from "preact/hooks";
import { authorization, token, useToken } from "./api.js";
import { report, type Source, source } from "./run-store.js";
import { isHelpOpen } from "./view-store.js";

const words: Readonly<Record<Source, string>> = {
  loading: "connecting",
  live: "live",
  lost: "no connection, trying again",
  refused: "a token is needed",
  report: "report",
};

/** The name of the page, and whether it is live. */
export function Header() {
  const now = source.value;
  return (
    <header class="page-head">
      <h1>bc28-emu</h1>
      <output class={`source ${now}`} aria-live="polite">
        {words[now]}
        {now === "report" && report.value?.header.started !== undefined
          ? ` of ${String(report.value.header.started).slice(0, 16).replace("T", " ")}`
          : ""}
      </output>
      {now === "refused" && <Token />}
      <span class="space" />
      {now !== "report" && (
        <a href="/api/report.html" download="report.html" onClick={save}>
          Save as report
        </a>
      )}
      <button type="button" aria-haspopup="dialog" onClick={() => (isHelpOpen.value = true)}>
        Help <kbd>?</kbd>
      </button>
    </header>
  );
}

/** A link sends no token: where one is needed, the page asks for the report itself. */
async function save(event: MouseEvent): Promise<void> {
  if (token.value === undefined || !(event.currentTarget instanceof HTMLAnchorElement)) return;
  const { href, download } = event.currentTarget;
  event.preventDefault();
  const response = await fetch(href, { headers: authorization() });
  const link = Object.assign(document.createElement("a"), {
    href: URL.createObjectURL(await response.blob()),
    download,
  });
  link.click();
  URL.revokeObjectURL(link.href);
}

function Token() {
  const [typed, setTyped] = useState("");
  return (
    <form
      class="token"
      onSubmit={(event) => {
        event.preventDefault();
        useToken(typed);
        location.reload();
      }}
    >
      <input
        aria-label="Token"
        type="password"
        value={typed}
        onInput={({ currentTarget }) => setTyped(currentTarget.value)}
      />
      <button type="submit">Use it</button>
    </form>
  );
}
