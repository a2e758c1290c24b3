import { listBucketStreams } from "../../buckets/index.ts";
import type { Fact, FactSource } from "../fact.ts";

/** What is brought over as it comes is there within seconds, or within a comparison. */
const LAG_MAX_SECONDS = 900;
/** The first time everything is brought over, which takes as long as it takes. */
const FIRST_MAX_SECONDS = 86_400;

/** Replicas that are behind, and streams that nobody keeps up. */
export const buckets: FactSource = {
  name: "buckets",
  rules: ["bucket_lag"],
  async load({ db, clock }) {
    return (await listBucketStreams(db, clock.now_ms())).flatMap((each): Fact[] => {
      const { workload_id, workload_name, project_id, target, complete_at, message, failure } = each;
      const about = { project_id, subject: workload_id, members: [workload_name], cause: workload_id };
      const down_ms = clock.now_ms() - each.updated_at.getTime();
      const down = (each.state === "RETRYING" || each.state === "STOPPED") && down_ms > LAG_MAX_SECONDS * 1000;
      const lag = each.lag_seconds ?? 0;
      const late = lag > (complete_at === null ? FIRST_MAX_SECONDS : LAG_MAX_SECONDS);
      // A stream that is tried again in vain says so each time, and its last whole comparison grows old.
      const old_ms = clock.now_ms() - (complete_at ?? each.compared_at ?? each.updated_at).getTime();
      const stale = each.state === "RETRYING" && old_ms > LAG_MAX_SECONDS * 1000;
      if (!down && !late && !stale) return [];
      const why = message ?? failure ?? (each.state === "STOPPED" ? "no server does it" : "changes come faster");
      const what =
        target === null
          ? `the bucket ${workload_name} is not watched between its backups`
          : `${target}, the replica of ${workload_name}, is ${Math.round(lag)} s behind: ${each.missing_keys} keys wait, ${each.failed_keys} failed`;
      return [
        {
          ...about,
          rule: "bucket_lag",
          summary: `${what}; ${why}`,
          details: {
            lag_seconds: Math.round(lag),
            missing_keys: each.missing_keys,
            missing_bytes: each.missing_bytes,
            failed_keys: each.failed_keys,
          },
        },
      ];
    });
  },
};
