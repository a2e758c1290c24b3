import { asHoldfastError } from "../../base/index.ts";
import { fingerprintOf, type KeysReport, Replica } from "../../engine/source/bucket/index.ts";
import { type ArchivingPorts, type LogKind } from "../archiving/index.ts";
import { listWorkloads } from "../inventory/index.ts";
import { ensureStream, getBucketWorkload } from "./events.ts";
import { StreamRow } from "./row.ts";
import { type BucketWorkload, isContinuous, sourcePlace, targetPlace, targetText } from "./targets.ts";

/** A changed workload, and credentials that were changed, are seen by then. */
const RUN_MS = 10 * 60_000;
const TICK_MS = 1000;
const NOTE_MS = 2000;
const TOLD_MAX = 1000;

/** Buckets that are replicated, or backed up soon after a change. */
export function bucketKind(ports: Omit<ArchivingPorts, "repositories" | "secret">): LogKind<BucketWorkload> {
  const { db, clock, log } = ports;
  return {
    noun: "bucket's stream",
    table: "bucket_streams",
    workloads: async () => (await listWorkloads(db)).filter(isContinuous),
    ensure: (workload) => ensureStream(db, workload, clock),
    async stream({ id }, signal, well) {
      const workload = await getBucketWorkload(db, id);
      const { continuous } = workload.source;
      const row = new StreamRow(ports, workload.id);
      const source = { place: sourcePlace(workload.source), prefix: workload.source.prefix };
      await row.begin(targetText(workload));
      const replica = await openReplica(workload, source);
      const until_ms = clock.monotonic_ms() + RUN_MS;
      const stop = new AbortController();
      const both = AbortSignal.any([signal, stop.signal]);
      const goesOn = () => !both.aborted && clock.monotonic_ms() < until_ms;
      const tick = (ms: number) => clock.sleep(ms, both).catch(() => undefined); // stopped

      const compare = async () => {
        for (; goesOn(); await tick(TICK_MS)) {
          if (!(await row.passIsDue(continuous.every_seconds))) continue;
          const begun_ms = clock.now_ms();
          const since_ms = await row.since();
          const report =
            replica === undefined
              ? { ...(await fingerprintOf(source, clock, both)), ...NOTHING_DONE, begun_ms }
              : await replica.pass(since_ms, both);
          await row.passed(report);
          well();
        }
      };
      const listen = async () => {
        for (; goesOn(); await tick(TICK_MS)) {
          const told = await row.told(TOLD_MAX);
          if (told.keys.size === 0) continue;
          const report = await replica?.keys(told.keys, both);
          await row.heard(told, report ?? null);
          well();
        }
      };
      const note = async () => {
        for (; goesOn(); await tick(NOTE_MS)) {
          if (replica !== undefined) await row.missing(replica.backlog);
          if (continuous.backup_within_seconds === undefined) continue;
          if (!(await row.backupIsDue(continuous.backup_within_seconds))) continue;
          await ports.backUp(workload.id, "the bucket has changed").catch((error: unknown) => {
            log.warn({ workload: workload.name, error: asHoldfastError(error) }, "a backup could not be asked for");
          });
          await row.asked();
        }
      };
      const all = [compare(), listen(), note()];
      try {
        await Promise.all(all);
      } finally {
        stop.abort(new Error("the run ends"));
        await Promise.allSettled(all);
        replica?.close();
      }
    },
    copy: async () => 0,
  };

  function openReplica(
    { source: { continuous } }: BucketWorkload,
    source: Parameters<typeof fingerprintOf>[0],
  ): Promise<Replica> | undefined {
    const { replicate } = continuous;
    if (replicate === undefined) return undefined;
    const { deletes, locks } = replicate;
    return Replica.open({ source, target: targetPlace(replicate), deletes, locks, clock });
  }
}

const NOTHING_DONE: Omit<KeysReport, "begun_ms"> = {
  copied: 0,
  copied_bytes: 0,
  deleted: 0,
  conflicts: 0,
  failed: 0,
  failure: null,
};
