import { chmod, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { asHoldfastError, newId } from "../../base/index.ts";
import type { DrillFinding } from "../../model/index.ts";
import { appendEvent, openDatabase, withTransaction } from "../../platform/db/index.ts";
import type { Db, Ports, Tx } from "../../platform/db/index.ts";
import type { Logger } from "../../platform/log/index.ts";
import { rebuildCatalog } from "../catalog/index.ts";
import type { RebuildPorts } from "../catalog/index.ts";
import { stopBelow } from "../drill/index.ts";
import { enqueueJob } from "../jobs/index.ts";
import type { JobEnd, JobHandler, JobRow, StepOutput } from "../jobs/index.ts";
import { compare, pictureOf } from "./compare.ts";
import { checkKit, newestKit } from "./kit.ts";
import type { KeptKit } from "./kit.ts";

export interface RecoveryDrillPorts extends RebuildPorts {
  readonly log: Logger;
  readonly restore_dir: string;
}

/** Folder of the restores' folder that belongs to these drills. */
const FOLDER = "recovery";
/** Of a folder's name: paths of sockets are short. */
const NAME_CHARS = 8;

interface Found {
  readonly seconds: number;
  readonly figures: Readonly<Record<string, number>>;
  readonly findings: readonly DrillFinding[];
}
type Rebuilt = StepOutput & Found & { readonly kit_id: string };

/** One drill and its job; of one month there is one. */
export async function requestRecoveryDrill(
  db: Db,
  how: { readonly by: string; readonly period?: string },
  ports: Ports,
): Promise<{ drill_id: string; job_id: string }> {
  return withTransaction(db, async (tx) => {
    await newestKit(tx);
    if (how.period !== undefined) {
      const there = await tx
        .selectFrom("recovery_drills")
        .select(["id", "job_id"])
        .where("period", "=", how.period)
        .executeTakeFirst();
      if (there !== undefined) return { drill_id: there.id, job_id: there.job_id };
    }
    const drill_id = newId("rcd", ports.clock, ports.random);
    const idempotency_key = `recovery_drill:${how.period ?? drill_id}`;
    const spec = { kind: "recovery_drill", input: { drill_id }, idempotency_key } as const;
    const { job_id } = await enqueueJob(tx, spec, ports);
    await tx
      .insertInto("recovery_drills")
      .values({
        id: drill_id,
        job_id,
        period: how.period ?? null,
        requested_by: how.by,
        requested_at: new Date(ports.clock.now_ms()),
      })
      .execute();
    return { drill_id, job_id };
  });
}

/**
 * The `recovery_drill` job: a clean database in a clean folder, filled from the regions that the printed kit names and
 * from nothing else, and compared with the live one.
 */
export function recoveryDrillHandler(ports: RecoveryDrillPorts): JobHandler {
  const { db, clock } = ports;
  return {
    kind: "recovery_drill",
    steps: ["rebuild", "record"],
    async run({ job, signal, step }) {
      const drill_id = String(job.input["drill_id"]);
      const dir = join(ports.restore_dir, FOLDER, drill_id.slice(-NAME_CHARS));
      const rebuilt: Rebuilt = await step("rebuild", async () => {
        await clear(dir, ports);
        try {
          const kept = await newestKit(db);
          return { kit_id: kept.kit.kit_id, ...(await rebuild(kept, dir, signal, ports)) };
        } finally {
          await clear(dir, ports);
        }
      });
      const state = rebuilt.findings.length === 0 ? ("PASSED" as const) : ("DIFFERENT" as const);
      await step(
        "record",
        async () => ({ state }),
        (tx) => record(tx, drill_id, state, rebuilt, ports),
      );
      const result = { drill_id, verdict: state, seconds: rebuilt.seconds, figures: rebuilt.figures };
      if (state === "PASSED") return { state: "SUCCEEDED", result };
      const reason = rebuilt.findings[0]?.message ?? "";
      return { state: "SUCCEEDED_WITH_WARNINGS", result, reason };
    },
    async ended(tx: Tx, job: JobRow, end: JobEnd) {
      if (end.state === "SUCCEEDED" || end.state === "SUCCEEDED_WITH_WARNINGS") return;
      const message = end.error === null ? `it ended ${end.state}` : `${end.error.code}: ${end.error.message}`;
      const findings = [{ code: "RECOVERY_FAILED", message }];
      const nothing = { kit_id: null, seconds: null, figures: {}, findings };
      await record(tx, String(job.input["drill_id"]), "FAILED", nothing, { ...ports, clock });
    },
  };
}

async function rebuild(kept: KeptKit, dir: string, signal: AbortSignal, ports: RecoveryDrillPorts): Promise<Found> {
  const { clock, random, log } = ports;
  const findings: DrillFinding[] = await checkKit(kept, ports.db);
  const begun_ms = clock.monotonic_ms();
  const before = await pictureOf(ports.db);
  const clean = await openDatabase({ embedded: { dir: join(dir, "db") } }, { log, clock, random });
  try {
    const report = await rebuildCatalog(kept.kit.regions, { ...ports, db: clean.db }, { signal });
    const seconds = Math.round(clock.monotonic_ms() - begun_ms) / 1000;
    for (const { what, code, message } of report.skipped.slice(0, 20))
      findings.push({ code: "RECOVERY_SKIPPED", message: `${what} could not be read: ${code}: ${message}` });
    const compared = compare(before, await pictureOf(clean.db), await pictureOf(ports.db));
    return { seconds, figures: compared.figures, findings: [...findings, ...compared.findings] };
  } finally {
    await clean
      .close()
      .catch((error: unknown) =>
        log.warn({ error: asHoldfastError(error) }, "a drilled database did not stop cleanly"),
      );
  }
}

/** Also what a run that was killed has left: a database that runs on, and its folder. */
async function clear(dir: string, { clock, restore_dir }: RecoveryDrillPorts): Promise<void> {
  await stopBelow(dir, clock);
  await rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  // The embedded server's own account passes through.
  await mkdir(dir, { recursive: true });
  for (const folder of [join(restore_dir, FOLDER), dir]) await chmod(folder, 0o711);
  await rm(dir, { recursive: true, force: true });
}

async function record(
  tx: Tx,
  drill_id: string,
  state: "PASSED" | "DIFFERENT" | "FAILED",
  found: {
    readonly kit_id: string | null;
    readonly seconds: number | null;
    readonly figures: Readonly<Record<string, number>>;
    readonly findings: readonly DrillFinding[];
  },
  ports: Ports,
): Promise<void> {
  const { kit_id, seconds, figures, findings } = found;
  await tx
    .updateTable("recovery_drills")
    .set({
      state,
      kit_id,
      seconds,
      figures: JSON.stringify(figures),
      findings: JSON.stringify(findings),
      finished_at: new Date(ports.clock.now_ms()),
    })
    .where("id", "=", drill_id)
    .execute();
  const data = { state, kit_id, seconds, figures, findings };
  await appendEvent(tx, { type: "holdfast.recovery_drill.completed", subject: drill_id, data }, ports);
}
