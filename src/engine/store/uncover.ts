import type { S3StoreConfig } from "./port.ts";
import type { Covered, UncoverOptions } from "./s3/uncover.ts";

export type { Covered, UncoverOptions } from "./s3/uncover.ts";

/** {@link module:s3/uncover}, with the client of S3 loaded when it is called and not by whoever opens a store. */
export async function* uncover(config: S3StoreConfig, options: UncoverOptions): AsyncGenerator<Covered> {
  const { uncover: run } = await import("./s3/uncover.ts");
  yield* run(config, options);
}
