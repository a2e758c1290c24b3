import { sql } from "kysely";
import type { Selectable } from "kysely";
import { hasCode, HoldfastError } from "../../base/index.ts";
import type { Clock, Random } from "../../base/index.ts";
import type { KeyAdmin, KeyManager } from "../../engine/keys/index.ts";
import type { Repository } from "../../engine/repository/index.ts";
import { type ObjectStore, probeStore, type StoreProbe } from "../../engine/store/index.ts";
import type { Region } from "../../model/index.ts";
import { withTransaction } from "../../platform/db/index.ts";
import type { Db, RepositoryTable, Tx } from "../../platform/db/index.ts";
import { getRegion } from "../inventory/index.ts";
import { derivedId } from "./derived-id.ts";
import type { Engine } from "./engine.ts";
import { repositoriesError } from "./errors.ts";
import { replicateIdentity } from "./identity.ts";
import { projectPrefix, projectStore, regionStore } from "./places.ts";
import { claimRegionStore, recordProject } from "./region-record.ts";

export type RepositoryRow = Selectable<RepositoryTable>;

export interface RepositoryPorts {
  readonly db: Db;
  readonly engine: Engine;
  readonly keys: KeyManager;
  /** With the right to create keys: a project gets a master key of its own with its first backup. */
  readonly key_admin: Pick<KeyAdmin, "createKey" | "describeKey">;
  readonly clock: Clock;
  readonly random: Random;
}

/** The repositories of all projects: created with their first use, opened for each job. */
export interface Repositories {
  /**
   * The project's repository in the region; created (with its CMK), or made a replica of the project's first one, when
   * missing.
   */
  ensure(project_id: string, region_id: string): Promise<RepositoryRow>;
  /** @throws REPOSITORY_NOT_THERE */
  find(project_id: string, region_id: string): Promise<RepositoryRow>;
  /**
   * Runs `work` with the repository open. It is opened for each job: that takes milliseconds, and a key that was
   * disabled a moment ago, or a config that is damaged, is met by the very next job.
   * @throws KEY_*, REPOSITORY_*, STORE_*
   */
  use<T>(row: RepositoryRow, work: (repository: Repository) => Promise<T>): Promise<T>;
  /** The master key that is to wrap a project's keys in a region; made when there is none. @throws KEY_* */
  keyFor(project_id: string, region: Region, row: Pick<RepositoryRow, "cmk_id">): Promise<string>;
  /** Runs `work` with the bare store of the repository: what a copy writes to. */
  useStore<T>(row: RepositoryRow, work: (store: ObjectStore) => Promise<T>): Promise<T>;
  /** Runs `work` with the place in the region's storage that belongs to the region itself, not to a project. */
  useRegion<T>(region: Region, work: (store: ObjectStore) => Promise<T>): Promise<T>;
  /** Checks that the region's storage belongs to it, and claims it when new. @throws REGION_MISMATCH, STORE_… */
  claimRegion(region: Region): Promise<void>;
  /** Finds out by trying what the region's storage really does; takes about ten seconds. */
  probeRegion(region: Region): Promise<StoreProbe>;
}

export function createRepositories(ports: RepositoryPorts): Repositories {
  const { db, engine } = ports;

  const withStore = async <T>(config: Parameters<Engine["openStore"]>[0], work: (store: ObjectStore) => Promise<T>) => {
    const store = await engine.openStore(config);
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  };

  const openRow = async (row: RepositoryRow): Promise<Repository> => {
    const store_config = projectStore(await getRegion(db, row.region_id), row.project_id);
    const store = await engine.openStore(store_config);
    const { keys, clock, random } = ports;
    try {
      return await engine.openRepository({ store, store_config, keys, clock, random });
    } catch (error) {
      await store.close();
      throw error;
    }
  };

  const lookUp = (on: Db, project_id: string, region_id: string) =>
    on
      .selectFrom("repositories")
      .selectAll()
      .where("project_id", "=", project_id)
      .where("region_id", "=", region_id)
      .executeTakeFirst();

  const create = async (tx: Tx, project_id: string, region: Region): Promise<RepositoryRow> => {
    const origin = await tx
      .selectFrom("repositories")
      .selectAll()
      .where("project_id", "=", project_id)
      .orderBy("created_at")
      .executeTakeFirst();
    await withStore(regionStore(region), async (store) => {
      await claimRegionStore(store, region);
      await recordProject(store, project_id);
    });
    const made = await withStore(projectStore(region, project_id), (store) =>
      origin === undefined
        ? createFirst(store, project_id, region, ports)
        : replicate(origin, store, region, { from: getRegion(tx, origin.region_id), withStore, ports }),
    );
    return tx
      .insertInto("repositories")
      .values({
        id: derivedId("rpo", made.repository_id, region.id),
        project_id,
        region_id: region.id,
        repository_id: made.repository_id,
        store_prefix: projectPrefix(project_id),
        cmk_id: made.cmk_id,
        created_at: new Date(ports.clock.now_ms()),
      })
      .returningAll()
      .executeTakeFirstOrThrow();
  };

  return {
    async ensure(project_id, region_id) {
      const found = await lookUp(db, project_id, region_id);
      if (found !== undefined) return found;
      const region = await getRegion(db, region_id);
      return withTransaction(db, async (tx) => {
        // One creator per project: two regions at once must not become two repositories with different keys.
        await sql`select pg_advisory_xact_lock(hashtextextended(${`repository:${project_id}`}, 0))`.execute(tx);
        return (await lookUp(tx, project_id, region_id)) ?? create(tx, project_id, region);
      });
    },
    async find(project_id, region_id) {
      const row = await lookUp(db, project_id, region_id);
      if (row !== undefined) return row;
      const message = `project ${project_id} has no repository in region ${region_id}`;
      throw repositoriesError("REPOSITORY_NOT_THERE", message, { project_id, region_id });
    },
    async keyFor(project_id, region, row) {
      if (region.own_keys) return keyOf(keyAlias(project_id, region), ports);
      // One that had its own comes back to the others; whatever else it has, it keeps.
      const { alias } = await ports.key_admin.describeKey(row.cmk_id);
      return ofAlias(alias).region_id === null ? row.cmk_id : keyOf(project_id, ports);
    },
    async use(row, work) {
      const repository = await openRow(row);
      try {
        return await work(repository);
      } finally {
        await repository.close();
      }
    },
    async useStore(row, work) {
      return withStore(projectStore(await getRegion(db, row.region_id), row.project_id), work);
    },
    useRegion: (region, work) => withStore(regionStore(region), work),
    probeRegion: (region) => probeStore(regionStore(region), ports),
    claimRegion: (region) => withStore(regionStore(region), (store) => claimRegionStore(store, region)),
  };
}

interface Made {
  readonly repository_id: string;
  readonly cmk_id: string;
}

/**
 * A crash between these calls leaves a key without a repository, or a repository without a row: the next attempt takes
 * both up.
 */
async function createFirst(
  store: ObjectStore,
  project_id: string,
  region: Region,
  ports: RepositoryPorts,
): Promise<Made> {
  const cmk_id = await keyOf(keyAlias(project_id, region), ports);
  const { engine, keys, clock, random } = ports;
  try {
    const { repository_id } = await engine.createRepository({ store, keys, cmk_key_id: cmk_id, clock, random });
    return { repository_id, cmk_id };
  } catch (error) {
    if (!hasCode(error, "REPOSITORY_EXISTS")) throw error;
    const config = JSON.parse((await store.get("config")).toString("utf8").split("\n", 1)[0] ?? "") as {
      repository_id: string;
    };
    return { repository_id: config.repository_id, cmk_id };
  }
}

/** The name of a master key in the key manager: the project's id, with the region's where that has its own. */
export function keyAlias(project_id: string, region: Pick<Region, "id" | "own_keys">): string {
  return region.own_keys ? `${project_id}.${region.id}` : project_id;
}

/** What {@link keyAlias} was made of; the region is null for a key that serves several. */
export function ofAlias(alias: string): { readonly project_id: string; readonly region_id: string | null } {
  const [project_id = "", region_id = null] = alias.split(".", 2);
  return { project_id, region_id };
}

async function keyOf(alias: string, ports: RepositoryPorts): Promise<string> {
  try {
    return (await ports.key_admin.createKey(alias)).key_id;
  } catch (error) {
    const taken = hasCode(error, "KEY_ALIAS_TAKEN") ? error.context["key_id"] : undefined;
    if (typeof taken === "string") return taken;
    throw error;
  }
}

async function replicate(
  origin: RepositoryRow,
  target: ObjectStore,
  region: Region,
  o: {
    readonly from: Promise<Region>;
    readonly withStore: <T>(
      config: Parameters<Engine["openStore"]>[0],
      work: (store: ObjectStore) => Promise<T>,
    ) => Promise<T>;
    readonly ports: RepositoryPorts;
  },
): Promise<Made> {
  const { name, store } = await o.from;
  const { project_id, repository_id } = origin;
  const cmk_id = region.own_keys ? await keyOf(keyAlias(project_id, region), o.ports) : origin.cmk_id;
  try {
    await o.withStore(projectStore({ store }, project_id), (from) =>
      replicateIdentity(from, target, { ...o.ports, cmk_id, repository_id }),
    );
  } catch (error) {
    // That a key may not be used is the key's affair, and not the region's.
    if (error instanceof HoldfastError && error.code.startsWith("KEY_")) throw error;
    const message = `the repository of project ${project_id} in region ${name} cannot be read`;
    throw repositoriesError("REPOSITORY_ORIGIN_UNREACHABLE", message, { project_id, region: name }, error);
  }
  return { repository_id, cmk_id };
}
