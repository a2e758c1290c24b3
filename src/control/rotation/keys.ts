import type { KeyAdmin, KeyInfo, KeyRight } from "../../engine/keys/index.ts";
import { EVERY_KEY } from "../../engine/keys/index.ts";
import { appendEvent } from "../../platform/db/index.ts";
import type { Db, Ports, Tx } from "../../platform/db/index.ts";
import { getProject } from "../inventory/index.ts";
import { rotationError } from "./errors.ts";

/** A key, and the name of the project it is for. */
export type ProjectKey = KeyInfo & { readonly project: string | null };

export interface Grant {
  readonly principal: string;
  readonly key_id: string;
  readonly rights: KeyRight[];
  readonly denied: boolean;
}

/** All keys of the key manager that the server may see, oldest first. */
export async function listProjectKeys(db: Db, key_admin: KeyAdmin): Promise<ProjectKey[]> {
  const names = new Map(
    (await db.selectFrom("projects").select(["id", "name"]).execute()).map((it) => [it.id, it.name]),
  );
  return (await key_admin.listKeys()).map((key) => ({ ...key, project: names.get(key.alias) ?? null }));
}

/** By its id, or by id or name of its project. @throws PROJECT_NOT_FOUND, PROJECT_KEY_NOT_THERE, KEY_* */
export async function getProjectKey(db: Db, key_admin: KeyAdmin, key_or_project: string): Promise<ProjectKey> {
  if (key_or_project.startsWith("cmk_")) {
    const key = await key_admin.describeKey(key_or_project);
    const row = await db.selectFrom("projects").select("name").where("id", "=", key.alias).executeTakeFirst();
    // A project that the caller may not see has no key for him either.
    if (row === undefined && key.alias.startsWith("prj_"))
      throw rotationError("PROJECT_KEY_NOT_THERE", `there is no key ${key_or_project}`, { key: key_or_project });
    return { ...key, project: row?.name ?? null };
  }
  const project = await getProject(db, key_or_project);
  const key = (await key_admin.listKeys()).find(({ alias }) => alias === project.id);
  if (key !== undefined) return { ...key, project: project.name };
  throw rotationError("PROJECT_KEY_NOT_THERE", `project ${project.name} has no key yet`, { project: project.name });
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
  return { ...(await key_admin.createKey(id)), project: name };
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
  const project = await tx.selectFrom("projects").select("id").where("id", "=", key.alias).executeTakeFirst();
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
