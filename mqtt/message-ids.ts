import type { MessageId } from "./packet.js";

/**
 * Message ids in pages of 256: to add or to remove one copies a page, not all of them. A broker that never releases what
 * it sent can have 65 535 of them open, and one flat list then costs milliseconds a message.
 */
export type Ids = readonly (readonly MessageId[] | undefined)[];

export const noIds: Ids = [];

export function hasId(ids: Ids, id: MessageId): boolean {
  return ids[id >> 8]?.includes(id) ?? false;
}

export function withId(ids: Ids, id: MessageId): Ids {
  return withPage(ids, id >> 8, [...(ids[id >> 8] ?? []), id]);
}

export function withoutId(ids: Ids, id: MessageId): Ids {
  const page = ids[id >> 8] ?? [];
  const rest = page.filter((known) => known !== id);
  return rest.length === page.length ? ids : withPage(ids, id >> 8, rest);
}

function withPage(ids: Ids, number: number, page: readonly MessageId[]): Ids {
  const pages = [...ids];
  pages[number] = page;
  return pages;
}
