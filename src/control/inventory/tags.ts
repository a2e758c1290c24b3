import { sql } from "kysely";
import type { Db } from "../../platform/db/index.ts";

/** A tag's key, and the values that most workloads have. */
export interface TagUse {
  readonly key: string;
  readonly values: readonly { readonly value: string; readonly workloads: number }[];
}

const KEYS_MAX = 200;
const VALUES_MAX = 50;

/** What workloads are tagged with, what most have first: at most 200 keys, and 50 values of each. */
export async function tagsInUse(db: Db): Promise<TagUse[]> {
  const { rows } = await sql<TagUse>`
    with pairs as (
      select tag.key, tag.value, count(*) as workloads from workloads
      cross join lateral jsonb_each_text(tags) as tag
      where removed_at is null group by 1, 2
    ), ranked as (
      select *, row_number() over (partition by key order by workloads desc, value) as nth,
        sum(workloads) over (partition by key) as of_key from pairs
    )
    select key, json_agg(json_build_object('value', value, 'workloads', workloads) order by nth) as values
    from ranked where nth <= ${VALUES_MAX}
    group by key, of_key order by of_key desc, key limit ${KEYS_MAX}`.execute(db);
  return rows;
}
