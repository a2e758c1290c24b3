import type { KeyAdmin, KeyInfo, KeyRight } from "../../engine/keys/index.ts";
import { EVERY_KEY } from "../../engine/keys/index.ts";
import { appendEvent } from "../../platform/db/index.ts";
import type { Db, Ports, Tx } from "../../platform/db/index.ts";
import { getProject, getRegion } from "../inventory/index.ts";
import { ofAlias } from "../repositories/index.ts";
import { rotationError } from "./errors.ts";

/** A key, and the names of the project it is for and, where that has a key of its own, of the region. */
export type ProjectKey = KeyInfo & { readonly project: string | null; readonly region: string | null };

export interface Grant {
  readonly principal: string;
  readonly key_id: string;
  readonly rights: KeyRight[];
  readonly denied: boolean;
}

/** All keys of the key manager that the server may see, oldest first. */
export async function listProjectKeys(db: Db, key_admin: KeyAdmin): Promise<ProjectKey[]> {
  const [projects, regions] = [await namesOf(db, "projects"), await namesOf(db, "regions")];
  return (await key_admin.listKeys()).map((key) => named(key, projects, regions));
}

async function namesOf(db: Db, table: "projects" | "regions"): Promise<ReadonlyMap<string, string>> {
  const rows = await db.selectFrom(table).select(["id", "name"]).execute();
  return new Map(rows.map(({ id, name }) => [id, name]));
}

function named(key: KeyInfo, projects: ReadonlyMap<string, string>, regions: ReadonlyMap<string, string>): ProjectKey {
  const { project_id, region_id } = ofAlias(key.alias);
  return { ...key, project: projects.get(project_id) ?? null, region: regions.get(region_id ?? "") ?? region_id };
}

/** All keys of one project, that of all regions first. */
export async function keysOfProject(key_admin: KeyAdmin, project_id: string): Promise<KeyInfo[]> {
  const keys = (await key_admin.listKeys()).filter(({ alias }) => ofAlias(alias).project_id === project_id);
  return keys.sort((a, b) => a.alias.length - b.alias.length);
}

/**
 * By its id, or by id or name of its project: then the key of a region where one is given, else the one that serves all
 * regions without a key of their own, or the first. @throws PROJECT_NOT_FOUND, PROJECT_KEY_NOT_THERE, KEY_*
 */
export async function getProjectKey(
  db: Db,
  key_admin: KeyAdmin,
  key_or_project: string,
  region?: string,
): Promise<ProjectKey> {
  const regions = await namesOf(db, "regions");
  if (key_or_project.startsWith("cmk_")) {
    const key = await key_admin.describeKey(key_or_project);
    const found = named(key, await namesOf(db, "projects"), regions);
    // A project that the caller may not see has no key for him either.
    if (found.project === null && key.alias.startsWith("prj_"))
      throw rotationError("PROJECT_KEY_NOT_THERE", `there is no key ${key_or_project}`, { key: key_or_project });
    return found;
  }
  const project = await getProject(db, key_or_project);
  const projects = new Map([[project.id, project.name]]);
  if (region !== undefined) {
    const row = await db
      .selectFrom("repositories")
      .select("cmk_id")
      .where("project_id", "=", project.id)
      .where("region_id", "=", (await getRegion(db, region)).id)
      .executeTakeFirst();
    if (row !== undefined) return named(await key_admin.describeKey(row.cmk_id), projects, regions);
  } else {
    const [key] = await keysOfProject(key_admin, project.id);
    if (key !== undefined) return named(key, projects, regions);
  }
  const where = region === undefined ? "" : ` in region ${region}`;
  throw rotationError("PROJECT_KEY_NOT_THERE", `project ${project.name} has no key yet${where}`, {
    project: project.name,
  });
}

/** Who may do what with one key, by a grant of its own or one for every key. */
export async function grantsOf(key_admin: KeyAdmin, key_id: string): Promise<Grant[]> {
  const principals = await key_admin.listPrincipals();
  return principals
    .flatMap(({ grants }) => grants)
    .filter((grant) => grant.key_id === key_id || grant.key_id === EVERY_KEY)
    .map(({ denied, rights, ...grant }) => ({ ...grant, rights: [...rights], denied: denied === true }));
}

/** Makes a project's key before its first backup would. @throws KEY_ALIAS_TAKEN */
export async function createProjectKey(db: Db, key_admin: KeyAdmin, project: string): Promise<ProjectKey> {
  const { id, name } = await getProject(db, project);
  return { ...(await key_admin.createKey(id)), project: name, region: null };
}

export type KeyChange =
  | { readonly what: "disable" | "enable"; readonly version?: number }
  | { readonly what: "grant" | "revoke"; readonly principal: string; readonly rights: readonly KeyRight[] };

/**
 * Changes a key or who may use it, and tells so in the event log. The key manager records it in its own log as well,
 * before it happens.
 */
export async function changeKey(
  tx: Tx,
  key: ProjectKey,
  change: KeyChange,
  by: string,
  ports: Ports & { readonly key_admin: KeyAdmin },
): Promise<ProjectKey> {
  const { key_admin } = ports;
  const project = await tx
    .selectFrom("projects")
    .select("id")
    .where("id", "=", ofAlias(key.alias).project_id)
    .executeTakeFirst();
  const data = { ...change, by };
  await appendEvent(
    tx,
    { type: `holdfast.key.${change.what}`, subject: key.key_id, project_id: project?.id ?? null, data },
    ports,
  );
  switch (change.what) {
    case "disable":
      return { ...key, ...(await key_admin.disableKey(key.key_id, change.version)) };
    case "enable":
      return { ...key, ...(await key_admin.enableKey(key.key_id, change.version)) };
    case "grant":
      await key_admin.grant(change.principal, key.key_id, change.rights);
      return key;
    case "revoke":
      await key_admin.revoke(change.principal, key.key_id, change.rights);
      return key;
  }
}
