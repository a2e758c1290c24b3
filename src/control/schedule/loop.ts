import { asHoldfastError } from "../../base/index.ts";
import type { Db } from "../../platform/db/index.ts";
import { tick } from "./tick.ts";
import type { TickPorts } from "./tick.ts";

/** Ticks until the signal aborts, then resolves. A tick that fails is logged and followed by the next. */
export async function runTicks(
  db: Db,
  ports: TickPorts,
  options: { readonly interval_ms: number; readonly signal: AbortSignal },
): Promise<void> {
  const { signal } = options;
  while (!signal.aborted) {
    try {
      const { job_ids, settled, failed } = await tick(db, ports);
      if (job_ids.length + settled + failed > 0)
        ports.log.info({ jobs: job_ids.length, settled, failed }, "schedule looked at");
    } catch (error) {
      ports.log.error({ error: asHoldfastError(error) }, "the schedule could not be looked at; trying again");
    }
    await ports.clock.sleep(options.interval_ms, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
}
