import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { firstLanes } from "../model/lanes.js";
import type { Layout } from "../model/layout.js";
import { Row } from "./row.js";
import { chain, findings, run, selected, source, version } from "./run-store.js";
import { Slants } from "./slants.js";
import { filter, isFollowing, rows, tab, wanted } from "./view-store.js";

/** How many pixels above and below what is seen are drawn, too. */
const margin = 240;

/** The events as arrows between three lanes. Only what is seen is drawn. */
export function TimeLine() {
  const box = useRef<HTMLDivElement>(null);
  const [{ top, height }, setView] = useState({ top: 0, height: 800 });
  const { layout } = rows.value;
  useKeptPlace(box, layout);
  useFollowing(box, layout);
  useWanted(box);
  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => setView({ top: element.scrollTop, height: element.clientHeight }));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const onScroll = (): void => {
    const element = box.current;
    if (element === null) return;
    const isAtEnd = element.scrollTop + element.clientHeight >= element.scrollHeight - 4;
    if (isAtEnd !== isFollowing.value && (isAtEnd || element.scrollTop < top)) isFollowing.value = isAtEnd;
    setView({ top: element.scrollTop, height: element.clientHeight });
  };
  const [first, end] = layout.between(top - margin, top + height + margin);
  return (
    <section class="time-line" aria-label="Time-line">
      <div class="lanes" aria-hidden="true">
        <span class="at">time</span>
        <div class="chart">
          <b class="host">host</b>
          <b class="module">module</b>
          <b class="broker">broker</b>
        </div>
      </div>
      <div
        ref={box}
        class="scroll"
        role="listbox"
        aria-label="Events"
        tabIndex={0}
        aria-activedescendant={selected.value === undefined ? undefined : `row-${selected.value}`}
        onScroll={onScroll}
      >
        <div class="sheet" style={{ height: `${layout.height + 8}px` }} role="presentation">
          <Slants layout={layout} top={top - margin} bottom={top + height + margin} />
          {rowsBetween(layout, first, end)}
        </div>
        {layout.count === 0 && <Nothing />}
      </div>
    </section>
  );
}

function rowsBetween(layout: Layout, first: number, end: number) {
  const late = new Set(run.slants.map(({ to }) => to));
  const flagged = new Set(findings.value.map(({ at }) => at));
  return Array.from({ length: Math.max(0, end - first) }, (_, at) => {
    const row = first + at;
    const index = layout.eventAt(row);
    const event = run.events[index];
    if (event === undefined) return null;
    return (
      <Row
        key={event.seq}
        event={event}
        top={layout.topOf(row)}
        gap={layout.gapBefore(row, run.events)}
        lanes={run.lanes[index] ?? firstLanes}
        lanesBefore={run.lanes[index - 1] ?? firstLanes}
        isSelected={event.seq === selected.value}
        isInChain={chain.value.has(event.seq) && chain.value.size > 1}
        isLost={run.lost.has(event.seq)}
        isLate={late.has(event.seq)}
        isFlagged={flagged.has(event.seq)}
        place={row + 1}
        count={layout.count}
        onSelect={select}
      />
    );
  });
}

function select(seq: number): void {
  isFollowing.value = false;
  selected.value = seq;
  tab.value = "details";
}

function Nothing() {
  const isFiltered = run.events.length > 0;
  const words = isFiltered
    ? `None of ${run.events.length} events fits${filter.value.text === "" ? "" : ` “${filter.value.text}”`}.`
    : source.value === "report"
      ? "This run has no events."
      : "Nothing has happened yet. Attach a host, or type a command in the terminal.";
  return <p class="nothing">{words}</p>;
}

/** What is seen stays where it is when filter or scale change. */
function useKeptPlace({ current }: { readonly current: HTMLDivElement | null }, layout: Layout): void {
  const last = useRef<{ readonly layout: Layout; readonly index: number; readonly offset: number } | undefined>(
    undefined,
  );
  useLayoutEffect(() => {
    const before = last.current;
    if (current === null || before === undefined || before.layout === layout || isFollowing.value) return;
    current.scrollTop = layout.topOf(layout.rowOf(before.index)) - before.offset;
  }, [layout]);
  useLayoutEffect(() => {
    if (current === null) return;
    const [seen] = layout.between(current.scrollTop + current.clientHeight / 2, Number.POSITIVE_INFINITY);
    const index = selectedIndex(layout, current) ?? layout.eventAt(seen);
    last.current = { layout, index, offset: layout.topOf(layout.rowOf(index)) - current.scrollTop };
  });
}

/** The index of the event that is looked at, where it is in sight. */
function selectedIndex(layout: Layout, { scrollTop, clientHeight }: HTMLDivElement): number | undefined {
  const index = selected.value === undefined ? -1 : run.indexOf(selected.value);
  const at = layout.topOf(layout.rowOf(index)) - scrollTop;
  return index >= 0 && at >= 0 && at <= clientHeight ? index : undefined;
}

function useFollowing({ current }: { readonly current: HTMLDivElement | null }, layout: Layout): void {
  const follows = isFollowing.value;
  useLayoutEffect(() => {
    if (follows && current !== null) current.scrollTop = layout.height;
  }, [follows, version.value, layout]);
}

function useWanted({ current }: { readonly current: HTMLDivElement | null }): void {
  const target = wanted.value;
  useLayoutEffect(() => {
    const index = target === undefined ? -1 : run.indexOf(target.seq);
    if (current === null || index < 0) return;
    const { layout } = rows.value;
    const at = layout.topOf(layout.rowOf(index));
    const isSeen = at >= current.scrollTop + 40 && at <= current.scrollTop + current.clientHeight - 60;
    if (!isSeen) current.scrollTop = at - current.clientHeight / 2;
  }, [target]);
}
