/** `one file`'s `file`, and `files` of any other count; of a count as it is written. */
export const plural = (count: string | number, one: string, many: string): string =>
  `${count} ${String(count) === "1" ? one : many}`;
