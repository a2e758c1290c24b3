import type { PgTarget } from "../../engine/source/postgresql/index.ts";
import type { SecretRef, Source, Workload } from "../../model/index.ts";
import type { Db } from "../../platform/db/index.ts";
import { listWorkloads } from "../inventory/index.ts";

export type PgSource = Extract<Source, { kind: "postgresql" }>;
export type PgWorkload = Workload & { readonly source: PgSource };

/** How to reach the server of a source. @throws SOURCE_SECRET_MISSING */
export async function pgTargetOf(source: PgSource, secret: (ref: SecretRef) => Promise<string>): Promise<PgTarget> {
  const { host, port, user, database, tls } = source;
  return {
    host,
    port,
    user,
    database,
    tls: {
      mode: tls.mode,
      ...(tls.ca_file === undefined ? {} : { ca_file: tls.ca_file }),
      ...(tls.cert_file === undefined ? {} : { cert_file: tls.cert_file }),
      ...(tls.key_file === undefined ? {} : { key_file: tls.key_file }),
    },
    ...(source.password === undefined ? {} : { password: await secret(source.password) }),
  };
}

/** Replication slots have names of letters, digits and underscores. */
export const slotName = (workload: PgWorkload): string =>
  workload.source.wal.slot ?? `holdfast_${workload.id.toLowerCase().replaceAll(/[^a-z0-9_]/g, "_")}`;

/** Workloads whose log may be held: it is streamed, or pushed by the server's `archive_command`. */
export async function loggedWorkloads(db: Db): Promise<PgWorkload[]> {
  return (await listWorkloads(db)).filter((each): each is PgWorkload => each.source.kind === "postgresql");
}

/** Those whose log is streamed. */
export async function archivedWorkloads(db: Db): Promise<PgWorkload[]> {
  return (await loggedWorkloads(db)).filter(({ source }) => source.wal.enabled);
}
