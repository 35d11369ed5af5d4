const paths = {
  bolt: "M9 1 3 9h4l-1 6 7-9H9z",
  flag: "M3 1v14h1.6V9.5H13L11 6l2-3.5H4.6V1z",
  cross: "M3.2 2 8 6.8 12.8 2 14 3.2 9.2 8l4.8 4.8-1.2 1.2L8 9.2 3.2 14 2 12.8 6.8 8 2 3.2z",
  pause: "M4 2h3v12H4zM9 2h3v12H9z",
  play: "M4 2v12l9-6z",
  down: "M7 2h2v8l3-3 1.3 1.4L8 14 2.7 8.4 4 7l3 3z",
  again: "M8 3a5 5 0 1 0 4.8 6.4l-1.5-.4A3.4 3.4 0 1 1 8 4.6c.8 0 1.5.2 2 .6L8.2 7H13V2.2L11.2 4A5 5 0 0 0 8 3z",
  power: "M7.2 1h1.6v7H7.2zM4.8 3.2l1 1.2a4.2 4.2 0 1 0 4.4 0l1-1.2a5.8 5.8 0 1 1-6.4 0z",
} as const;

/** A small picture that only repeats what stands beside it. */
export function Icon({ name }: { readonly name: keyof typeof paths }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="12" height="12" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
