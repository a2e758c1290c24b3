import type { Clock } from "../../base/index.ts";
import { bootState } from "../../engine/source/vm/index.ts";
import { postponed } from "../jobs/index.ts";
import type { JobContext, StepOutput } from "../jobs/index.ts";
import type { RecoverPorts } from "../recover/index.ts";
import { drillKind } from "./kinds.ts";

/** When a machine worked that works before its restore has ended, and how that was seen. */
export interface Functional extends StepOutput {
  readonly functional_at_ms: number | null;
  readonly detail: string | null;
}

const NOT_KNOWN: Functional = { functional_at_ms: null, detail: null };
/** So long a drill keeps its worker while its machine boots; after that it gives it back between looks. */
const LOOK_MS = 2_000;
const LOOK_EVERY_MS = 100;
const PAUSE_MS = 500;
/** From the end of the restore, by when all of the disks are there, to a guest that has come up. */
const BOOT_MS_MAX = 600_000;
/** Of an application's machine, that the drill waits for with its worker in hand. */
const PART_BOOT_MS_MAX = 120_000;

/** A machine of an application: its restore has ended, and so it has been booting for a while. */
export async function lookForBoot(dir: string, signal: AbortSignal, clock: Clock): Promise<Functional> {
  const until_ms = clock.monotonic_ms() + PART_BOOT_MS_MAX;
  for (;;) {
    const { by, console_tail } = await bootState(dir, clock);
    if (by !== null) return { functional_at_ms: clock.now_ms(), detail: by };
    if (clock.monotonic_ms() >= until_ms) return { functional_at_ms: null, detail: notUp(console_tail) };
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
}

function notUp(console_tail: string): string {
  const said = console_tail.trim().split("\n").slice(-3).join(" | ");
  return `the guest did not come up; its console says: ${said === "" ? "nothing" : said}`;
}

/**
 * A machine that is restored at once works long before its disks are here: that moment is watched for. Of other kinds
 * nothing is known before their restore ends. @throws JOB_POSTPONED while it boots
 */
export async function awaitFunctional(
  asked: { readonly kind: string | null; readonly restore_job_id: string | null },
  dir: string,
  context: JobContext,
  { db, clock }: RecoverPorts,
): Promise<Functional> {
  const { kind, restore_job_id } = asked;
  if (kind === null || restore_job_id === null || drillKind(kind, "the backup").runs !== "machine")
    return context.step("functional", async () => NOT_KNOWN);
  const job = () =>
    db.selectFrom("jobs").select(["finished_at", "state"]).where("id", "=", restore_job_id).executeTakeFirstOrThrow();
  const until_ms = clock.monotonic_ms() + LOOK_MS;
  for (;;) {
    const { by, console_tail } = await bootState(dir, clock);
    if (by !== null) {
      const functional_at_ms = clock.now_ms();
      return context.step("functional", async () => ({ functional_at_ms, detail: by }));
    }
    const { finished_at, state } = await job();
    const failed = finished_at !== null && !state.startsWith("SUCCEEDED");
    if (failed || (finished_at !== null && clock.now_ms() - finished_at.getTime() > BOOT_MS_MAX)) {
      const detail = notUp(console_tail);
      return context.step("functional", async () => ({ functional_at_ms: null, detail }));
    }
    if (clock.monotonic_ms() >= until_ms) throw postponed("the machine boots", clock.now_ms() + PAUSE_MS);
    await clock.sleep(LOOK_EVERY_MS, context.signal);
  }
}
