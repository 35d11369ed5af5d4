import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import type { Call } from "../model/curl.js";
import { curlLine, send } from "./api.js";
import { refresh } from "./module-store.js";

/** The control that was used or looked at last: its request, and what came of it. */
const shown = signal<{ readonly call: Call; readonly problem?: string; readonly isSent?: boolean } | undefined>(
  undefined,
);

/** Sends the request of a control, and shows it as a line of curl. Resolves with whether it was done. */
export async function act(call: Call): Promise<boolean> {
  shown.value = { call };
  try {
    await send(call);
    shown.value = { call, isSent: true };
    refresh();
    return true;
  } catch (error) {
    shown.value = { call, problem: error instanceof Error ? error.message : String(error) };
    return false;
  }
}

export const look = (call: Call): void => {
  if (shown.value?.call !== call) shown.value = { call };
};

interface ControlProps {
  readonly call: Call;
  readonly children: ComponentChildren;
  readonly isPressed?: boolean | undefined;
  readonly title?: string | undefined;
  readonly class?: string;
}

/** A button that sends a request. While somebody looks at it, the request stands below as a line of curl. */
export function Control({ call, children, isPressed, title, class: kind }: ControlProps) {
  return (
    <button
      type="button"
      class={kind}
      title={title}
      aria-pressed={isPressed}
      onClick={() => act(call)}
      onPointerEnter={() => look(call)}
      onFocus={() => look(call)}
    >
      {children}
    </button>
  );
}

/** The last control as a line for a shell, and why it could not be done. */
export function CurlLine() {
  const known = shown.value;
  return (
    <footer class="curl">
      <output class={known?.problem === undefined ? "told" : "told problem"} aria-live="polite">
        {known?.problem ?? (known?.isSent ? "done" : "the same from a shell:")}
      </output>
      <code>{known === undefined ? "point at a control" : curlLine(known.call)}</code>
      <button
        type="button"
        disabled={known === undefined}
        onClick={() => known && navigator.clipboard.writeText(curlLine(known.call))}
      >
        Copy
      </button>
    </footer>
  );
}

/** A fault as a request. */
export const faultCall = (fault: string): Call => ({ method: "POST", path: "/api/faults", body: { fault } });
