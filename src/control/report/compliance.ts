import { exportBundle } from "../evidence/index.ts";
import type { Signer } from "../evidence/index.ts";
import type { Clock } from "../../base/index.ts";
import type { ArchiveFile } from "./archive.ts";
import { day } from "./content.ts";
import type { Scope } from "./content.ts";
import { drillsOf, eventsOf } from "./records.ts";

export interface ComplianceFiles {
  /** Of what is no list, the number of records is null. */
  readonly files: readonly (ArchiveFile & { readonly records: number | null })[];
  readonly about: Readonly<Record<string, string>>;
}

/**
 * The records of an observation window, file by file: what an auditor asks for. The evidence bundle proves itself; the
 * others are what it is about.
 */
export async function complianceFiles(
  scope: Scope,
  signer: Signer,
  ports: { readonly clock: Clock },
): Promise<ComplianceFiles> {
  const { db, project_id, from, to } = scope;
  const mine = project_id === null ? {} : { project_id };
  const evidence = await exportBundle(
    db,
    { from_day: day(from), to_day: day(new Date(to.getTime() - 1)), ...mine },
    signer,
    ports,
  );
  const policies = await db
    .selectFrom("policy_versions")
    .innerJoin("policies", "policies.id", "policy_versions.policy_id")
    .select([
      "policies.name",
      "policies.project_id",
      "policy_versions.version",
      "policy_versions.spec",
      "policy_versions.created_at",
    ])
    .where("policy_versions.created_at", "<", to)
    .orderBy("policies.name")
    .orderBy("policy_versions.version")
    .execute();
  let verifications = db
    .selectFrom("verifications")
    .innerJoin("backups", "backups.id", "verifications.backup_id")
    .select([
      "verifications.id",
      "verifications.backup_id",
      "verifications.region_id",
      "verdict",
      "cause",
      "checked_objects",
      "checked_bytes",
      "started_at",
      "finished_at",
    ])
    .where("finished_at", ">=", from)
    .where("finished_at", "<", to)
    .orderBy("finished_at");
  if (project_id !== null) verifications = verifications.where("backups.project_id", "=", project_id);
  let incidents = db.selectFrom("incidents").selectAll().where("opened_at", ">=", from).where("opened_at", "<", to);
  if (project_id !== null) incidents = incidents.where("project_id", "=", project_id);
  const bindings = await db.selectFrom("bindings").selectAll().execute();
  const records: Readonly<Record<string, readonly [string, unknown]>> = {
    "policies.json": [
      "Every version of every policy that was in force",
      policies.filter((it) => project_id === null || it.project_id === null || it.project_id === project_id),
    ],
    "policy-changes.json": [
      "Changes of policies and attachments",
      await eventsOf(scope, ["holdfast.policy", "holdfast.attachment"]),
    ],
    "access.json": ["Who may do what at the time of this package", bindings],
    "access-changes.json": [
      "Changes of users, roles and tokens",
      await eventsOf(scope, [
        "holdfast.user",
        "holdfast.role",
        "holdfast.token",
        "holdfast.binding",
        "holdfast.access",
      ]),
    ],
    "drills.json": ["Restore drills with steps, validations, findings", await drillsOf(scope)],
    "verifications.json": ["Backups and copies that were read and checked", await verifications.execute()],
    "keys.json": ["What happened to keys", await eventsOf(scope, ["holdfast.key", "holdfast.rotation"])],
    "incidents.json": ["Requests for help with a restore", await incidents.execute()],
    "deletions.json": [
      "Deletions, holds and releases",
      await eventsOf(scope, ["holdfast.backup.deleted", "holdfast.hold", "holdfast.retention"]),
    ],
    "evidence.json": ["Proves itself offline: baas evidence verify evidence.json", evidence],
  };
  const files = Object.entries(records).map(([name, [, data]]) => ({
    name,
    records: Array.isArray(data) ? data.length : null,
    content: Buffer.from(`${JSON.stringify(data, null, name === "evidence.json" ? 0 : 2)}\n`),
  }));
  const about = Object.fromEntries(Object.entries(records).map(([name, [text]]) => [name, text]));
  return { files, about };
}
