import { counted } from "../../../base/index.ts";
import { lateLedgers } from "../../verification/index.ts";
import type { Fact, FactSource } from "../fact.ts";

/** Packs that nobody read within the time that was set: damage in them would be found by a restore. */
export const ledgers: FactSource = {
  name: "deep reads",
  rules: ["verification_behind"],
  every_ms: 600_000,
  async load({ db, clock }) {
    return (await lateLedgers(db, clock)).map((row): Fact => {
      const { packs, bytes, project, region, period_days, oldest_read_at } = row;
      const last = oldest_read_at === null ? "" : `; the oldest was last read on ${day(oldest_read_at)}`;
      return {
        rule: "verification_behind",
        cause: row.repository_id,
        project_id: row.project_id,
        subject: row.repository_id,
        summary:
          packs === 0
            ? `no pack of ${project} in ${region} was ever read back, though its backups are older than ${period_days} days`
            : `${counted(packs, "pack")} of ${project} in ${region} ${packs === 1 ? "was" : "were"} not read back within ${period_days} days${last}`,
        members: [`${project} in ${region}`],
        details: { packs, bytes, period_days, bytes_per_day_max: row.bytes_per_day_max },
      };
    });
  },
};

function day(at: Date): string {
  return at.toISOString().slice(0, 10);
}
