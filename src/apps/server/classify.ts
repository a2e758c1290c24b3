import type { Classify } from "../../control/protect/index.ts";
import { asExisting, classify, loadRetained } from "../../control/retention/index.ts";

/** Retention's answer to the question a backup job asks before it writes: what does a backup made now promise? */
export const classifyByRetention: Classify = async (db, { workload_id, terms, created_at_ms, on_demand }) =>
  classify({ created_at_ms, on_demand }, asExisting(await loadRetained(db, workload_id)), terms);
