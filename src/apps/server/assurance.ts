import { asHoldfastError } from "../../base/index.ts";
import type { Clock, Random } from "../../base/index.ts";
import { createClockWatch, createEvaluator, factSources, noteBreaches } from "../../control/alerting/index.ts";
import { budgetFacts } from "../../control/billing/index.ts";
import { scanAnomalies } from "../../control/anomaly/index.ts";
import { appendPending, followKeyAudit, publishHeads, signHeads } from "../../control/evidence/index.ts";
import type { HeadPlace, Signer } from "../../control/evidence/index.ts";
import { channelFacts, deliverDue, pageDue } from "../../control/oncall/index.ts";
import { incidentFacts, noteLateResponses } from "../../control/incidents/index.ts";
import { planRecoveryDrills, recoveryFacts } from "../../control/selfrecovery/index.ts";
import { listRegions } from "../../control/inventory/index.ts";
import { planDeepReads, planIntegrity } from "../../control/verification/index.ts";
import type { Repositories } from "../../control/repositories/index.ts";
import type { KeyAdmin } from "../../engine/keys/index.ts";
import { readSecret } from "../../platform/config/index.ts";
import type { Db } from "../../platform/db/index.ts";
import type { Logger } from "../../platform/log/index.ts";

export interface AssurancePorts {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly repositories: Repositories;
  readonly key_admin: Pick<KeyAdmin, "auditLog">;
  readonly signer: () => Promise<Signer>;
}

export interface Assurance {
  stop(): Promise<void>;
}

const PASS_MS = 15_000;
/** A page, or the test of a channel, is waited for. */
const POLL_MS = 2_000;
const HEADS_EVERY_MS = 300_000;

/** One piece of the work below; a piece that fails is told and tried again, and keeps no other from its work. */
interface Piece {
  readonly name: string;
  readonly every_ms: number;
  run(): Promise<unknown>;
}

/** What goes on by itself so that somebody makes sure: evidence, alerts, pages. */
export function startAssurance(ports: AssurancePorts): Assurance {
  const { db, clock, log } = ports;
  const evaluate = createEvaluator([...factSources, channelFacts, incidentFacts, recoveryFacts, budgetFacts], ports);
  const pieces: readonly Piece[] = [
    { name: "clock", every_ms: PASS_MS, run: createClockWatch(db, ports) },
    { name: "anomalies", every_ms: PASS_MS, run: () => scanAnomalies(db, ports) },
    { name: "incident clocks", every_ms: PASS_MS, run: () => noteLateResponses(db, ports) },
    { name: "alerts", every_ms: PASS_MS, run: evaluate },
    { name: "alert clocks", every_ms: PASS_MS, run: () => noteBreaches(db, ports) },
    { name: "pages", every_ms: POLL_MS, run: () => pageDue(db, ports) },
    { name: "deliveries", every_ms: POLL_MS, run: () => deliverDue({ ...ports, readSecret }) },
    { name: "key audit", every_ms: 60_000, run: () => followKeyAudit(db, ports.key_admin, ports) },
    { name: "evidence", every_ms: PASS_MS, run: () => appendPending(db, ports) },
    { name: "integrity", every_ms: HEADS_EVERY_MS, run: () => planIntegrity(db, ports) },
    { name: "recovery drills", every_ms: HEADS_EVERY_MS, run: () => planRecoveryDrills(db, ports) },
    { name: "deep reads", every_ms: HEADS_EVERY_MS, run: () => planDeepReads(db, ports) },
    { name: "evidence heads", every_ms: HEADS_EVERY_MS, run: () => signAndPublish(ports) },
  ];
  const stopping = new AbortController();
  const last_ms = new Map<string, number>();
  const loop = (async () => {
    while (!stopping.signal.aborted) {
      for (const piece of pieces) {
        const now_ms = clock.monotonic_ms();
        if (now_ms - (last_ms.get(piece.name) ?? Number.NEGATIVE_INFINITY) < piece.every_ms) continue;
        last_ms.set(piece.name, now_ms);
        await piece.run().catch((error: unknown) => {
          if (!stopping.signal.aborted) log.error({ error: asHoldfastError(error) }, `${piece.name}: failed for now`);
        });
        if (stopping.signal.aborted) return;
      }
      await clock.sleep(POLL_MS, stopping.signal).catch(() => undefined); // stopped
    }
  })();
  return {
    async stop() {
      stopping.abort(new Error("stopping"));
      await loop;
      // What happened until now becomes evidence before the server is gone.
      await appendPending(db, ports);
    },
  };
}

async function signAndPublish(ports: AssurancePorts): Promise<void> {
  const { db, repositories } = ports;
  await signHeads(db, await ports.signer(), ports);
  const places = (await listRegions(db)).map(
    (region): HeadPlace => ({
      region_id: region.id,
      region_name: region.name,
      use: (work) => repositories.useRegion(region, work),
    }),
  );
  await publishHeads(db, places, ports);
}
