import { sql } from "kysely";
import { asHoldfastError } from "../../base/index.ts";
import type { Clock } from "../../base/index.ts";
import type { ObjectStore } from "../../engine/store/index.ts";
import type { Db } from "../../platform/db/index.ts";
import type { Logger } from "../../platform/log/index.ts";

/** Where a region keeps heads: whoever holds only the region can show what was signed and when. */
export interface HeadPlace {
  readonly region_id: string;
  readonly region_name: string;
  use(work: (store: ObjectStore) => Promise<void>): Promise<void>;
}

const HEADS_PER_PASS_MAX = 200;

/** Writes heads into every region that lacks them. A region that cannot be reached gets them with a later pass. */
export async function publishHeads(
  db: Db,
  places: readonly HeadPlace[],
  ports: { readonly clock: Clock; readonly log: Logger },
): Promise<number> {
  let written = 0;
  for (const place of places) {
    const heads = await db
      .selectFrom("evidence_heads")
      .selectAll()
      .where(sql<boolean>`not published ? ${place.region_id}`)
      .orderBy("day")
      .limit(HEADS_PER_PASS_MAX)
      .execute();
    if (heads.length === 0) continue;
    try {
      await place.use(async (store) => {
        for (const head of heads) {
          await store.put(`evidence/heads/${head.day}`, Buffer.from(`${head.jws}\n`));
          const at = new Date(ports.clock.now_ms()).toISOString();
          const row = await db
            .selectFrom("evidence_heads")
            .select("published")
            .where("day", "=", head.day)
            .executeTakeFirstOrThrow();
          const published = JSON.stringify({ ...row.published, [place.region_id]: at });
          await db.updateTable("evidence_heads").set({ published }).where("day", "=", head.day).execute();
          written++;
        }
      });
    } catch (error) {
      const problem = asHoldfastError(error);
      ports.log.warn({ error: problem, region: place.region_name }, "evidence heads could not be written to a region");
    }
  }
  return written;
}
