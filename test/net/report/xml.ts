/** An element of XML. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  /** The text in it, without that of its children. */
  readonly text: string;
}

const references: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"' };
const legal = /^[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]*$/u;

/** Text without references; throws where XML 1.0 does not allow it. */
function decoded(text: string): string {
  if (!legal.test(text)) throw new SyntaxError("a character that XML does not allow");
  return text.replace(/&([^;]*;?)/g, (_, name: string) => {
    const sign = references[name.slice(0, -1)];
    if (sign === undefined) throw new SyntaxError(`&${name}`);
    return sign;
  });
}

/** Reads a document that is well-formed and has elements, attributes and text alone; throws for any other. */
export function parseXml(xml: string): Element {
  const [head = ""] = /^<\?xml version="1\.0" encoding="UTF-8"\?>\n/.exec(xml) ?? [];
  if (head === "") throw new SyntaxError("no declaration");
  const open: (Element & { children: Element[]; text: string })[] = [
    { name: "", attributes: {}, children: [], text: "" },
  ];
  for (const [part] of xml.slice(head.length).matchAll(/<[^>]*>|[^<]+|</g)) {
    const around = open.at(-1);
    if (around === undefined) throw new SyntaxError("too many ends");
    const tag = /^<(\/?)([a-z][a-z-]*)((?: [a-z]+="[^"<]*")*)(\/?)>$/.exec(part);
    if (tag === null) {
      if (part.startsWith("<")) throw new SyntaxError(part);
      around.text += decoded(part);
      continue;
    }
    const [, end, name = "", written = "", isEmpty] = tag;
    if (end === "/") {
      if (open.pop()?.name !== name) throw new SyntaxError(`</${name}>`);
      continue;
    }
    const pairs = [...written.matchAll(/ ([a-z]+)="([^"]*)"/g)].map(([, key = "", value = ""]) => [
      key,
      decoded(value),
    ]);
    const element = { name, attributes: Object.fromEntries(pairs), children: [], text: "" };
    if (pairs.length !== Object.keys(element.attributes).length) throw new SyntaxError(`an attribute twice in ${name}`);
    around.children.push(element);
    if (isEmpty !== "/") open.push(element);
  }
  const [document, ...more] = open;
  const [root, ...others] = document?.children ?? [];
  if (more.length > 0 || root === undefined || others.length > 0 || document?.text.trim() !== "")
    throw new SyntaxError("not one element");
  return root;
}
