import { queryOptions } from "@tanstack/react-query";
import { api, Problem } from "../../api/client.ts";

/** As much of a file as a preview shows. */
export const PREVIEW_BYTES = 64 * 1024;
const PICTURE_BYTES_MAX = 8 * 1024 ** 2;
const PICTURES: Readonly<Record<string, string>> = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
};

export function pictureType(name: string, size_bytes: number): string | null {
  const type = PICTURES[name.split(".").at(-1)?.toLowerCase() ?? ""];
  return type === undefined || size_bytes > PICTURE_BYTES_MAX ? null : type;
}

/** Address of a file's bytes, or of a folder as an archive, for the browser to download. */
export function contentAddress(id: string, path: string, format: "raw" | "tar"): string {
  const query = new URLSearchParams({ path, ...(format === "tar" ? { format } : {}) });
  return `/v1/backups/${encodeURIComponent(id)}/files/content?${query}`;
}

/** The first bytes of a file; all of them when it is a picture. */
export const contentQuery = (id: string, path: string, whole: boolean) =>
  queryOptions({
    queryKey: ["files", "content", id, path, whole],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }): Promise<Uint8Array<ArrayBuffer>> => {
      const answer = (await api.GET("/v1/backups/{id}/files/content", {
        signal,
        params: { path: { id }, query: { path } },
        parseAs: "arrayBuffer",
        headers: whole ? {} : { range: `bytes=0-${PREVIEW_BYTES - 1}` },
      })) as { data?: ArrayBuffer; error?: unknown; response: Response };
      if (answer.data === undefined) throw new Problem(answer.response.status, answer.error);
      return new Uint8Array(answer.data);
    },
  });

const HEX_BYTES_MAX = 512;

/** Text as it is; of anything else its first bytes, 16 a line. */
export function readable(bytes: Uint8Array): { readonly text: string; readonly binary: boolean } {
  try {
    // The cut may split the last character; what is before it is whole.
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    if (!text.includes("\u0000")) return { text, binary: false };
  } catch {
    // Not UTF-8.
  }
  const lines: string[] = [];
  for (let at = 0; at < Math.min(bytes.length, HEX_BYTES_MAX); at += 16) {
    const row = [...bytes.subarray(at, at + 16)];
    const hex = row.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const signs = row.map((byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : ".")).join("");
    lines.push(`${at.toString(16).padStart(6, "0")}  ${hex.padEnd(47)}  ${signs}`);
  }
  return { text: lines.join("\n"), binary: true };
}
