import type { AuditEntry, KeyAdmin } from "../../engine/keys/index.ts";
import { withTransaction } from "../../platform/db/index.ts";
import type { Db } from "../../platform/db/index.ts";
import type { Clock } from "../../base/index.ts";

const SETTING = "evidence.key_audit_seq";
const PAGE = 500;
const PAGES_MAX = 20;
/** Happens with every job: counted, not listed, unless it was refused. */
const ROUTINE = new Set(["key.wrap", "key.unwrap"]);

/**
 * Takes over the key manager's audit log from where the last call ended. That log has no gaps, and the place is kept in
 * the transaction that takes the entries, so none is lost and none comes twice. @returns how many entries were read
 */
export async function followKeyAudit(
  db: Db,
  key_admin: Pick<KeyAdmin, "auditLog">,
  ports: { readonly clock: Clock },
): Promise<number> {
  let read = 0;
  for (let page = 0; page < PAGES_MAX; page++) {
    const row = await db.selectFrom("settings").select("value").where("key", "=", SETTING).executeTakeFirst();
    const after_seq = typeof row?.value === "number" ? row.value : 0;
    const { entries } = await key_admin.auditLog({ after_seq, limit: PAGE });
    const last = entries.at(-1);
    if (last === undefined) break;
    const facts = factsOf(entries);
    await withTransaction(db, async (tx) => {
      // Of two servers at the same place one waits here, and then finds that the place has moved.
      const now = new Date(ports.clock.now_ms());
      const values = { key: SETTING, value: JSON.stringify(last.seq), updated_at: now };
      await tx
        .insertInto("settings")
        .values({ ...values, value: "0" })
        .onConflict((it) => it.column("key").doNothing())
        .execute();
      const held = await tx
        .selectFrom("settings")
        .select("value")
        .where("key", "=", SETTING)
        .forUpdate()
        .executeTakeFirstOrThrow();
      if (held.value !== after_seq) return;
      if (facts.length > 0) await tx.insertInto("evidence_pending").values(facts).execute();
      await tx.updateTable("settings").set(values).where("key", "=", SETTING).execute();
    });
    read += entries.length;
    if (entries.length < PAGE) break;
  }
  return read;
}

function factsOf(entries: readonly AuditEntry[]) {
  const facts: { kind: string; subject: string; time: string; data: string }[] = [];
  const routine = new Map<string, { first: AuditEntry; last: AuditEntry; count: number }>();
  for (const entry of entries) {
    if (ROUTINE.has(entry.action) && entry.outcome === "OK") {
      const key = `${entry.action} ${entry.principal} ${entry.key_id ?? ""}`;
      const seen = routine.get(key);
      if (seen === undefined) routine.set(key, { first: entry, last: entry, count: 1 });
      else routine.set(key, { ...seen, last: entry, count: seen.count + 1 });
      continue;
    }
    const { seq, principal, action, outcome, key_id, key_version, hash, detail } = entry;
    const data = JSON.stringify({ seq, principal, action, outcome, key_id, key_version, detail, hash });
    facts.push({ kind: `holdfast.${action}`, subject: key_id ?? principal, time: entry.at, data });
  }
  for (const { first, last, count } of routine.values()) {
    const { principal, action, key_id } = first;
    const data = JSON.stringify({ principal, action, outcome: "OK", count, first_seq: first.seq, last_seq: last.seq });
    facts.push({ kind: `holdfast.${action}`, subject: key_id ?? principal, time: last.at, data });
  }
  return facts;
}
