import { counted } from "../../base/index.ts";
import type { KeyAdmin, KeyInfo } from "../../engine/keys/index.ts";
import { appendEvent, withTransaction } from "../../platform/db/index.ts";
import type { Db, Ports, Tx } from "../../platform/db/index.ts";
import { getProject } from "../inventory/index.ts";
import { enqueueJob, type JobHandler } from "../jobs/index.ts";
import type { KeyVersion } from "../../engine/repository/index.ts";
import { ofAlias } from "../repositories/index.ts";
import { heldBackups } from "../retention/index.ts";
import { rotationError } from "./errors.ts";
import { getProjectKey } from "./keys.ts";
import { DAY_MS, replicasOf, type RotationPorts } from "./ports.ts";
import { iso } from "./request.ts";

/** From the day on which nothing depends on a version any more to its destruction; it is out of use meanwhile. */
export const GRACE_DAYS = 30;

/** What still depends on a version of a CMK, in one region. */
export interface VersionNeed {
  readonly region_id: string;
  /** A key in force is wrapped by it: without it the repository does not open. */
  readonly wraps_in_force: boolean;
  /** Backups (recoverable deleted ones too) whose manifest or packs are of an epoch that it opened. */
  readonly backups: number;
  readonly packs: number;
  readonly bytes: number;
  readonly locked_packs: number;
  readonly locked_until: string | null;
  /** When the last of these backups expires, where it does. */
  readonly last_expires_at: string | null;
}

/** @throws STORE_*, KEY_* when a region cannot be looked at: then nobody can say that nothing depends on it */
export async function needsOfVersion(
  project_id: string,
  { key_id, version }: { readonly key_id: string; readonly version: number },
  ports: RotationPorts,
  signal?: AbortSignal,
): Promise<VersionNeed[]> {
  const needs: VersionNeed[] = [];
  const held = await heldBackups(ports.db, project_id);
  for (const row of await replicasOf(ports.db, project_id)) {
    const need = await ports.repositories.use(row, async (repository) => {
      const use = await repository.keyUse();
      const isIt = (it: KeyVersion) => it.key_id === key_id && it.key_version === version;
      const opened = [...use.first_of_epoch].flatMap(([epoch, first]) => (isIt(first) ? [epoch] : []));
      const options = { held, ...(signal === undefined ? {} : { signal }) };
      const survey = await ports.engine.surveyEpochs(repository, new Map(), options);
      const epochs = survey.epochs.filter(({ epoch }) => opened.includes(epoch));
      const sum = (of: (epoch: (typeof epochs)[number]) => number) => epochs.reduce((all, it) => all + of(it), 0);
      const latest = (times: readonly (number | null)[]) => {
        const known = times.filter((time) => time !== null);
        return known.length === 0 ? null : Math.max(...known);
      };
      return {
        wraps_in_force: use.in_force.some(isIt),
        backups: new Set(epochs.flatMap(({ backups }) => backups)).size,
        packs: sum(({ packs }) => packs),
        bytes: sum(({ bytes }) => bytes),
        locked_packs: sum(({ locked_packs }) => locked_packs),
        locked_until: iso(latest(epochs.map(({ locked_until_ms }) => locked_until_ms))),
        last_expires_at: iso(latest(epochs.map(({ last_expires_at_ms }) => last_expires_at_ms))),
      };
    });
    if (need.wraps_in_force || need.backups > 0) needs.push({ region_id: row.region_id, ...need });
  }
  return needs;
}

/** @throws KEY_VERSION_NEEDED saying what depends on it, and until when */
export function refuseNeeded(key_id: string, version: number, needs: readonly VersionNeed[]): void {
  if (needs.length === 0) return;
  const backups = Math.max(...needs.map((it) => it.backups));
  const locked = needs.reduce((sum, it) => sum + it.locked_packs, 0);
  const until = needs
    .flatMap((it) => [it.locked_until ?? [], it.last_expires_at ?? []].flat())
    .sort()
    .at(-1);
  const what = [
    backups > 0 ? counted(backups, "backup") : "the keys of the repository",
    locked > 0 ? `${locked} locked packs` : "",
    until === undefined ? "" : `until ${until} at least`,
  ].filter((part) => part !== "");
  const message = `version ${version} of key ${key_id} is still needed: ${what.join(", ")}`;
  throw rotationError("KEY_VERSION_NEEDED", message, { key_id, version, backups, until: until ?? null });
}

/** Asks for the retirement of an old version. @throws KEY_VERSION_NEWEST, PROJECT_KEY_NOT_THERE */
export async function requestRetirement(
  tx: Tx,
  request: {
    readonly project: string;
    /** Whose key, where it has its own. */
    readonly region?: string | undefined;
    readonly version: number;
    readonly by: string;
  },
  ports: Ports & { readonly key_admin: KeyAdmin },
): Promise<{ job_id: string }> {
  const project = await getProject(tx, request.project);
  const key = await getProjectKey(tx, ports.key_admin, project.id, request.region);
  requireOlder(key, request.version);
  const input = { key_id: key.key_id, version: request.version, by: request.by };
  return enqueueJob(tx, { kind: "retire_key", project_id: project.id, input }, ports);
}

function requireOlder(key: KeyInfo, version: number): void {
  if (!key.versions.some((it) => it.version === version) || version >= (key.versions.at(-1)?.version ?? 0))
    throw rotationError("KEY_VERSION_NEWEST", `version ${version} of key ${key.key_id} is not an older one of it`);
}

/**
 * The `retire_key` job: looks at every region whether anything depends on the version, reads a backup whole under the
 * newer one, and only then has the key manager destroy the old one after the grace.
 */
export function retireHandler(ports: RotationPorts): JobHandler {
  const { db, key_admin, clock, engine, repositories, random } = ports;
  return {
    kind: "retire_key",
    steps: ["check", "sample", "destroy"],
    async run({ job, step, signal, progress }) {
      const { key_id, version, by } = job.input as { key_id: string; version: number; by: string };
      const project_id = job.project_id ?? "";
      requireOlder(await key_admin.describeKey(key_id), version);
      const { needs } = await step(
        "check",
        async () => ({ needs: await needsOfVersion(project_id, { key_id, version }, ports, signal) }),
        (tx, found) => noteNeeds(tx, { project_id, key_id, version }, found.needs, clock.now_ms()),
      );
      if (needs.length > 0 && by === "schedule")
        return { state: "SKIPPED", result: { key_id, version, needs }, reason: "backups still depend on it" };
      refuseNeeded(key_id, version, needs);
      const sample = await step("sample", async () => {
        // Read where this key is the one that opens it.
        const row = (await replicasOf(db, project_id)).find(({ cmk_id }) => cmk_id === key_id);
        const dice = random.bytes(4).readUInt32LE(0);
        const backup = row === undefined ? undefined : await sampleBackup(db, project_id, row.region_id, dice);
        if (row === undefined || backup === undefined) return { backup_id: null, verdict: "no backup is left" };
        const report = await repositories.use(row, (repository) =>
          engine.verifyBackup({ repository, backup_id: backup.id, read_data: true, signal, onProgress: progress }),
        );
        if (report.verdict !== "valid")
          throw rotationError("KEY_SAMPLE_FAILED", `backup ${backup.id} is ${report.verdict} under the newer key`);
        const { bytes_read, chunks_checked, files_checked } = report;
        return { backup_id: backup.id, verdict: report.verdict, bytes_read, chunks_checked, files_checked };
      });
      const result = await step(
        "destroy",
        async () => {
          const found = (await key_admin.describeKey(key_id)).versions.find((it) => it.version === version);
          const pending = found?.state === "PENDING_DESTRUCTION" || found?.state === "DESTROYED";
          const after = pending
            ? found
            : (await key_admin.scheduleDestruction(key_id, { version, after_days: GRACE_DAYS })).versions.find(
                (it) => it.version === version,
              );
          return { key_id, version, destroy_at: after?.destroy_at ?? null, sample };
        },
        async (tx, { destroy_at }) => {
          await tx
            .updateTable("key_retirements")
            .set({
              state: "SCHEDULED",
              sample: JSON.stringify(sample),
              destroy_at: destroy_at === null ? null : new Date(destroy_at),
            })
            .where("cmk_id", "=", key_id)
            .where("version", "=", version)
            .execute();
          const data = { key_id, version, by, destroy_at, sample };
          await appendEvent(tx, { type: "holdfast.key.retired", subject: key_id, project_id, data }, ports);
        },
      );
      return { state: "SUCCEEDED", result };
    },
  };
}

async function sampleBackup(db: Db, project_id: string, region_id: string, dice: number) {
  const rows = await db
    .selectFrom("backups")
    .leftJoin("copies", (join) =>
      join.onRef("copies.backup_id", "=", "backups.id").on("copies.region_id", "=", region_id),
    )
    .select("backups.id")
    .where("backups.project_id", "=", project_id)
    .where("backups.state", "=", "AVAILABLE")
    .where((where) => where.or([where("backups.region_id", "=", region_id), where("copies.state", "=", "AVAILABLE")]))
    .orderBy("backups.created_at", "desc")
    .limit(50)
    .execute();
  return rows[dice % Math.max(1, rows.length)];
}

async function noteNeeds(
  tx: Tx,
  { project_id, key_id, version }: { project_id: string; key_id: string; version: number },
  needs: readonly VersionNeed[],
  now_ms: number,
): Promise<void> {
  const set = { needed_by: JSON.stringify({ regions: needs }), checked_at: new Date(now_ms) };
  await tx
    .insertInto("key_retirements")
    .values({ project_id, cmk_id: key_id, version, state: "NEEDED", ...set })
    .onConflict((conflict) => conflict.columns(["cmk_id", "version"]).doUpdateSet(set))
    .execute();
}

/**
 * Once a day: looks at every older version whether it can go, and notes what the key manager has destroyed since.
 * @returns how many retirements were looked into
 */
export async function planRetirements(db: Db, ports: Ports & { readonly key_admin: KeyAdmin }): Promise<number> {
  const { key_admin, clock } = ports;
  const day = Math.floor(clock.now_ms() / DAY_MS);
  let asked = 0;
  const projects = await db.selectFrom("projects").select("id").where("shredded_at", "is", null).execute();
  const there = new Set(projects.map(({ id }) => id));
  for (const key of await key_admin.listKeys()) {
    const { project_id: id } = ofAlias(key.alias);
    if (!there.has(id)) continue;
    for (const { version, state, destroyed_at } of key.versions.slice(0, -1)) {
      if (state === "PENDING_DESTRUCTION") continue;
      if (state === "DESTROYED") {
        await noteDestroyed(db, id, key.key_id, version, destroyed_at, ports);
        continue;
      }
      const input = { key_id: key.key_id, version, by: "schedule" };
      const idempotency_key = `retire:${key.key_id}:${version}:${day}`;
      const { created } = await withTransaction(db, (tx) =>
        enqueueJob(tx, { kind: "retire_key", project_id: id, input, idempotency_key }, ports),
      );
      if (created) asked++;
    }
  }
  return asked;
}

async function noteDestroyed(
  db: Db,
  project_id: string,
  key_id: string,
  version: number,
  destroyed_at: string | null,
  ports: Ports,
): Promise<void> {
  await withTransaction(db, async (tx) => {
    const { numUpdatedRows } = await tx
      .updateTable("key_retirements")
      .set({ state: "DESTROYED" })
      .where("cmk_id", "=", key_id)
      .where("version", "=", version)
      .where("state", "!=", "DESTROYED")
      .executeTakeFirst();
    if (numUpdatedRows === 0n) return;
    const data = { key_id, version, destroyed_at };
    await appendEvent(tx, { type: "holdfast.key.destroyed", subject: key_id, project_id, data }, ports);
  });
}
