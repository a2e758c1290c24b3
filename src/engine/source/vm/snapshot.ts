import { chown, mkdir, open, stat } from "node:fs/promises";
import { join } from "node:path";
import { asHoldfastError, type Clock } from "../../../base/index.ts";
import type { GuestAgent } from "./agent.ts";
import { vmError } from "./errors.ts";
import { whileStill } from "./freeze.ts";
import type { VmDisk } from "./machine.ts";
import { cbwNode, exportId, fleeceNode, snapNode } from "./names.ts";
import type { QmpClient } from "./qmp.ts";
import { reclaim } from "./reclaim.ts";

/** How long a guest's write waits for its block to be copied to scratch before the snapshot is given up. */
const CBW_TIMEOUT_S = 30;
const CONNECTIONS = 16;

export interface DiskPlan {
  readonly disk: VmDisk;
  /** Records what changes from this snapshot on. */
  readonly new_bitmap: string;
  /** What changed since the parent backup. */
  readonly since_parent: string | undefined;
}

export interface SnapshotOptions {
  readonly qmp: QmpClient;
  readonly qmp_path: string;
  readonly clock: Clock;
  readonly scratch: string;
  readonly plans: readonly DiskPlan[];
  /** Freezes the guest for the moment of the snapshot. */
  readonly agent: { readonly client: GuestAgent; readonly path: string; readonly timeout_ms: number } | undefined;
  /** Told why the guest was not frozen. */
  readonly onUnfrozen: (reason: string) => void;
}

/** All disks of a running machine as of one instant, exported over NBD. */
export class VmSnapshot {
  readonly socket: string;
  /** The guest's file systems were flushed and frozen at that instant. */
  readonly frozen: boolean;
  readonly taken_at_ms: number;
  readonly #options: SnapshotOptions;

  private constructor(options: SnapshotOptions, socket: string, frozen: boolean, taken_at_ms: number) {
    this.#options = options;
    this.socket = socket;
    this.frozen = frozen;
    this.taken_at_ms = taken_at_ms;
  }

  /** What a failed attempt leaves, it takes away itself. @throws VM_SNAPSHOT_FAILED, VM_TIMEOUT, VM_UNREACHABLE */
  static async take(options: SnapshotOptions): Promise<VmSnapshot> {
    const { qmp, plans, scratch, clock } = options;
    try {
      await prepare(options);
      const { frozen, taken_at_ms } = await instant(options);
      // From here on the parent's bitmap says what the parent lacks and this snapshot has, or a little more.
      const old = plans.flatMap(({ disk, since_parent: name }) =>
        name === undefined ? [] : [{ node: disk.node, name }],
      );
      if (old.length > 0)
        await qmp.execute("transaction", {
          actions: old.map((data) => ({ type: "block-dirty-bitmap-disable", data })),
        });
      const socket = join(scratch, "nbd.sock");
      await expose(options, socket);
      return new VmSnapshot(options, socket, frozen, taken_at_ms);
    } catch (error) {
      await reclaim(qmp, clock, scratch).catch(() => undefined); // the next backup tries again
      const cause = asHoldfastError(error);
      if (cause.status_reason !== "InternalError") throw error;
      throw vmError("VM_SNAPSHOT_FAILED", `the snapshot failed: ${cause.message}`, {}, error);
    }
  }

  /** Ends exports, filters and scratch; bitmaps stay, for the next backup to settle. May be repeated. */
  async release(): Promise<void> {
    await reclaim(this.#options.qmp, this.#options.clock, this.#options.scratch);
  }
}

/** Everything that takes time, while the guest runs as before. */
async function prepare({ qmp, qmp_path, scratch, plans }: SnapshotOptions): Promise<void> {
  await mkdir(scratch, { recursive: true });
  const owner = await stat(qmp_path);
  await chown(scratch, owner.uid, owner.gid).catch(() => undefined); // only root can; others are QEMU's user already
  for (const [i, { disk }] of plans.entries()) {
    const filename = join(scratch, `${i}.fleece`);
    const file = await open(filename, "w", 0o600);
    try {
      await file.truncate(disk.size_bytes);
      await file.chown(owner.uid, owner.gid).catch(() => undefined);
    } finally {
      await file.close();
    }
    await qmp.execute("blockdev-add", { driver: "file", "node-name": fleeceNode(i), filename, discard: "unmap" });
    await qmp.execute("blockdev-add", {
      driver: "copy-before-write",
      "node-name": cbwNode(i),
      file: disk.node,
      target: fleeceNode(i),
      "on-cbw-error": "break-snapshot",
      "cbw-timeout": CBW_TIMEOUT_S,
    });
  }
}

/** New bitmaps first, filters second, old bitmaps last: any other order loses writes that fall in between. */
async function instant(options: SnapshotOptions): Promise<{ frozen: boolean; taken_at_ms: number }> {
  const { qmp, qmp_path, plans, scratch, agent, clock, onUnfrozen } = options;
  for (const { disk, new_bitmap: name } of plans) {
    // Only qcow2 keeps bitmaps over a restart; others have them as long as this QEMU lives.
    const persistent = disk.format === "qcow2";
    await qmp.execute("block-dirty-bitmap-add", { node: disk.node, name, persistent });
  }
  const running = (await qmp.execute<{ status: string }>("query-status")).status === "running";
  // One disk changes hands at one instant; several only while nobody writes.
  const resume = running && plans.length > 1;
  const thaw = running && agent !== undefined;
  return whileStill(scratch, { qmp: qmp_path, agent: agent?.path ?? null, resume, thaw }, async () => {
    let frozen = false;
    try {
      if (thaw) {
        try {
          await agent.client.freeze(agent.timeout_ms);
          frozen = true;
        } catch (error) {
          onUnfrozen(asHoldfastError(error).message);
        }
      }
      try {
        if (resume) await qmp.execute("stop");
        for (const [i, { disk }] of plans.entries())
          await qmp.execute("qom-set", { path: disk.qom_path, property: "drive", value: cbwNode(i) });
        return { frozen, taken_at_ms: clock.now_ms() };
      } finally {
        if (resume) await qmp.execute("cont");
      }
    } finally {
      // Also when freezing failed: it may have been done halfway, or be done yet.
      if (thaw) await agent.client.thaw().catch((error: unknown) => frozen && Promise.reject(error as Error));
    }
  });
}

async function expose({ qmp, plans }: SnapshotOptions, socket: string): Promise<void> {
  for (const i of plans.keys())
    await qmp.execute("blockdev-add", { driver: "snapshot-access", "node-name": snapNode(i), file: cbwNode(i) });
  await qmp.execute("nbd-server-start", {
    addr: { type: "unix", data: { path: socket } },
    "max-connections": CONNECTIONS,
  });
  for (const [i, { disk, since_parent }] of plans.entries())
    await qmp.execute("block-export-add", {
      type: "nbd",
      id: exportId(i),
      "node-name": snapNode(i),
      name: disk.name,
      ...(since_parent === undefined ? {} : { bitmaps: [{ node: disk.node, name: since_parent }] }),
    });
}
