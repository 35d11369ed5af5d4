import type { MessageId } from "./packet.js";

/**
 * A set of message ids, in pages of 256, so that a change copies one page and not all ids. A broker that never releases
 * its messages can have 65 535 of them open; with one flat list each message then takes milliseconds.
 */
export type MessageIds = readonly (readonly MessageId[] | undefined)[];

export const noIds: MessageIds = [];

export function hasId(ids: MessageIds, id: MessageId): boolean {
  return ids[id >> 8]?.includes(id) ?? false;
}

export function withId(ids: MessageIds, id: MessageId): MessageIds {
  return withPage(ids, id >> 8, [...(ids[id >> 8] ?? []), id]);
}

export function withoutId(ids: MessageIds, id: MessageId): MessageIds {
  const page = ids[id >> 8] ?? [];
  const rest = page.filter((known) => known !== id);
  return rest.length === page.length ? ids : withPage(ids, id >> 8, rest);
}

function withPage(ids: MessageIds, number: number, page: readonly MessageId[]): MessageIds {
  const pages = [...ids];
  pages[number] = page;
  return pages;
}
