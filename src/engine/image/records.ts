/** What guestfish prints of lists of records: `[0] = {`, a line a field, `}`. */
export function parseRecords(bytes: Buffer): ReadonlyMap<string, string>[] {
  const records: Map<string, string>[] = [];
  for (const line of bytes.toString("latin1").split("\n")) {
    if (/^\[\d+\] = \{$/.test(line)) records.push(new Map());
    const field = /^ {2}([a-z_]+): (.*)$/s.exec(line);
    if (field !== null) records.at(-1)?.set(field[1] as string, field[2] as string);
  }
  return records;
}

export interface Stat {
  readonly mode: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime_ns: bigint;
}

/** `undefined`: there is no such file. */
export function statOf(record: ReadonlyMap<string, string>): Stat | undefined {
  const number = (name: string) => Number(record.get(name) ?? Number.NaN);
  const stat = {
    mode: number("st_mode"),
    nlink: number("st_nlink"),
    uid: number("st_uid"),
    gid: number("st_gid"),
    size: number("st_size"),
    mtime_ns: BigInt(record.get("st_mtime_sec") ?? 0) * 1_000_000_000n + BigInt(record.get("st_mtime_nsec") ?? 0),
  };
  const whole = [stat.mode, stat.nlink, stat.uid, stat.gid, stat.size].every(Number.isSafeInteger);
  return whole && number("st_ino") >= 0 ? stat : undefined;
}

export interface PrintedAttribute {
  readonly name: Buffer;
  /** Missing where what is printed could stand for several values. */
  readonly value: Buffer | undefined;
}

/** Of `lxattrlist`: the attributes of each file, in the order of the files. */
export function attributesOf(bytes: Buffer): PrintedAttribute[][] {
  const files: PrintedAttribute[][] = [];
  for (const record of parseRecords(bytes)) {
    const name = record.get("attrname") ?? "";
    const value = record.get("attrval") ?? "";
    // A record without a name counts those of the next file.
    if (name === "") files.push([]);
    else
      files.at(-1)?.push({
        name: Buffer.from(name, "latin1"),
        value: value.includes("\\") ? undefined : Buffer.from(value, "latin1"),
      });
  }
  return files;
}
