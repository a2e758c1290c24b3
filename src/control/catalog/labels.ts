import * as z from "zod";
import {
  gfsMarkSchema,
  lockModes,
  policySpecSchema,
  sourceSchema,
  tagsSchema,
  workloadTypeSchema,
} from "../../model/index.ts";
import type { Manifest } from "../../engine/repository/index.ts";
import { type BackupLock, packLockUntil } from "../repositories/index.ts";
import { catalogError } from "./errors.ts";

/**
 * What a backup's manifest says about where the backup belongs, sealed and signed with it: enough to bring back the
 * rows of its project, workload, policy and region when the database is gone. In the manifest all values are strings;
 * what is not plain text is JSON.
 */
export interface BackupLabels {
  readonly project: {
    readonly id: string;
    readonly name: string;
    readonly region_id: string;
    readonly created_at: string;
  };
  readonly workload: {
    readonly id: string;
    readonly name: string;
    readonly type: string;
    readonly region_id: string;
    readonly created_at: string;
    readonly source: z.output<typeof sourceSchema>;
    readonly tags: Readonly<Record<string, string>>;
  };
  readonly policy: {
    readonly id: string;
    readonly version: number;
    readonly template: boolean;
    readonly created_at: string;
    readonly spec: z.output<typeof policySpecSchema>;
  } | null;
  readonly region: { readonly id: string; readonly name: string };
  readonly job_id: string | null;
  readonly trigger: "schedule" | "manual";
  readonly gfs: readonly z.output<typeof gfsMarkSchema>[];
  readonly lock: {
    readonly mode: (typeof lockModes)[number];
    readonly until: string;
    /** Where its packs are locked to, rounded up; without it (older backups): `until`. */
    readonly packs_until?: string;
    /**
     * When this was promised, if long before the backup was made: a host that is away keeps to its last orders. The
     * dates then move by as much.
     */
    readonly from?: string;
  } | null;
}

const VERSION = "1";

type Labelled = Pick<Manifest, "backup_id" | "created_at_ms" | "labels">;

export function encodeLabels(labels: BackupLabels): Record<string, string> {
  const { project, workload, policy, region } = labels;
  return {
    labels_version: VERSION,
    project: project.id,
    project_name: project.name,
    project_region: project.region_id,
    project_created_at: project.created_at,
    workload: workload.id,
    workload_name: workload.name,
    workload_type: workload.type,
    workload_region: workload.region_id,
    workload_created_at: workload.created_at,
    workload_source: JSON.stringify(workload.source),
    tags: JSON.stringify(workload.tags),
    ...(policy === null
      ? {}
      : {
          policy: policy.id,
          policy_name: policy.spec.name,
          policy_version: String(policy.version),
          policy_template: String(policy.template),
          policy_created_at: policy.created_at,
          policy_spec: JSON.stringify(policy.spec),
        }),
    region: region.id,
    region_name: region.name,
    ...(labels.job_id === null ? {} : { job: labels.job_id }),
    trigger: labels.trigger,
    gfs_classes: labels.gfs.map((mark) => mark.class).join(","),
    gfs: JSON.stringify(labels.gfs),
    ...(labels.lock === null ? {} : { lock_mode: labels.lock.mode, lock_until: labels.lock.until }),
    ...(labels.lock?.packs_until === undefined ? {} : { lock_packs_until: labels.lock.packs_until }),
    ...(labels.lock?.from === undefined ? {} : { lock_from: labels.lock.from }),
  };
}

const json = <T extends z.ZodType>(schema: T) =>
  z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue("not JSON");
        return z.NEVER;
      }
    })
    .pipe(schema);

const storedSchema = z.object({
  labels_version: z.literal(VERSION),
  project: z.string(),
  project_name: z.string(),
  project_region: z.string(),
  project_created_at: z.string(),
  workload: z.string(),
  workload_name: z.string(),
  workload_type: workloadTypeSchema,
  workload_region: z.string(),
  workload_created_at: z.string(),
  workload_source: json(sourceSchema),
  tags: json(tagsSchema),
  policy: z.string().optional(),
  policy_version: z.coerce.number().int().optional(),
  policy_template: z.stringbool().optional(),
  policy_created_at: z.string().optional(),
  policy_spec: json(policySpecSchema).optional(),
  region: z.string(),
  region_name: z.string(),
  job: z.string().optional(),
  trigger: z.enum(["schedule", "manual"]),
  gfs: json(z.array(gfsMarkSchema)),
  lock_mode: z.enum(lockModes).optional(),
  lock_until: z.string().optional(),
  lock_packs_until: z.string().optional(),
  lock_from: z.string().optional(),
});

/** @throws LABELS_INCOMPLETE naming the label that is missing or wrong */
export function decodeLabels({ backup_id, created_at_ms, labels }: Labelled): BackupLabels {
  const parsed = storedSchema.safeParse(labels);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const message = `manifest of ${backup_id}: label ${issue?.path.join(".")}: ${issue?.message}`;
    throw catalogError("LABELS_INCOMPLETE", message, { backup_id });
  }
  const label = parsed.data;
  const { policy, policy_version, policy_spec, policy_created_at } = label;
  return {
    project: {
      id: label.project,
      name: label.project_name,
      region_id: label.project_region,
      created_at: label.project_created_at,
    },
    workload: {
      id: label.workload,
      name: label.workload_name,
      type: label.workload_type,
      region_id: label.workload_region,
      created_at: label.workload_created_at,
      source: label.workload_source,
      tags: label.tags,
    },
    policy:
      policy === undefined ||
      policy_version === undefined ||
      policy_spec === undefined ||
      policy_created_at === undefined
        ? null
        : {
            id: policy,
            version: policy_version,
            template: label.policy_template ?? false,
            created_at: policy_created_at,
            spec: policy_spec,
          },
    region: { id: label.region, name: label.region_name },
    job_id: label.job ?? null,
    trigger: label.trigger,
    gfs: label.gfs,
    lock: lockOf(label, created_at_ms),
  };
}

function lockOf(label: z.output<typeof storedSchema>, created_at_ms: number): BackupLabels["lock"] {
  const { lock_mode: mode, lock_until: until, lock_packs_until: packs_until, lock_from: from } = label;
  if (mode === undefined || until === undefined) return null;
  if (from === undefined) return { mode, until, ...(packs_until === undefined ? {} : { packs_until }) };
  const until_ms = Date.parse(until) + Math.max(0, created_at_ms - Date.parse(from));
  const iso = (at_ms: number) => new Date(at_ms).toISOString();
  return { mode, until: iso(until_ms), packs_until: iso(packLockUntil(created_at_ms, until_ms)) };
}

/** The lock that the labels promise, as a store takes it. */
export function objectLock({ lock }: Pick<BackupLabels, "lock">): BackupLock | null {
  if (lock === null) return null;
  const packs_until_ms = Date.parse(lock.packs_until ?? lock.until);
  return { mode: lock.mode, retain_until_ms: Date.parse(lock.until), packs_until_ms };
}
