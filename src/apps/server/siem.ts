import { asHoldfastError } from "../../base/index.ts";
import { deliverAudit, type SiemPorts } from "../../control/siem/index.ts";
import { readSecret } from "../../platform/config/index.ts";
import type { Db } from "../../platform/db/index.ts";
import type { Logger } from "../../platform/log/index.ts";

const PASS_MS = 2_000;

/** Sends the audit log on, by itself: a receiver that is slow keeps nothing else waiting. */
export function startSiem(ports: Omit<SiemPorts, "readSecret"> & { readonly db: Db; readonly log: Logger }) {
  const { db, clock, log } = ports;
  const stopping = new AbortController();
  const loop = (async () => {
    while (!stopping.signal.aborted) {
      await deliverAudit(db, { ...ports, readSecret }).catch((error: unknown) => {
        log.error({ error: asHoldfastError(error) }, "the audit log could not be sent on for now");
      });
      await clock.sleep(PASS_MS, stopping.signal).catch(() => undefined); // stopped
    }
  })();
  return {
    async stop(): Promise<void> {
      stopping.abort(new Error("stopping"));
      await loop;
    },
  };
}
