/** Waits for something, but no longer than `span` ms of real time. */
export async function within(span: number, awaited: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, span);
  });
  await Promise.race([awaited, late]);
  clearTimeout(timer);
}
