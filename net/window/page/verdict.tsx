import { signal } from "@preact/signals";
import type { CoverageItem } from "../../coverage/coverage.js";
import type { Finding } from "../../referee/finding.js";
import { visibleText } from "../model/visible-text.js";
import { Control, faultCall } from "./control.js";
import { Icon } from "./icon.js";
import { coverage, findings, run, source } from "./run-store.js";
import { lookAt } from "./view-store.js";

/** What the host did wrong, and what it never met. */
export function Verdict() {
  return (
    <div class="verdict">
      <section>
        <h2>
          Findings <small>{findings.value.length}</small>
        </h2>
        <Findings findings={findings.value} />
      </section>
      <section>
        <h2>Coverage of the host</h2>
        <Coverage items={coverage.value} />
      </section>
    </div>
  );
}

function Findings({ findings }: { readonly findings: readonly Finding[] }) {
  if (findings.length === 0) return <p class="muted">The host did nothing wrong so far.</p>;
  return (
    <ol class="findings">
      {findings.map(({ rule, severity, at, text, advice, count = 1 }) => (
        <li key={`${rule} ${at}`} class={severity}>
          <h3>
            <Icon name="flag" /> <b class="severity">{severity}</b> {visibleText(rule)}
            {count > 1 && <small> {count} times</small>}
          </h3>
          <p>
            <bdi>{visibleText(text, 1000)}</bdi>
          </p>
          <p class="advice">
            <bdi>{visibleText(advice, 1000)}</bdi>
          </p>
          <button type="button" disabled={run.indexOf(at) < 0} onClick={() => lookAt(at)}>
            Show event {at}
          </button>
        </li>
      ))}
    </ol>
  );
}

const isOnlyGaps = signal(false);

function Coverage({ items }: { readonly items: readonly CoverageItem[] }) {
  if (items.length === 0) return <p class="muted">It is not known yet.</p>;
  const used = items.filter(({ group, met }) => group !== "commands" || met > 0); // nobody needs all commands
  const counted = used.filter(({ group, met, needs }) => group !== "commands" && (met > 0 || needs === undefined));
  const met = counted.filter((item) => item.met > 0).length;
  const shown = isOnlyGaps.value ? counted.filter((item) => item.met === 0) : used;
  const groups = [...new Set(shown.map(({ group }) => group))];
  return (
    <>
      <p class="buttons">
        <meter min={0} max={counted.length} value={met} aria-label="Met" />
        <span>
          {met} of {counted.length} met
        </span>
        <button type="button" aria-pressed={isOnlyGaps.value} onClick={() => (isOnlyGaps.value = !isOnlyGaps.value)}>
          Only what was never met
        </button>
      </p>
      <table class="coverage">
        <thead>
          <tr>
            <th scope="col">what</th>
            <th scope="col">met</th>
            <th scope="col">how to meet it</th>
          </tr>
        </thead>
        {groups.map((group) => (
          <tbody key={group}>
            <tr>
              <th scope="rowgroup" colSpan={3}>
                {visibleText(group)}
              </th>
            </tr>
            {shown
              .filter((item) => item.group === group)
              .map((item) => (
                <Item key={item.item} {...item} />
              ))}
          </tbody>
        ))}
      </table>
    </>
  );
}

function Item({ item, met, recipe, needs }: CoverageItem) {
  return (
    <tr class={met > 0 ? "met" : needs === undefined ? "never" : ""}>
      <td>
        <code>{visibleText(item)}</code>
      </td>
      <td>{met > 0 ? met : needs === undefined ? "never" : "–"}</td>
      <td>
        {met === 0 && recipe !== undefined && <Recipe recipe={recipe} />}
        {met === 0 && needs !== undefined && <small> needs {visibleText(needs)}</small>}
      </td>
    </tr>
  );
}

function Recipe({ recipe }: { readonly recipe: string }) {
  if (source.value === "report") return <code>{visibleText(recipe)}</code>;
  return (
    <Control class="recipe" call={faultCall(recipe)}>
      {visibleText(recipe)}
    </Control>
  );
}
