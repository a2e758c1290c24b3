/** An element of a document as programs write it: libvirt's definitions. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  readonly text: string;
}

type Open = { -readonly [Key in keyof Element]: Element[Key] } & { children: Element[] };

const ASIDE = /<!--[\s\S]*?-->|<\?[\s\S]*?\?>/;
const RAW = /<!\[CDATA\[([\s\S]*?)\]\]>/;
const TAG = /<(\/?)([A-Za-z_][\w:.-]*)((?:\s+[\w:.-]+\s*=\s*(?:'[^']*'|"[^"]*"))*)\s*(\/?)>/;
const TEXT = /([^<]+)/;
const TOKEN = new RegExp([ASIDE, RAW, TAG, TEXT].map(({ source }) => source).join("|"), "gy");
const ATTRIBUTE = /([\w:.-]+)\s*=\s*(?:'([^']*)'|"([^"]*)")/g;
const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", apos: "'", quot: '"' };

/** Elements, attributes and text; no entities of its own. @throws Error for what is not well formed */
export function parseXml(text: string): Element {
  const top: Open = { name: "", attributes: {}, children: [], text: "" };
  const open: Open[] = [top];
  let end = 0;
  for (const { 0: whole, 1: raw, 2: closing, 3: name, 4: attributes = "", 5: empty, 6: plain } of text.matchAll(
    TOKEN,
  )) {
    end += whole.length;
    const now = open.at(-1) as Open;
    if (raw !== undefined) now.text += raw;
    else if (plain !== undefined) now.text += decoded(plain);
    else if (closing === "/") {
      if (open.length < 2 || now.name !== name) throw new Error(`</${name}> ends no element`);
      open.pop();
    } else if (name !== undefined) {
      const element: Open = { name, attributes: attributesIn(attributes), children: [], text: "" };
      now.children.push(element);
      if (empty !== "/") open.push(element);
    }
  }
  const [root] = top.children;
  if (end !== text.length || open.length !== 1 || root === undefined) throw new Error("this is no whole document");
  return root;
}

export function children({ children: all }: Element, name: string): readonly Element[] {
  return all.filter((each) => each.name === name);
}

export function child(element: Element, name: string): Element | undefined {
  return children(element, name)[0];
}

function attributesIn(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [, name, single, double] of text.matchAll(ATTRIBUTE))
    found[name as string] = decoded(single ?? double ?? "");
  return found;
}

function decoded(text: string): string {
  return text.replace(/&(?:#x([0-9a-fA-F]+)|#(\d+)|(\w+));/g, (whole, hex?: string, dec?: string, name?: string) => {
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    if (dec !== undefined) return String.fromCodePoint(Number(dec));
    return NAMED[name ?? ""] ?? whole;
  });
}
