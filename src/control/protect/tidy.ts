import { asHoldfastError } from "../../base/index.ts";
import type { Db } from "../../platform/db/index.ts";
import type { Source } from "../../model/index.ts";
import type { Sources } from "../sources/index.ts";

/**
 * Once, when the server starts: what a server that was killed left in the sources is taken away at once, and not only
 * by the next backup. A source that cannot be reached is left to that.
 */
export async function tidySources(db: Db, sources: Sources): Promise<void> {
  const workloads = await db
    .selectFrom("workloads")
    .select(["id", "name", "source"])
    .where("removed_at", "is", null)
    .where("type", "=", "vm")
    .execute();
  for (const { id, name, source } of workloads) {
    const { kind } = source as unknown as Source;
    if (kind === "files" || kind === "agent") continue;
    try {
      if ((await sources.driver(kind).tidy?.(source as never, { ...sources, workload_id: id })) === true)
        sources.log.warn({ workload: name }, "took away what a backup that was cut off had left in the source");
    } catch (error) {
      sources.log.debug({ workload: name, err: asHoldfastError(error) }, "the source was not looked through");
    }
  }
}
