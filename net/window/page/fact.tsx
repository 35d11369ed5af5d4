import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { leftText } from "../model/span.js";
import { moduleNow } from "./module-store.js";

interface FactProps {
  readonly name: string;
  /** What is compared: where it changes, the fact is marked for a second. */
  readonly value: string | number | boolean | undefined;
  readonly children?: ComponentChildren;
  readonly title?: string | undefined;
}

/** A name and a value. One that has just changed is marked for a second. */
export function Fact({ name, value, children, title }: FactProps) {
  const changes = useChanges(value);
  return (
    <div class="fact" title={title}>
      <dt>{name}</dt>
      <dd key={changes} class={changes > 0 ? "changed" : ""}>
        {children ?? String(value ?? "–")}
      </dd>
    </div>
  );
}

interface CardProps {
  readonly name: string;
  /** What matters most of it, beside its name, and the words for it. */
  readonly stage?: string;
  readonly words?: string;
  readonly children: ComponentChildren;
}

/** Facts that belong together. */
export function Card({ name, stage, words = stage, children }: CardProps) {
  const changes = useChanges(words);
  return (
    <div class="card">
      <h2>
        {name}
        {stage !== undefined && (
          <b key={changes} class={`stage ${stage}${changes > 0 ? " changed" : ""}`}>
            {words}
          </b>
        )}
      </h2>
      <dl>{children}</dl>
    </div>
  );
}

/** How often a value has changed. */
export function useChanges(value: unknown): number {
  const last = useRef({ value, changes: 0 });
  if (last.current.value !== value) last.current = { value, changes: last.current.changes + 1 };
  return last.current.changes;
}

/** What is left until a moment of the module's clock. */
export function Countdown({ until }: { readonly until: number | undefined }) {
  if (until === undefined) return null;
  return <span class="countdown">{leftText(until - moduleNow.value)}</span>;
}

/** What is left of a span, as a bar that gets shorter. */
export function CountdownBar({ until, span }: { readonly until: number; readonly span: number }) {
  const left = Math.min(1, Math.max(0, (until - moduleNow.value) / Math.max(1, span)));
  return (
    <i class="bar-left" aria-hidden="true">
      <i style={{ transform: `scaleX(${left})` }} />
    </i>
  );
}
