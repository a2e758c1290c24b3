import assert from "node:assert/strict";
import test from "node:test";
import { type BackupLabels, decodeLabels, encodeLabels, objectLock } from "./labels.ts";

const DAY_MS = 86_400_000;
const AT_MS = Date.UTC(2026, 4, 11, 2);
const at = (days: number) => new Date(AT_MS + days * DAY_MS).toISOString();

const LABELS: BackupLabels = {
  project: { id: "prj_1", name: "acme", region_id: "reg_1", created_at: at(0) },
  workload: {
    id: "wkl_1",
    name: "web-1",
    type: "host",
    region_id: "reg_1",
    created_at: at(0),
    source: { kind: "files", paths: ["/srv"], exclude: [] },
    tags: {},
  },
  policy: null,
  region: { id: "reg_1", name: "bd-dha-1" },
  job_id: null,
  trigger: "schedule",
  gfs: [],
  lock: { mode: "COMPLIANCE", until: at(7), packs_until: at(8) },
};

test("a lock that was promised long before the backup was made moves with it, and no other does", () => {
  const lockOf = (lock: BackupLabels["lock"], made_days: number) => {
    const labels = encodeLabels({ ...LABELS, lock });
    return decodeLabels({ backup_id: "bkp_1", created_at_ms: AT_MS + made_days * DAY_MS, labels });
  };
  assert.deepEqual(lockOf(LABELS.lock, 3).lock, LABELS.lock);
  const promised = { mode: "COMPLIANCE", until: at(7), packs_until: at(8), from: at(0) } as const;
  const moved = lockOf(promised, 3);
  assert.equal(moved.lock?.until, at(10));
  const packs_until_ms = objectLock(moved)?.packs_until_ms ?? 0;
  assert.ok(packs_until_ms >= AT_MS + 10 * DAY_MS && packs_until_ms <= AT_MS + 12 * DAY_MS);
  assert.equal(lockOf(promised, -1).lock?.until, at(7), "never shorter than promised");
  assert.equal(lockOf(null, 3).lock, null);
});
