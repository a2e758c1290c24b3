import type { BucketPlace } from "../../engine/source/bucket/index.ts";
import type { BucketSource, Workload } from "../../model/index.ts";

export type Continuous = NonNullable<BucketSource["continuous"]>;
export type BucketWorkload = Workload & { readonly source: BucketSource & { readonly continuous: Continuous } };

export function isContinuous(workload: Workload): workload is BucketWorkload {
  return workload.source.kind === "bucket" && workload.source.continuous !== undefined;
}

export function sourcePlace({ kind: _, prefix: __, continuous: ___, ...place }: BucketSource): BucketPlace {
  return place as BucketPlace;
}

export function targetPlace({ deletes: _, locks: __, ...place }: NonNullable<Continuous["replicate"]>): BucketPlace {
  return place as BucketPlace;
}

/** For people; `null`: it is not replicated. */
export function targetText({ source }: BucketWorkload): string | null {
  const { replicate } = source.continuous;
  if (replicate === undefined) return null;
  const service = replicate.endpoint === undefined ? "aws" : new URL(replicate.endpoint).host;
  return `${service}/${replicate.bucket}`;
}
