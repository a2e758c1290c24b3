import type { Clock, Random } from "../../base/index.ts";
import type { SecretRef, Source, Workload } from "../../model/index.ts";
import type { Db } from "../../platform/db/index.ts";
import type { Logger } from "../../platform/log/index.ts";
import { listWorkloads } from "../inventory/index.ts";
import type { Repositories } from "../repositories/index.ts";

export interface ArchivingPorts {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly repositories: Repositories;
  secret(reference: SecretRef): Promise<string>;
  /** Asks for a backup, for nothing leads over a hole from the ones before it. */
  backUp(workload_id: string, why: string): Promise<void>;
}

export type MariaSource = Extract<Source, { kind: "mariadb" }>;
export type MariaWorkload = Workload & { readonly source: MariaSource };

export async function binlogWorkloads(db: Db): Promise<MariaWorkload[]> {
  return (await listWorkloads(db)).filter(
    (each): each is MariaWorkload => each.source.kind === "mariadb" && each.source.binlog.enabled,
  );
}
