import { hasCode } from "../../../base/index.ts";
import { volumeError } from "./errors.ts";
import { openPlain } from "./plain.ts";
import { type SnapshotProvider, snapshotName, SNAPSHOT_PREFIX, tool } from "./provider.ts";

/** A thin logical volume: `/dev/GROUP/VOLUME`. Read whole each time; what is stored is deduplicated. */
export const lvmThin: SnapshotProvider = {
  async take({ path, backup_id, signal }) {
    const found = /^\/dev\/(?:mapper\/)?([^/]+)\/([^/]+)$/.exec(path);
    if (found === null) throw volumeError("VOLUME_UNREACHABLE", `${path} is no /dev/GROUP/VOLUME`, { path });
    const [group, volume] = [found[1] as string, found[2] as string];
    const prefix = `${SNAPSHOT_PREFIX}${volume}-`;
    const listed = await tool("lvs", ["--noheadings", "-o", "lv_name", group], signal);
    const remove = (name: string) => tool("lvremove", ["-f", `${group}/${name}`]);
    for (const name of listed.split(/\s+/).filter((each) => each.startsWith(prefix))) await remove(name);
    const name = `${prefix}${backup_id}`;
    await tool("lvcreate", ["-s", "-kn", "-n", name, `${group}/${volume}`], signal);
    const let_go = async () => void (await remove(name));
    return open(`/dev/${group}/${name}`, let_go);
  },
};

/** A ZFS volume: `/dev/zvol/POOL/…/VOLUME`, with `snapdev=visible`. Read whole each time. */
export const zfs: SnapshotProvider = {
  async take({ path, backup_id, signal }) {
    const dataset = /^\/dev\/zvol\/(.+)$/.exec(path)?.[1];
    if (dataset === undefined) throw volumeError("VOLUME_UNREACHABLE", `${path} is no /dev/zvol/…`, { path });
    const listed = await tool("zfs", ["list", "-H", "-d", "1", "-t", "snapshot", "-o", "name", dataset], signal);
    const remove = (name: string) => tool("zfs", ["destroy", name]);
    for (const name of listed.split("\n")) if (name.startsWith(`${dataset}@${SNAPSHOT_PREFIX}`)) await remove(name);
    const name = `${dataset}@${snapshotName(backup_id)}`;
    await tool("zfs", ["snapshot", name], signal);
    const let_go = async () => void (await remove(name));
    return open(`/dev/zvol/${name}`, let_go);
  },
};

async function open(path: string, let_go: () => Promise<void>) {
  try {
    return await openPlain(path, null, undefined, let_go);
  } catch (error) {
    await let_go();
    if (!hasCode(error, "VOLUME_UNREACHABLE")) throw error;
    throw volumeError("VOLUME_SNAPSHOT_FAILED", `the snapshot has no device: ${error.message}`, { path }, error);
  }
}
