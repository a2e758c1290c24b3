import * as z from "zod";
import { Meter } from "../../engine/pipeline/index.ts";
import { BackupReader, BackupTree } from "../../engine/browse/index.ts";
import {
  bucketError,
  bucketRoot,
  fillBucket,
  type FillOptions,
  layPicture,
  openBucket,
  planFill,
} from "../../engine/source/bucket/index.ts";
import type { DriverRestore, FinishContext, Finished, SourceDriver, SourceOf } from "./driver.ts";

type BucketSource = SourceOf<"bucket">;
type Restore = DriverRestore<BucketSource>;

const optionsSchema = z.strictObject({
  /** The bucket as it was then; without it as the backup found it. */
  as_of: z.iso.datetime({ offset: true }).optional(),
  /** Only keys that begin so. */
  prefix: z.string().max(1024).optional(),
  /** In place: also delete keys that there were not. */
  delete_extra: z.boolean().optional(),
  /** Set the locks again that have not run out. */
  locks: z.boolean().optional(),
});

/** An S3 bucket with its versions. A new resource is a new bucket of the same service. */
export const bucketDriver: SourceDriver<BucketSource> = {
  kind: "bucket",
  root: (source) => bucketRoot(placeOf(source), source.prefix),
  open: (source, { clock }) => openBucket({ place: placeOf(source), prefix: source.prefix, clock }),
  restore: {
    options: optionsSchema,
    laysNoFiles: ({ new_name, options }) => new_name !== null || chosen(options),
    async plan(restore) {
      const { as_of_ms, prefix } = pictureOf(restore);
      const listed_from_ms = Number((restore.manifest.details as { listed_from_ms?: number }).listed_from_ms);
      if (as_of_ms !== undefined && as_of_ms > listed_from_ms) {
        const made = new Date(listed_from_ms).toISOString();
        throw bucketError("BUCKET_TIME_OUTSIDE", `the backup knows the bucket up to ${made}`, { made });
      }
      const what = `${prefix === undefined ? "all keys" : `keys that begin with ${prefix}`} as ${as_of_ms === undefined ? "the backup found them" : `of ${new Date(as_of_ms).toISOString()}`}`;
      const { target_dir, new_name } = restore;
      if (target_dir !== null && new_name === null) return { notes: [`${what} are laid down as files`] };
      const { overwrites } = await withTree(restore, (tree) => planFill(fillOf(restore, tree)));
      const where = new_name === null ? `over the bucket ${restore.source.bucket}` : `into the new bucket ${new_name}`;
      return { notes: [`${what} are put ${where}`], overwrites };
    },
    instead(restore, context) {
      const { target_dir, new_name, options } = restore;
      if (new_name !== null) return fill(restore, context);
      if (target_dir === null || !chosen(options)) return undefined;
      return withTree(restore, async (tree) => {
        const onObject = counter(restore, context);
        const wanted = pictureOf(restore);
        return {
          details: { ...(await layPicture(tree, baseOf(restore), wanted, target_dir, onObject, context.signal)) },
        };
      });
    },
    finish: async () => ({ details: {} }),
    inPlace: (restore, context) => fill(restore, context),
  },
};

function fill(restore: Restore, context: FinishContext): Promise<Finished> {
  return withTree(restore, async (tree) => {
    const onObject = counter(restore, context);
    const options = { ...fillOf(restore, tree), signal: context.signal, onObject };
    const details = { bucket: options.place.bucket, ...(await fillBucket(options)) };
    if (restore.new_name === null) return { details };
    // What was replicated is not replicated a second time, over the first.
    const { continuous: _, ...source } = restore.source;
    return { details, source: { ...source, bucket: restore.new_name } };
  });
}

function counter({ clock }: Restore, { onProgress }: FinishContext): (bytes: number) => void {
  const meter = new Meter(clock, onProgress);
  meter.begin("restore objects", null, null);
  return (bytes) => meter.add(1, bytes);
}

function placeOf({
  kind: _kind,
  prefix: _prefix,
  continuous: _continuous,
  ...place
}: BucketSource): FillOptions["place"] {
  return place as FillOptions["place"];
}

function baseOf({ manifest }: Restore): Buffer {
  return (manifest.roots[0] as Buffer).subarray(1);
}

function chosen(options: Readonly<Record<string, unknown>>): boolean {
  return options["as_of"] !== undefined || options["prefix"] !== undefined;
}

function pictureOf({ options }: Restore): {
  readonly as_of_ms: number | undefined;
  readonly prefix: string | undefined;
} {
  const { as_of, prefix } = options as z.output<typeof optionsSchema>;
  return { as_of_ms: as_of === undefined ? undefined : Date.parse(as_of), prefix };
}

function fillOf(restore: Restore, tree: BackupTree): FillOptions {
  const { new_name, source, manifest, clock } = restore;
  const { delete_extra = false, locks = false } = restore.options as z.output<typeof optionsSchema>;
  const { prefix, as_of_ms } = pictureOf(restore);
  return {
    place: { ...placeOf(source), ...(new_name === null ? {} : { bucket: new_name }) },
    clock,
    tree,
    base: baseOf(restore),
    as_of_ms,
    // Of a bucket backed up in part, nothing beyond that part is looked at, or deleted.
    prefix: prefix ?? (source.prefix === "" ? undefined : source.prefix),
    fresh: new_name !== null,
    delete_extra,
    locks,
    versioning: manifest.details["versioning"] === "Enabled",
  };
}

async function withTree<T>({ repository, manifest }: Restore, work: (tree: BackupTree) => Promise<T>): Promise<T> {
  const reader = await BackupReader.open(repository, manifest.backup_id);
  try {
    return await work(new BackupTree(reader));
  } finally {
    await reader.close();
  }
}
