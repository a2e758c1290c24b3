import { pathText } from "../browse/index.ts";
import type { ShownNode } from "./types.ts";

export interface ShownProperties {
  /** Path from the top, encoded. */
  readonly href: string;
  readonly node: ShownNode;
  readonly tag: string;
}

/** What PROPFIND answers (RFC 4918 §14.16): of each the properties that there are, whatever was asked for. */
export function multistatus(shown: readonly ShownProperties[]): string {
  const responses = shown.map(({ href, node, tag }) => {
    const modified = new Date(Number(node.mtime_ns / 1_000_000n));
    const of_kind =
      node.type === "directory"
        ? "<D:resourcetype><D:collection/></D:resourcetype>"
        : `<D:resourcetype/><D:getcontentlength>${node.size}</D:getcontentlength>` +
          `<D:getcontenttype>application/octet-stream</D:getcontenttype><D:getetag>${escape(tag)}</D:getetag>`;
    const properties =
      `<D:displayname>${escape(pathText(node.name))}</D:displayname>${of_kind}` +
      `<D:creationdate>${modified.toISOString()}</D:creationdate>` +
      `<D:getlastmodified>${modified.toUTCString()}</D:getlastmodified><D:supportedlock/>`;
    const status = "<D:status>HTTP/1.1 200 OK</D:status>";
    return `<D:response><D:href>${escape(href)}</D:href><D:propstat><D:prop>${properties}</D:prop>${status}</D:propstat></D:response>\n`;
  });
  return `<?xml version="1.0" encoding="utf-8"?>\n<D:multistatus xmlns:D="DAV:">\n${responses.join("")}</D:multistatus>\n`;
}

/** `pathText` has left no control characters, which XML cannot carry. */
function escape(value: string): string {
  return value.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
