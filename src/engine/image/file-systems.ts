import { constants } from "node:fs";
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Appliance, Device } from "./appliance.ts";
import { imageError } from "./errors.ts";
import { isListable, quoted, quotedList } from "./quote.ts";
import { attributesOf, parseRecords, type PrintedAttribute, type Stat, statOf } from "./records.ts";
import { brief } from "./shell.ts";

const COMMAND_MS = 60_000;
const MOUNT_MS = 2 * 60_000;
/** Names of one folder: half a million of usual length. */
const FOLDER_BYTES_MAX = 16 * 1024 * 1024;
const ANSWER_BYTES_MAX = 16 * 1024 * 1024;
/** Entries asked about in one command. */
const AT_ONCE = 250;
/** libguestfs's messages end at 4 MiB. */
const READ_BYTES_MAX = 2 * 1024 * 1024;
const ATTRIBUTES_MAX = 64;

export interface InnerEntry extends Stat {
  readonly name: Buffer;
  readonly link_target: Buffer | undefined;
  readonly xattrs: readonly { readonly name: Buffer; readonly value: Buffer }[];
}

/** How each kind is mounted, one after the other: a journal that cannot be replayed is left alone. */
const MOUNTS: Readonly<Record<string, readonly string[]>> = {
  ext2: ["ro"],
  ext3: ["ro", "ro,noload"],
  ext4: ["ro", "ro,noload"],
  xfs: ["ro,nouuid", "ro,nouuid,norecovery"],
  btrfs: ["ro,subvolid=5", "ro,subvolid=5,rescue=nologreplay"],
};

/** Folders and files of the file systems on a machine's images. Paths are bytes without slashes at their ends. */
export class FileSystems {
  readonly #appliance: Appliance;
  readonly #mounted = new Map<string, Promise<string>>();

  #lists = 0;
  readonly #onClose: () => void;

  constructor(appliance: Appliance, onClose: () => void) {
    this.#appliance = appliance;
    this.#onClose = onClose;
  }

  get devices(): readonly Device[] {
    return this.#appliance.devices;
  }
  get over(): string | undefined {
    return this.#appliance.shell.over;
  }
  async close(): Promise<void> {
    await this.#appliance.close();
    this.#onClose();
  }

  /** Entries of a folder, by the order of their names' bytes. @throws IMAGE_* */
  async list(device: Device, path: Buffer): Promise<InnerEntry[]> {
    const folder = await this.#place(device, path);
    const { bytes, said } = await this.#run(`-ls0 ${quoted(folder)} -`, FOLDER_BYTES_MAX);
    if (said !== "") throw unreadable(device, path, said);
    const names = split(bytes).sort(Buffer.compare);
    const entries: InnerEntry[] = [];
    const listable = names.filter(isListable);
    for (let at = 0; at < listable.length; at += AT_ONCE)
      entries.push(...(await this.#describe(folder, listable.slice(at, at + AT_ONCE))));
    for (const name of names.filter((each) => !isListable(each))) {
      const entry = await this.#describeOne(folder, name);
      if (entry !== undefined) entries.push(entry);
    }
    return entries.sort((a, b) => Buffer.compare(a.name, b.name));
  }

  /** One entry; the empty path is the top. `undefined` when there is none. @throws IMAGE_* */
  async find(device: Device, path: Buffer): Promise<InnerEntry | undefined> {
    const slash = path.lastIndexOf(47);
    const folder = await this.#place(device, slash < 0 ? Buffer.alloc(0) : path.subarray(0, slash));
    return this.#describeOne(folder, path.subarray(slash + 1));
  }

  /** Bytes from `offset` on, which the file has. @throws IMAGE_* */
  async read(device: Device, path: Buffer, offset: number, length: number): Promise<Buffer> {
    const place = quoted(await this.#place(device, path));
    const pieces: Buffer[] = [];
    for (let at = 0; at < length; ) {
      const count = Math.min(READ_BYTES_MAX, length - at);
      const { bytes, said } = await this.#run(`-pread ${place} ${count} ${offset + at}`, READ_BYTES_MAX);
      if (said !== "" || bytes.length === 0) throw unreadable(device, path, said || "it ends too early");
      pieces.push(bytes);
      at += bytes.length;
    }
    return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
  }

  /** Paths of everything below a folder, in no order. @throws IMAGE_* */
  async *names(device: Device, path: Buffer): AsyncGenerator<Buffer> {
    const place = quoted(await this.#place(device, path));
    const list = join(this.#appliance.folder, `names-${this.#lists++}`);
    const { said } = await this.#run(`-find0 ${place} ${quoted(Buffer.from(list))}`, ANSWER_BYTES_MAX);
    if (said !== "") throw unreadable(device, path, said);
    const file = await open(list, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      await rm(list);
      let rest = Buffer.alloc(0);
      for await (const piece of file.createReadStream({ autoClose: false, highWaterMark: 1024 * 1024 })) {
        const bytes = Buffer.concat([rest, piece as Buffer]);
        const end = bytes.lastIndexOf(0) + 1;
        for (const name of split(bytes.subarray(0, end))) yield name[0] === 47 ? name.subarray(1) : name;
        rest = Buffer.from(bytes.subarray(end));
      }
    } finally {
      await file.close();
    }
  }

  /** Where it is mounted, with the path behind it. */
  async #place(device: Device, path: Buffer): Promise<Buffer> {
    let mounting = this.#mounted.get(device.name);
    if (mounting === undefined) {
      mounting = this.#mount(device, `/f${this.#mounted.size}`);
      this.#mounted.set(device.name, mounting);
      mounting.catch(() => undefined); // thrown to whoever asks
    }
    return Buffer.concat([Buffer.from(`${await mounting}/`), path]);
  }

  async #mount(device: Device, at: string): Promise<string> {
    const { shell } = this.#appliance;
    await shell.run(`-mkmountpoint ${at}`, COMMAND_MS, ANSWER_BYTES_MAX);
    let complaint = "";
    for (const options of MOUNTS[device.type] ?? ["ro"]) {
      const word = quoted(Buffer.from(device.device));
      const { said } = await shell.run(`-mount-options ${options} ${word} ${at}`, MOUNT_MS, ANSWER_BYTES_MAX);
      if (said === "") return at;
      complaint = said;
    }
    throw imageError("IMAGE_UNREADABLE", `${device.name} (${device.type}) cannot be opened: ${brief(complaint)}`, {
      file_system: device.name,
      type: device.type,
    });
  }

  #run(command: string, max_bytes = ANSWER_BYTES_MAX) {
    return this.#appliance.shell.run(command, COMMAND_MS, max_bytes);
  }

  async #describe(folder: Buffer, names: readonly Buffer[]): Promise<InnerEntry[]> {
    const list = quotedList(names);
    const stats = parseRecords((await this.#run(`-lstatnslist ${quoted(folder)} ${list}`)).bytes).map(statOf);
    const attributes = attributesOf((await this.#run(`-lxattrlist ${quoted(folder)} ${list}`)).bytes);
    const links = stats.some((stat) => stat !== undefined && isLink(stat)) ? await this.#links(folder, list) : [];
    const entries: InnerEntry[] = [];
    for (const [i, name] of names.entries()) {
      const stat = stats.length === names.length ? stats[i] : undefined;
      if (stat === undefined) {
        const entry = await this.#describeOne(folder, name);
        if (entry !== undefined) entries.push(entry);
        continue;
      }
      const printed = attributes.length === names.length ? attributes[i] : [];
      const link = links.length === names.length ? links[i] : undefined;
      entries.push(await this.#whole(folder, name, stat, printed, link));
    }
    return entries;
  }

  /** A line each; more lines than names where a target holds a line's end. */
  async #links(folder: Buffer, list: string): Promise<Buffer[]> {
    const { bytes } = await this.#run(`-readlinklist ${quoted(folder)} ${list}`);
    const lines = bytes.toString("latin1").split("\n").slice(0, -1);
    return lines.map((line) => Buffer.from(line, "latin1"));
  }

  async #describeOne(folder: Buffer, name: Buffer): Promise<InnerEntry | undefined> {
    const path = join8(folder, name);
    const [record] = parseRecords(
      Buffer.concat([Buffer.from("[0] = {\n"), indented((await this.#run(`-lstatns ${quoted(path)}`)).bytes)]),
    );
    const stat = record === undefined ? undefined : statOf(record);
    if (stat === undefined) return undefined;
    const printed = isListable(name)
      ? attributesOf((await this.#run(`-lxattrlist ${quoted(folder)} ${quotedList([name])}`)).bytes)
      : [];
    return this.#whole(folder, name, stat, printed[0]);
  }

  async #whole(
    folder: Buffer,
    name: Buffer,
    stat: Stat,
    printed: readonly PrintedAttribute[] = [],
    link?: Buffer,
  ): Promise<InnerEntry> {
    const path = quoted(join8(folder, name));
    const xattrs: { name: Buffer; value: Buffer }[] = [];
    for (const each of printed.slice(0, ATTRIBUTES_MAX)) {
      if (each.value !== undefined) xattrs.push({ name: each.name, value: each.value });
      else {
        const { bytes, said } = await this.#run(`-lgetxattr ${path} ${quoted(each.name)}`);
        if (said === "") xattrs.push({ name: each.name, value: Buffer.from(bytes) });
      }
    }
    let link_target = isLink(stat) ? link : undefined;
    if (isLink(stat) && link === undefined)
      link_target = Buffer.from((await this.#run(`-readlink ${path}`)).bytes.subarray(0, -1));
    return { ...stat, name, link_target, xattrs };
  }
}

function isLink({ mode }: Stat): boolean {
  return (mode & 0o170000) === 0o120000;
}

function join8(folder: Buffer, name: Buffer): Buffer {
  const slash = folder.at(-1) === 47 || name.length === 0 ? "" : "/";
  return Buffer.concat([folder, Buffer.from(slash), name]);
}

function indented(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString("latin1").replace(/^(?=[a-z])/gm, "  "), "latin1");
}

function split(bytes: Buffer): Buffer[] {
  const names: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(0, at);
    names.push(Buffer.from(bytes.subarray(at, end < 0 ? bytes.length : end)));
    at = end < 0 ? bytes.length : end + 1;
  }
  return names;
}

function unreadable(device: Device, path: Buffer, said: string): Error {
  return imageError("IMAGE_UNREADABLE", `${device.name}/${path.toString()} cannot be read: ${brief(said)}`, {
    file_system: device.name,
  });
}
