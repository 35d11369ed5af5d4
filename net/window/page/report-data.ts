import type { Report } from "../report.js";

/** The run that is written into this page; undefined where the page is served by a module that runs. */
export async function reportInside(): Promise<Report | undefined> {
  const text = document.getElementById("run")?.textContent ?? "";
  if (text === "") return undefined;
  const bytes = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
}
