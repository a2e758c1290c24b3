import { join } from "node:path";
import * as z from "zod";
import { asHoldfastError, hasCode } from "../../base/index.ts";
import type { Source } from "../../model/index.ts";
import type { Db } from "../../platform/db/index.ts";
import { type BackupRow, getBackupRow } from "../catalog/index.ts";
import { pointOf } from "../protect/index.ts";
import { previewRestore, type RecoverPorts, type RestoreInput, type RestorePreview } from "../recover/index.ts";
import { type GroupDetails, groupOf, type GroupPart } from "../sources/index.ts";
import { applicationError } from "./errors.ts";
import { type Application, rulesOf } from "./profile.ts";

/** What a restore of an application can be told beside its name. */
const optionsSchema = z.strictObject({
  to_time: z.iso.datetime({ offset: true, error: 'an instant with its zone, e.g. "2026-11-03T02:17:00Z"' }).optional(),
  /** What only one part understands, by its name. */
  parts: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
});

/** The restore of one part, decided once and kept in the job's journal. */
export interface PartPlan {
  readonly name: string;
  readonly order: number;
  readonly workload_id: string;
  readonly kind: string;
  readonly backup_id: string;
  /** Of the workload it becomes; null when it is only laid, and brought up, in a folder. */
  readonly new_name: string | null;
  /** That folder. Absent in the journals of older jobs. */
  readonly target_path?: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Whether a log brings it to the target, rather than its backup. */
  readonly replayed: boolean;
  readonly point_ms: number;
  readonly region: string | null;
}

export interface ApplicationPlan {
  readonly application: Application;
  readonly backup: BackupRow;
  readonly target_ms: number;
  readonly new_name: string | null;
  readonly target_path: string | null;
  readonly parts: readonly PartPlan[];
  readonly previews: readonly RestorePreview[];
  readonly notes: readonly string[];
}

const OFF = ["PG_TARGET_UNREACHABLE", "MARIA_TARGET_UNREACHABLE"] as const;

/**
 * Chooses for each part the backup and the log that bring it to one common time: the one that is asked for, or the
 * first whole second in which the state of every part was whole.
 * @throws APPLICATION_TARGET, APPLICATION_TARGET_UNREACHABLE, and what stands in the way of a part
 */
export async function planApplication(input: RestoreInput, ports: RecoverPorts): Promise<ApplicationPlan> {
  const { db } = ports;
  const backup = await getBackupRow(db, input.backup_id);
  const group = groupOf(backup.details);
  if (group === undefined) throw applicationError("APPLICATION_TARGET", `${backup.id} is no backup of an application`);
  const { new_name = null, target_path = null } = input;
  if ((new_name === null) === (target_path === null) || input.in_place === true || (input.paths ?? []).length > 0)
    throw applicationError(
      "APPLICATION_TARGET",
      "an application is restored as a whole, either to new resources or into a folder",
      { backup_id: backup.id },
    );
  const parsed = optionsSchema.safeParse(input.options ?? {});
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.map(String).join(".")}: ${issue.message}`);
    throw applicationError(
      "APPLICATION_TARGET",
      `a restore of an application cannot be told this: ${problems.join("; ")}`,
    );
  }
  const application = await applicationOf(db, backup.workload_id);
  const { to_time, parts: own = {} } = parsed.data;
  const asked = to_time !== undefined;
  // Logs of MariaDB know seconds; with a whole one all parts mean the same.
  const target_ms = asked
    ? Math.floor(Date.parse(to_time) / 1000) * 1000
    : (Math.floor(group.point_ms / 1000) + 1) * 1000;
  if (target_ms < group.point_ms) throw tooEarly(group, target_ms, backup.id);
  const orders = new Map(rulesOf(application.source).parts.map(({ name, order }) => [name, order]));
  const parts: PartPlan[] = [];
  const previews: RestorePreview[] = [];
  const notes: string[] = [`every part is restored as of ${new Date(target_ms).toISOString()}`];
  for (const part of group.parts) {
    const found = await partPlan(part, { target_ms, asked, own: own[part.name] ?? {}, input }, ports);
    parts.push({ ...found.plan, order: orders.get(part.name) ?? 0 });
    previews.push(found.preview);
    notes.push(...found.notes.map((note) => `${part.name}: ${note}`));
  }
  return { application, backup, target_ms, new_name, target_path, parts, previews, notes };
}

/** As it is now, or as it was when it was removed: its backups outlive it. */
export async function applicationOf(db: Db, workload_id: string): Promise<Application> {
  const {
    removed_at: _,
    created_at,
    updated_at,
    ...row
  } = await db.selectFrom("workloads").selectAll().where("id", "=", workload_id).executeTakeFirstOrThrow();
  const source = row.source as Source;
  if (source.kind !== "application")
    throw applicationError("APPLICATION_UNKNOWN", `workload ${row.name} is no application any more`, { workload_id });
  const times = { created_at: created_at.toISOString(), updated_at: updated_at.toISOString() };
  return { ...row, ...times, tags: { ...row.tags }, source };
}

function tooEarly(group: GroupDetails, target_ms: number, backup_id: string) {
  const earliest = new Date((Math.floor(group.point_ms / 1000) + 1) * 1000).toISOString();
  return applicationError(
    "APPLICATION_TARGET_UNREACHABLE",
    `${new Date(target_ms).toISOString()} is before every part of ${backup_id} was whole; the earliest time is ${earliest}`,
    { earliest, backup_id },
  );
}

interface Aim {
  readonly target_ms: number;
  readonly asked: boolean;
  readonly own: Readonly<Record<string, unknown>>;
  readonly input: RestoreInput;
}

async function partPlan(part: GroupPart, aim: Aim, ports: RecoverPorts) {
  const { target_ms, asked, input } = aim;
  const logged = part.kind === "postgresql" || part.kind === "mariadb";
  // Its suppressions are applied, and its health is asked for: it has to run, in a folder, too.
  const own = logged && input.target_path !== undefined ? { start: true, ...aim.own } : aim.own;
  const chosen = logged ? await getBackupRow(ports.db, part.backup_id) : await newestFile(ports.db, part, target_ms);
  const base = {
    name: part.name,
    workload_id: part.workload_id,
    kind: part.kind,
    backup_id: chosen.id,
    new_name: input.new_name === undefined ? null : `${input.new_name}-${part.name}`,
    ...(input.target_path === undefined ? {} : { target_path: join(input.target_path, part.name) }),
    point_ms: pointOf(chosen),
    region: input.region ?? null,
    order: 0,
  };
  const preview = (options: Readonly<Record<string, unknown>>) =>
    previewRestore(partInput(base, options, input), ports).catch((thrown: unknown) => {
      const error = asHoldfastError(thrown);
      error.message = `part ${part.name}: ${error.message}`;
      throw error;
    });
  if (!logged) return { plan: { ...base, options: own, replayed: false }, preview: await preview(own), notes: [] };
  const options = { ...own, to_time: new Date(target_ms).toISOString() };
  try {
    const shown = await preview(options);
    return { plan: { ...base, options, replayed: true }, preview: shown, notes: shown.notes };
  } catch (error) {
    // Nobody asked for a time: where no log leads to the common one, the part's own backup is what there is.
    if (asked || !OFF.some((code) => hasCode(error, code))) throw error;
    const plain = part.kind === "postgresql" ? { ...own, immediate: true } : own;
    const shown = await preview(plain);
    const note = `no log leads to the common time; it is restored as of ${new Date(base.point_ms).toISOString()}`;
    return { plan: { ...base, options: plain, replayed: false }, preview: shown, notes: [note, ...shown.notes] };
  }
}

/** The restore that a part's plan asks for. */
export function partInput(
  plan: Pick<PartPlan, "backup_id" | "new_name" | "target_path" | "region">,
  options: Readonly<Record<string, unknown>>,
  { target_project }: Pick<RestoreInput, "target_project">,
): RestoreInput {
  return {
    backup_id: plan.backup_id,
    ...(plan.new_name === null ? {} : { new_name: plan.new_name }),
    ...(plan.target_path === undefined ? {} : { target_path: plan.target_path }),
    ...(plan.region === null ? {} : { region: plan.region }),
    ...(target_project === undefined ? {} : { target_project }),
    ...(Object.keys(options).length === 0 ? {} : { options }),
  };
}

/** Files have no log: the newest good backup that was whole by then, at least the group's own. */
async function newestFile(db: Db, part: GroupPart, target_ms: number): Promise<BackupRow> {
  const own = await getBackupRow(db, part.backup_id);
  const rows = await db
    .selectFrom("backups")
    .selectAll()
    .where("workload_id", "=", part.workload_id)
    .where("state", "=", "AVAILABLE")
    .where("verified_state", "!=", "INVALID")
    .where("created_at", ">", own.created_at)
    .where("created_at", "<=", new Date(target_ms))
    .orderBy("created_at", "desc")
    .limit(20)
    .execute();
  return rows.find((row) => pointOf(row) <= target_ms) ?? own;
}
