import { existsSync } from "node:fs";
import { chmod, chown, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock, Random } from "../../base/index.ts";
import type { FileReader } from "../manifest/index.ts";
import { fileExport, type NbdExport, NbdServer, OverlayDisk } from "../nbd/index.ts";
import { imageError } from "./errors.ts";
import { quoted } from "./quote.ts";
import { GuestShell } from "./shell.ts";

/** A first start of all makes libguestfs's own system, which takes a minute on a slow disk. */
const START_MS = 5 * 60_000;
const LIST_MS = 2 * 60_000;
/** A journal is replayed into a file beside the image; none is larger. */
const WRITTEN_BYTES_MAX = 2 * 1024 * 1024 * 1024;
/** `nobody`: the machine that reads images may do nothing here but read them. */
const NOBODY = 65_534;
const LIST_BYTES_MAX = 1024 * 1024;
const DISKS_MAX = 24;
/** File systems of one backup. */
const PLACES_MAX = 128;

export interface Ports {
  readonly clock: Clock;
  readonly random: Random;
}

/** An image of a backup: `vd0` and its bytes. */
export interface Image {
  readonly name: string;
  readonly file: FileReader;
}

/** A file system found on the images. */
export interface Device {
  /** As it is shown: `vd0-p1`, `vd0` for one that takes the whole disk, `GROUP-VOLUME`, `md127`. */
  readonly name: string;
  /** As libguestfs names it: `/dev/sda1`, `/dev/vg/root`. */
  readonly device: string;
  readonly type: string;
}

/**
 * A small virtual machine of libguestfs that has the images as its disks: their file systems are read by its kernel
 * and never by this machine's. It writes into files beside the images, e.g. when a journal is replayed.
 */
export class Appliance {
  readonly shell: GuestShell;
  readonly devices: readonly Device[];
  readonly folder: string;
  readonly #end: () => Promise<void>;

  private constructor(shell: GuestShell, devices: readonly Device[], folder: string, end: () => Promise<void>) {
    this.shell = shell;
    this.devices = devices;
    this.folder = folder;
    this.#end = end;
  }

  /** @throws IMAGE_READER_MISSING, IMAGE_READER_FAILED, IMAGE_UNREADABLE */
  static async start(images: readonly Image[], { clock, random }: Ports): Promise<Appliance> {
    if (!["/usr/bin/guestfish", "/usr/local/bin/guestfish"].some((path) => existsSync(path)))
      throw imageError("IMAGE_READER_MISSING", "file systems inside images are read with guestfish, which is not here");
    if (images.length > DISKS_MAX)
      throw imageError("IMAGE_UNREADABLE", `${images.length} images are more than can be opened at once`);
    const folder = await mkdtemp(join(tmpdir(), "holdfast-image-"));
    const closing: (() => Promise<void>)[] = [() => rm(folder, { recursive: true, force: true })];
    const end = async () => {
      for (const close of closing.splice(0).reverse()) await close().catch(() => undefined);
    };
    try {
      const user = process.geteuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : undefined;
      const give = async (path: string) => {
        if (user !== undefined) await chown(path, user.uid, user.gid);
      };
      await give(folder);
      const exports = new Map<string, NbdExport>();
      for (const { name, file } of images) {
        const beside = join(folder, `over-${exports.size}`);
        await mkdir(beside, { mode: 0o700 });
        const overlay = await OverlayDisk.open(beside, fileExport(name, file), name);
        closing.push(() => overlay.close());
        exports.set(`disk${exports.size}`, bounded(overlay));
      }
      const socket = join(folder, "images.sock");
      const server = await NbdServer.listen({
        listen: { path: socket },
        names: () => [...exports.keys()],
        find: (name) => exports.get(name),
      });
      closing.push(() => server.close());
      await chmod(socket, 0o600);
      await give(socket);

      const begin = async (settings: string) => {
        const nonce = random.bytes(24).toString("hex");
        const options = { folder, settings, clock, nonce };
        const shell = new GuestShell(user === undefined ? options : { ...options, user });
        closing.push(() => shell.close());
        for (const name of exports.keys())
          await shell.run(`add-drive ${name} format:raw protocol:nbd server:unix:${socket}`, LIST_MS, LIST_BYTES_MAX);
        await shell.run("run", START_MS, LIST_BYTES_MAX);
        return shell;
      };
      // A KVM that is there and does not work is found out by trying.
      const shell = await begin("").catch(async (error: unknown) => {
        return begin("force_tcg").catch(() => Promise.reject(error));
      });
      const names = images.map(({ name }) => name);
      return new Appliance(shell, devicesOf(await found(shell), names), folder, end);
    } catch (error) {
      await end();
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#end();
  }
}

/**
 * Where a file system may be, and of which kind what is there says it is. Nothing is mounted for that: what is damaged
 * takes nothing from the others.
 */
async function found(shell: GuestShell): Promise<[device: string, type: string][]> {
  const ask = async (command: string) => {
    const { bytes, said } = await shell.run(`-${command}`, LIST_MS, LIST_BYTES_MAX);
    const lines = bytes.toString("latin1").split("\n");
    return said === "" ? lines.filter((line) => /^[\x21-\x7e]+$/.test(line)) : [];
  };
  const partitions = await ask("list-partitions");
  const disks = (await ask("list-devices")).filter((disk) => !partitions.some((each) => isPartOf(each, disk)));
  const all = [...disks, ...partitions, ...(await ask("list-md-devices")), ...(await ask("lvs"))];
  const types: [string, string][] = [];
  for (const device of all.slice(0, PLACES_MAX)) {
    const [type = "unknown"] = await ask(`vfs-type ${quoted(Buffer.from(device, "latin1"))}`);
    types.push([device, type]);
  }
  return types;
}

function isPartOf(partition: string, disk: string): boolean {
  return partition.startsWith(disk) && /^\d+$/.test(partition.slice(disk.length));
}

/** What a hostile image makes its reader write ends somewhere. */
function bounded(overlay: OverlayDisk): NbdExport {
  let left = WRITTEN_BYTES_MAX;
  const take = (bytes: number) => {
    left -= bytes;
    if (left < 0) throw imageError("IMAGE_UNREADABLE", "reading the image writes too much");
  };
  const { write, zero, flush } = overlay.writable;
  return {
    name: overlay.name,
    size_bytes: overlay.size_bytes,
    read: (offset, length) => overlay.read(offset, length),
    allocation: (offset, length) => overlay.allocation(offset, length),
    writable: {
      write: async (offset, bytes) => {
        take(bytes.length);
        await write(offset, bytes);
      },
      zero: async (offset, length, may_unmap) => {
        take(length);
        await zero(offset, length, may_unmap);
      },
      flush,
    },
  };
}

const NOT_READ = new Set(["unknown", "swap", "crypto_LUKS", "LVM2_member", "linux_raid_member", "BitLocker"]);

/** @param found devices and the kinds of what is on them, such as `/dev/sda1`, `ext4` */
export function devicesOf(found: readonly (readonly [string, string])[], images: readonly string[]): Device[] {
  const devices: Device[] = [];
  for (const [device, type] of found) {
    if (NOT_READ.has(type)) continue;
    const disk = /^\/dev\/[a-z]*d([a-z]{1,2})(\d*)$/.exec(device);
    const image = disk === null ? undefined : images[diskNumber(disk[1] as string)];
    const name =
      image === undefined
        ? device.slice("/dev/".length).replaceAll("/", "-")
        : `${image}${disk?.[2] === "" ? "" : `-p${disk?.[2]}`}`;
    const taken = devices.filter((each) => each.name === name || each.name.startsWith(`${name}~`)).length;
    devices.push({ name: taken === 0 ? name : `${name}~${taken}`, device, type });
  }
  return devices;
}

/** `a` is 0, `z` is 25, `aa` is 26. */
function diskNumber(letters: string): number {
  return [...letters].reduce((number, letter) => number * 26 + letter.charCodeAt(0) - 96, 0) - 1;
}
