import { hasCode } from "../../base/index.ts";
import type { Repository } from "../../engine/repository/index.ts";
import type { Db } from "../../platform/db/index.ts";
import type { JobHandler } from "../jobs/index.ts";
import { type DeletionPorts, placesOf } from "./delete.ts";
import { getHold, heldBackups, type HoldRow } from "./holds.ts";

const AT_ONCE = 8;

/**
 * The `hold` job: the storage's own legal hold on everything the held backups need, and off again when the hold was
 * released and no other one needs it. The catalog's hold does not depend on it; storage without holds is passed by.
 */
export function holdHandler({ db, repositories }: DeletionPorts): JobHandler {
  return {
    kind: "hold",
    steps: ["run"],
    async run({ job, step, signal }) {
      const hold = await getHold(db, String(job.input["hold_id"]));
      const result = await step("run", async () => {
        const ids = await backupsOf(db, hold);
        const held = await heldBackups(db, hold.project_id);
        const byRegion = new Map<string, string[]>();
        for (const id of ids) {
          for (const { region_id } of await placesOf(db, id)) {
            const list = byRegion.get(region_id);
            if (list === undefined) byRegion.set(region_id, [id]);
            else list.push(id);
          }
        }
        let [set, lifted] = [0, 0];
        const without_holds: string[] = [];
        for (const [region_id, backups] of byRegion) {
          signal.throwIfAborted();
          const row = await repositories.find(hold.project_id, region_id);
          await repositories.use(row, async (repository) => {
            try {
              const needed = await objectsOf(repository, held);
              set += await holdAll(repository, backups.some((id) => held.has(id)) ? needed : new Set(), true);
              if (hold.released_at === null) return;
              const released = await objectsOf(repository, new Set(backups));
              lifted += await holdAll(repository, new Set([...released].filter((key) => !needed.has(key))), false);
            } catch (error) {
              if (!hasCode(error, "STORE_LOCK_UNSUPPORTED")) throw error;
              without_holds.push(region_id);
            }
          });
        }
        return { hold_id: hold.id, backups: ids.length, objects_held: set, objects_released: lifted, without_holds };
      });
      return { state: "SUCCEEDED", result };
    },
  };
}

async function backupsOf(db: Db, { backup_id, workload_id }: HoldRow): Promise<string[]> {
  if (backup_id !== null) return [backup_id];
  const rows = await db
    .selectFrom("backups")
    .select("id")
    .where("workload_id", "=", workload_id)
    .where("state", "in", ["AVAILABLE", "DAMAGED", "DELETING", "DELETED"])
    .orderBy("id")
    .execute();
  return rows.map(({ id }) => id);
}

/** Manifests and packs of these backups, as far as they are in this region; keys and config besides. */
async function objectsOf(repository: Repository, backups: ReadonlySet<string>): Promise<Set<string>> {
  const keys = new Set<string>();
  const state = await repository.sweepState();
  for (const id of await repository.listBackupIds()) {
    if (!backups.has(id)) continue;
    const manifest = await repository.findManifest(id, state);
    if (manifest === undefined) continue;
    keys.add(`manifests/${id}`);
    for (const pack of manifest.packs) keys.add(`packs/${pack.slice(0, 2)}/${pack}`);
  }
  if (keys.size === 0) return keys;
  keys.add("config");
  for await (const { key } of repository.store.list("keys/")) keys.add(key);
  return keys;
}

async function holdAll({ store }: Repository, keys: ReadonlySet<string>, on: boolean): Promise<number> {
  const rest = keys.values();
  let count = 0;
  const worker = async () => {
    for (const key of rest) {
      if (store.hold === undefined) return;
      try {
        await store.hold(key, on);
        count++;
      } catch (error) {
        if (!hasCode(error, "STORE_NOT_FOUND")) throw error; // swept meanwhile: it was not needed
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return count;
}
