import { createHash } from "node:crypto";
import type { MariaTarget } from "../../engine/source/mariadb/index.ts";
import type { SecretRef, Source, Workload } from "../../model/index.ts";
import type { Db } from "../../platform/db/index.ts";
import { listWorkloads } from "../inventory/index.ts";

export type MariaSource = Extract<Source, { kind: "mariadb" }>;
export type MariaWorkload = Workload & { readonly source: MariaSource };

export async function binlogWorkloads(db: Db): Promise<MariaWorkload[]> {
  return (await listWorkloads(db)).filter(
    (each): each is MariaWorkload => each.source.kind === "mariadb" && each.source.binlog.enabled,
  );
}

/** How to reach the server of a source. @throws SOURCE_SECRET_MISSING */
export async function mariaTargetOf(
  { host, port, user, tls, password }: MariaSource,
  secret: (ref: SecretRef) => Promise<string>,
): Promise<MariaTarget> {
  // Nobody listens in on a unix socket.
  const mode = host.startsWith("/") ? ("disable" as const) : tls.mode;
  return {
    host,
    port,
    user,
    tls: { mode, ...(tls.ca_file === undefined ? {} : { ca_file: tls.ca_file }) },
    ...(password === undefined ? {} : { password: await secret(password) }),
  };
}

/** Replicas of one server must have ids of their own: far above those that people give. */
export const serverIdOf = ({ id, source }: MariaWorkload): number =>
  source.binlog.server_id ?? 0x8000_0000 + (createHash("sha256").update(id).digest().readUInt32LE(0) >>> 1);
