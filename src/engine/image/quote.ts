/** A word for guestfish that stands for exactly these bytes. Never holds a line's end. */
export function quoted(bytes: Buffer): string {
  const text = bytes
    .toString("latin1")
    .replace(/[^A-Za-z0-9/._ '+,:=@-]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`);
  return `"${text}"`;
}

/** Words for a list of names; names that such a list cannot carry, those with `'`, are left out. */
export function quotedList(names: readonly Buffer[]): string {
  return quoted(Buffer.concat(names.flatMap((name, i) => [Buffer.from(i === 0 ? "'" : " '"), name, Buffer.from("'")])));
}

export function isListable(name: Buffer): boolean {
  return !name.includes(0x27);
}
