/**
 * Keys as paths. The parts between slashes become folders and a file, so that a backup can be browsed. Encoded, so that
 * it can be undone: `%` as `%25`, an empty part as `%e`, `.` and `..` as `%2E`, `%2E%2E`, NUL as `%00`. A folder that
 * is an object as well gets `%f` behind its name, and the folder of an object's older versions `%v`.
 */
export class KeyPaths {
  /** Keys seen that the one at hand begins with; keys come in the order of their bytes. */
  readonly #above: string[] = [];

  /** Path of a key. Call it in the order of a listing. */
  of(key: string): string {
    while (this.#above.length > 0 && !key.startsWith(this.#above.at(-1) as string)) this.#above.pop();
    const parts = key.split("/");
    let end = -1;
    const path = parts.map((part, i) => {
      end += part.length + 1;
      const folder = i < parts.length - 1 && this.#above.includes(key.slice(0, end));
      return folder ? `${encode(part)}%f` : encode(part);
    });
    if (this.#above.at(-1) !== key) this.#above.push(key);
    return path.join("/");
  }
}

function encode(part: string): string {
  if (part === "") return "%e";
  if (part === "." || part === "..") return "%2E".repeat(part.length);
  return part.replaceAll("%", "%25").replaceAll("\0", "%00");
}

/** The key that has this path. */
export function decodePath(path: string): string {
  return path
    .split("/")
    .map((part) =>
      part === "%e"
        ? ""
        : part
            .replace(/%[fv]$/, "")
            .replace(/%(25|2E|00)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    )
    .join("/");
}
