import { join } from "node:path/posix";
import type { BackupNode, BackupReader, Found, InnerTree, NodeType } from "../browse/index.ts";
import { Appliance, type Device, type Image, type Ports } from "./appliance.ts";
import { imageError } from "./errors.ts";
import { FileSystems, type InnerEntry } from "./file-systems.ts";

/** Folder that the file systems of a backup's images are shown in, each under its name. */
export const FILE_SYSTEMS = "filesystems";

/**
 * How long one who asks waits for the reader to start; it starts all the same. Less than the API lets a request take.
 */
const WAIT_MS = 45_000;
/** Machines at a time in this process, of half a gigabyte each. */
const MACHINES_MAX = 3;
/** A machine that died, e.g. of a hostile image, is started again so often in one look at a backup. */
const STARTS_MAX = 3;
const FOLDERS_KEPT = 2_000;

const TYPES: Readonly<Record<number, NodeType>> = {
  0o100000: "file",
  0o40000: "directory",
  0o120000: "symlink",
  0o60000: "block_device",
  0o20000: "character_device",
  0o10000: "fifo",
  0o140000: "socket",
};

/** Those with a machine. */
const open = new Set<ImageTree>();

async function makeRoom(): Promise<void> {
  const [idle] = [...open].filter((tree) => tree.idle).sort((a, b) => a.used_ms - b.used_ms);
  if (idle === undefined)
    throw imageError("IMAGE_BUSY", `the images of ${open.size} backups are open for reading already`);
  await idle.rest();
}

/** The images of a backup of a VM or a volume: where they lie below the backup's root, and under which name. */
async function imagesOf(reader: BackupReader): Promise<Image[]> {
  const at = async (path: string, name: string) => ({ name, file: await reader.openPath(0, Buffer.from(path)) });
  if (reader.manifest.kind === "volume") return [await at("volume.raw", "volume")];
  const nodes = await reader.list(0, Buffer.from("disks"));
  const names = nodes.map(({ name }) => name.toString()).filter((name) => name.endsWith(".raw"));
  return Promise.all(names.map((name) => at(`disks/${name}`, name.slice(0, -".raw".length))));
}

/** The file systems on the images of a backup; `undefined` when it has no images. Nothing is started before a look. */
export function imageTree(reader: BackupReader, ports: Ports): InnerTree | undefined {
  const { kind, roots } = reader.manifest;
  return kind === "vm" || kind === "volume" ? new ImageTree(reader, roots[0] as Buffer, ports) : undefined;
}

class ImageTree implements InnerTree {
  readonly in_folder: string;
  readonly name = FILE_SYSTEMS;
  readonly #reader: BackupReader;
  readonly #ports: Ports;
  readonly #folders = new Map<string, Promise<readonly InnerEntry[]>>();
  #opening: Promise<FileSystems> | undefined;
  #current: FileSystems | undefined;
  #starts = 0;
  #users = 0;
  #used_ms = 0;
  #closed = false;

  constructor(reader: BackupReader, root: Buffer, ports: Ports) {
    this.#reader = reader;
    this.#ports = ports;
    this.in_folder = join("/", root.toString("latin1")).slice(1);
  }

  async find(path: Buffer): Promise<BackupNode | undefined> {
    if (path.length === 0) return this.#made(FILE_SYSTEMS);
    const { name, rest } = split(path);
    return this.#use(async (systems) => {
      const device = systems.devices.find((each) => each.name === name);
      if (device === undefined) return undefined;
      if (rest.length === 0) {
        const top = await systems.find(device, rest);
        return top === undefined ? undefined : this.#node(device, rest, { ...top, name: Buffer.from(name, "latin1") });
      }
      const slash = rest.lastIndexOf(47);
      const kept = this.#folders.get(`${name}/${rest.subarray(0, Math.max(0, slash)).toString("latin1")}`);
      const entry =
        kept === undefined
          ? await systems.find(device, rest)
          : (await kept).find((each) => each.name.equals(rest.subarray(slash + 1)));
      return entry === undefined ? undefined : this.#node(device, rest, entry);
    });
  }

  list(path: Buffer): Promise<readonly BackupNode[]> {
    return this.#use(async (systems) => {
      if (path.length === 0) {
        const names = systems.devices.map(({ name }) => name).sort();
        return names.map((name) => this.#made(name));
      }
      const { name, rest } = split(path);
      const device = systems.devices.find((each) => each.name === name);
      if (device === undefined) return [];
      const entries = await this.#folder(systems, device, rest);
      return entries.map((entry) => this.#node(device, under(rest, entry.name), entry));
    });
  }

  #folder(systems: FileSystems, device: Device, path: Buffer): Promise<readonly InnerEntry[]> {
    const key = `${device.name}/${path.toString("latin1")}`;
    let listing = this.#folders.get(key);
    if (listing === undefined) {
      listing = systems.list(device, path);
      this.#folders.set(key, listing);
      listing.catch(() => this.#folders.delete(key));
      if (this.#folders.size > FOLDERS_KEPT) this.#folders.delete(this.#folders.keys().next().value as string);
    }
    return listing;
  }

  async *search(path: Buffer, wanted: (name: Buffer) => boolean): AsyncGenerator<Found> {
    const { name, rest } = split(path);
    const found = await this.#use(async (systems) => {
      const names: Buffer[] = [];
      for (const device of systems.devices) {
        if (path.length > 0 && device.name !== name) continue;
        for await (const below of systems.names(device, rest))
          if (wanted(below.subarray(below.lastIndexOf(47) + 1)))
            names.push(under(Buffer.from(device.name, "latin1"), under(rest, below)));
      }
      return names;
    });
    for (const each of found) {
      const node = await this.find(each);
      if (node !== undefined) yield { path: each, node };
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#opening?.catch(() => undefined);
    await this.#let_go();
  }

  /** Runs `work` with the file systems open. @throws IMAGE_* */
  async #use<T>(work: (systems: FileSystems) => Promise<T>): Promise<T> {
    this.#users++;
    try {
      return await work(await this.#systems());
    } finally {
      this.#users--;
      this.#used_ms = this.#ports.clock.monotonic_ms();
    }
  }

  async #systems(): Promise<FileSystems> {
    const current = this.#current;
    if (current?.over === undefined && current !== undefined) return current;
    await this.#let_go();
    this.#opening ??= this.#start();
    const { clock } = this.#ports;
    const stop = new AbortController();
    const late = clock.sleep(WAIT_MS, stop.signal).catch(() => undefined);
    try {
      const opened = await Promise.race([this.#opening, late]);
      if (opened !== undefined) return opened;
      throw imageError("IMAGE_OPENING", `the images of ${this.#reader.manifest.backup_id} are still being opened`);
    } finally {
      stop.abort();
    }
  }

  async #let_go(): Promise<void> {
    const current = this.#current;
    this.#current = undefined;
    this.#folders.clear();
    await current?.close();
  }

  async #start(): Promise<FileSystems> {
    const id = this.#reader.manifest.backup_id;
    try {
      if (this.#starts >= STARTS_MAX)
        throw imageError("IMAGE_READER_FAILED", `the reader of the images of ${id} died ${this.#starts} times`);
      if (open.size >= MACHINES_MAX) await makeRoom();
      open.add(this);
      this.#starts++;
      const appliance = await Appliance.start(await imagesOf(this.#reader), this.#ports);
      const systems = new FileSystems(appliance, () => open.delete(this));
      if (this.#closed) {
        await systems.close();
        throw imageError("IMAGE_OPENING", `${id} was closed while its images were opened`);
      }
      this.#current = systems;
      return systems;
    } catch (error) {
      open.delete(this);
      throw error;
    } finally {
      this.#opening = undefined;
    }
  }

  get idle(): boolean {
    return this.#users === 0 && this.#current !== undefined;
  }
  get used_ms(): number {
    return this.#used_ms;
  }
  /** Makes room for another; a later look starts it again. */
  async rest(): Promise<void> {
    this.#starts--;
    await this.#let_go();
  }

  #node(device: Device, path: Buffer, entry: InnerEntry): BackupNode {
    const { name, mode, uid, gid, nlink, size, mtime_ns, link_target, xattrs } = entry;
    const type = TYPES[mode & 0o170000] ?? "socket";
    const node = { name, type, mode, uid, gid, nlink, size, mtime_ns, link_target, xattrs, content: undefined };
    if (type !== "file") return node;
    const read = async (offset: number, length: number) =>
      length <= 0 ? Buffer.alloc(0) : this.#use((systems) => systems.read(device, path, offset, length));
    return { ...node, read };
  }

  #made(name: string): BackupNode {
    return {
      name: Buffer.from(name, "latin1"),
      type: "directory",
      mode: 0o40755,
      uid: 0,
      gid: 0,
      nlink: 1,
      size: 0,
      mtime_ns: BigInt(this.#reader.manifest.created_at_ms) * 1_000_000n,
      link_target: undefined,
      xattrs: [],
      content: undefined,
    };
  }
}

function split(path: Buffer): { readonly name: string; readonly rest: Buffer } {
  const slash = path.indexOf(47);
  if (slash < 0) return { name: path.toString("latin1"), rest: Buffer.alloc(0) };
  return { name: path.toString("latin1", 0, slash), rest: path.subarray(slash + 1) };
}

function under(folder: Buffer, name: Buffer): Buffer {
  return folder.length === 0 ? name : Buffer.concat([folder, Buffer.from("/"), name]);
}
