import { browseError } from "./errors.ts";

/**
 * A path or name as text that {@link pathBytes} turns back into the same bytes: as it is where it is plain UTF-8, else
 * with `\xHH` for what is not, and for the backslashes.
 */
export function pathText(bytes: Buffer): string {
  const text = bytes.toString("utf8");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what has to be escaped
  if (!/[\x00-\x1f\x7f\ufffd]|\\x[0-9a-f]{2}/i.test(text)) return text;
  return bytes
    .toString("latin1")
    .replace(/[^\x20-\x5b\x5d-\x7e]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

/**
 * The bytes of a path below the top of a backup, without slashes at its ends; `""` and `"/"` are the top.
 * @throws BROWSE_PATH_INVALID
 */
export function pathBytes(text: string): Buffer {
  const parts = text.split(/\\x([0-9a-f]{2})/i);
  const bytes = Buffer.concat(
    parts.map((part, i) => (i % 2 === 0 ? Buffer.from(part) : Buffer.of(Number.parseInt(part, 16)))),
  );
  const names = bytes
    .toString("latin1")
    .split("/")
    .filter((name) => name !== "");
  if (bytes.includes(0) || names.some((name) => name === "." || name === ".."))
    throw browseError("BROWSE_PATH_INVALID", `${JSON.stringify(text)} is no path of a backup`, { path: text });
  return Buffer.from(names.join("/"), "latin1");
}
