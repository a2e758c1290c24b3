import * as z from "zod";
import type { Manifest, Repository } from "../../engine/repository/index.ts";
import { decodeLabels } from "../catalog/index.ts";
import {
  type DriverPlan,
  type DriverRestore,
  type FinishContext,
  type Finished,
  type RestoreHooks,
  sourceError,
  type Sources,
} from "../sources/index.ts";
import type { Source } from "../../model/index.ts";
import type { RestoreTarget } from "./target.ts";

/** The driver of a backup's kind, with what the backup says of itself. */
export interface BackupDriver {
  readonly repository: Repository;
  readonly manifest: Manifest;
  readonly source: Source;
  readonly hooks: RestoreHooks<Source>;
  /** @throws RESTORE_OPTION_UNKNOWN */
  checkOptions(options: Readonly<Record<string, unknown>> | undefined): Readonly<Record<string, unknown>>;
  /** Does the driver do everything, so that the engine lays no files? */
  takesOver(target: RestoreTarget): boolean;
  finish(restore: DriverRestore, target: RestoreTarget, context: FinishContext): Promise<Finished>;
}

/** `undefined` for a file tree, for kinds whose files are all there is to them, and for a restore of single paths. */
export async function driverOf(
  repository: Repository,
  backup_id: string,
  paths: readonly string[],
  { sources }: { readonly sources: Sources },
): Promise<BackupDriver | undefined> {
  const manifest = await repository.readManifest(backup_id);
  // What a program wrote is a file like any other.
  if (manifest.kind === "files" || manifest.kind === "command" || paths.length > 0) return undefined;
  const labelled = decodeLabels(manifest).workload.source;
  const source = (labelled.kind === "agent" ? labelled.source : labelled) as Source;
  const hooks = (sources.driver(manifest.kind).restore ?? PLAIN) as unknown as RestoreHooks<Source>;
  return {
    repository,
    manifest,
    source,
    hooks,
    checkOptions(options) {
      const parsed = hooks.options.safeParse(options ?? {});
      if (parsed.success) return parsed.data;
      const problems = parsed.error.issues.map((issue) => `${issue.path.map(String).join(".")}: ${issue.message}`);
      const message = `a restore of kind ${manifest.kind} cannot be told this: ${problems.join("; ")}`;
      throw sourceError("RESTORE_OPTION_UNKNOWN", message, { problems });
    },
    takesOver: (target) =>
      target.kind === "in_place" || (hooks.laysNoFiles?.(target) ?? target.options["instant"] === true),
    async finish(restore, target, context) {
      if (target.kind === "in_place") {
        if (hooks.inPlace === undefined) throw inPlaceUnsupported(manifest.kind);
        return hooks.inPlace(restore, context);
      }
      return (hooks.instead?.(restore, context) ?? hooks.finish(restore, context)) as Promise<Finished>;
    },
  };
}

/** Kinds that are restored as the files they are in the backup. */
const PLAIN: RestoreHooks<Source> = {
  options: z.strictObject({}),
  plan: async () => ({ notes: [] }),
  finish: async () => ({ details: {} }),
};

function inPlaceUnsupported(kind: string) {
  return sourceError("RESTORE_IN_PLACE_UNSUPPORTED", `backups of kind ${kind} are not restored in place`, { kind });
}

export function restoreOf(
  { repository, manifest, source }: BackupDriver,
  restore_id: string,
  target: RestoreTarget,
  { sources }: { readonly sources: Sources },
): DriverRestore {
  return {
    clock: sources.clock,
    random: sources.random,
    log: sources.log,
    secret: sources.secret,
    restore_id,
    repository,
    manifest,
    source,
    target_dir: target.kind === "in_place" ? null : target.path,
    new_name: target.new_name,
    options: target.options,
  };
}

/** What the driver says before anything is written. @throws RESTORE_IN_PLACE_UNSUPPORTED, and what stands in the way */
export async function planWithDriver(
  driver: BackupDriver,
  target: RestoreTarget,
  restore_id: string,
  ports: { readonly sources: Sources },
): Promise<DriverPlan> {
  if (target.kind === "in_place" && driver.hooks.inPlace === undefined) throw inPlaceUnsupported(driver.manifest.kind);
  return driver.hooks.plan(restoreOf(driver, restore_id, target, ports));
}
