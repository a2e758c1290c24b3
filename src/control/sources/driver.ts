import type * as z from "zod";
import type { Clock, Random } from "../../base/index.ts";
import type { ProgressListener } from "../../engine/pipeline/index.ts";
import type { Manifest, Repository } from "../../engine/repository/index.ts";
import type { StreamSource } from "../../engine/source/stream/index.ts";
import type { GroupDetails } from "./group.ts";
import type { SecretRef, Source } from "../../model/index.ts";
import type { Logger } from "../../platform/log/index.ts";

/** Sources that are file trees, which the engine reads itself. */
export type TreeSource = Extract<Source, { kind: "files" | "share" }>;
/** Sources that present themselves as a stream of entries. */
export type StreamedSource = Exclude<Source, TreeSource | { kind: "agent" | "command" }>;
export type SourceOf<K extends Source["kind"]> = Extract<Source, { kind: K }>;

export interface DriverPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** What the reference stands for. @throws SOURCE_SECRET_MISSING */
  secret(reference: SecretRef): Promise<string>;
}

export interface OpenContext extends DriverPorts {
  readonly workload_id: string;
  readonly backup_id: string;
  readonly repository: Repository;
  /** The backup whose unchanged parts may be taken over. */
  readonly parent: Pick<Manifest, "backup_id" | "details"> | null;
  readonly signal: AbortSignal;
  /** Of an application: the backups of its parts. */
  readonly group?: GroupDetails;
}

/** A restore as its driver sees it. */
export interface DriverRestore<S extends Source = Source> extends DriverPorts {
  readonly restore_id: string;
  readonly repository: Repository;
  readonly manifest: Manifest;
  /** As it was when the backup was made. */
  readonly source: S;
  /** Where the backup's tree lies, or will lie; `null` when it goes back to where it came from. */
  readonly target_dir: string | null;
  readonly new_name: string | null;
  /** As the driver's `options` schema gave them. */
  readonly options: Readonly<Record<string, unknown>>;
}

export interface DriverPlan {
  /** What will happen beside the files, a sentence each, for whoever has to agree. */
  readonly notes: readonly string[];
  /** Asks for the workload's name: something that exists will be overwritten. */
  readonly overwrites?: readonly string[];
}

export interface FinishContext {
  readonly signal: AbortSignal;
  readonly onProgress: ProgressListener;
}

/** What a finished restore says of itself, as plain JSON; kept with the restore. */
export interface Finished {
  readonly details: Readonly<Record<string, unknown>>;
  /** How the new resource is protected from now on; without it, as the files that were laid. */
  readonly source?: Source;
}

export interface RestoreHooks<S extends Source> {
  /** Does {@link instead} do all of it, so that no files are laid? By default when the option `instant` is true. */
  laysNoFiles?(target: {
    readonly new_name: string | null;
    readonly options: Readonly<Record<string, unknown>>;
  }): boolean;
  /** What a restore of this kind may say beyond which files go where. */
  readonly options: z.ZodType<Readonly<Record<string, unknown>>>;
  /** Everything that can be checked before the first byte is written. @throws what stands in the way */
  plan(restore: DriverRestore<S>): Promise<DriverPlan>;
  /** Once the files are laid. Bears being repeated. */
  finish(restore: DriverRestore<S>, context: FinishContext): Promise<Finished>;
  /** All of a restore in place, confirmed. Bears being repeated. Without it such restores are refused. */
  inPlace?(restore: DriverRestore<S>, context: FinishContext): Promise<Finished>;
  /**
   * All of a restore that lays no files (e.g. one that serves the backup itself), when the options ask for it.
   * `undefined` leaves it to the files and {@link finish}.
   */
  instead?(restore: DriverRestore<S>, context: FinishContext): Promise<Finished> | undefined;
}

export interface SourceDriver<S extends StreamedSource = StreamedSource> {
  readonly kind: S["kind"];
  /** Kind and root of its manifests: backups with the same ones follow each other. */
  root(source: S, workload_id: string): string;
  /** Opens it for one backup. @throws with `status_reason` SourceUnreachable, SnapshotFailed … */
  open(source: S, context: OpenContext): Promise<StreamSource>;
  readonly restore?: RestoreHooks<S>;
  /** Takes away what a run that was killed left in the source. @returns whether there was anything */
  tidy?(source: S, context: DriverPorts & { readonly workload_id: string }): Promise<boolean>;
}
