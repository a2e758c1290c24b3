import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import type * as z from "zod";
import type { Clock } from "../../base/index.ts";
import { type BackupReport, runBackup, runStreamBackup, type StreamBackupOptions } from "../../engine/backup/index.ts";
import { COMMAND_KIND, commandRoot, openCommand } from "../../engine/source/command/index.ts";
import { withFiles } from "../../engine/source/files/index.ts";
import { MARIA_KIND, mariaRoot, openMariaPhysical, openMariaSource } from "../../engine/source/mariadb/index.ts";
import { openPgSource, PG_KIND, pgRoot } from "../../engine/source/postgresql/index.ts";
import { openVolume } from "../../engine/source/volume/index.ts";
import type { agentSourceSchema, SecretRef } from "../../model/index.ts";
import { type AgentConfig, isBelow } from "./config.ts";
import { hostError } from "./errors.ts";
import { ownersProgram } from "./hooks.ts";

export type HostSource = z.output<typeof agentSourceSchema>["source"];

/** All but the source. */
type Options = Omit<StreamBackupOptions, "kind" | "root" | "open"> & { readonly signal: AbortSignal };

export interface HostSourcePorts {
  readonly clock: Clock;
  readonly config: AgentConfig;
  readonly config_dir: string;
  readonly workload_id: string;
}

/** Makes one backup of something on this host, by the same code as a server does. @throws AGENT_*, and the engine's */
export async function backUpHere(
  source: HostSource,
  options: Options,
  { clock, config, config_dir, workload_id }: HostSourcePorts,
): Promise<BackupReport> {
  const stream = (kind: string, root: string, open: StreamBackupOptions["open"]) =>
    runStreamBackup({ ...options, kind, root, open });
  switch (source.kind) {
    case "files": {
      source.paths.forEach((path) => allow(path, config));
      const { one_file_system = false, snapshot = "none", ...rest } = source;
      const { backup_id, signal } = options;
      const about = { paths: source.paths, owner: workload_id, backup_id, one_file_system, signal };
      return withFiles(snapshot, about, (seen_at) =>
        runBackup({ ...options, source: { ...rest, one_file_system, seen_at } }),
      );
    }
    case "command": {
      const path = await ownersProgram(config_dir, "commands.d", source.command);
      const root = commandRoot(workload_id);
      const { file_name } = source;
      return stream(COMMAND_KIND, root, async () => openCommand({ path, root, file_name, env: process.env }));
    }
    case "volume": {
      const { path, snapshot = "none", ceph_conf } = source;
      allow(path, config);
      const root = `/volume${path}`;
      const ceph = ceph_conf === undefined ? {} : { ceph_conf };
      const { backup_id, signal } = options;
      return stream("volume", root, (parent) =>
        openVolume({ root, path, snapshot, backup_id, parent, signal, ...ceph }),
      );
    }
    case "postgresql": {
      const { host, port, user, database, count_rows, incremental } = source;
      const tls = given(source.tls);
      const target = { host, port, user, database, tls, ...(await passwordOf(source.password)) };
      const [root, label] = [pgRoot(workload_id), `holdfast ${options.backup_id}`];
      return stream(PG_KIND, root, async () => openPgSource({ target, label, root, clock, count_rows, incremental }));
    }
    case "mariadb": {
      const { host, port, user, databases, connections, physical } = source;
      const target = { host, port, user, tls: given(source.tls), ...(await passwordOf(source.password)) };
      const root = mariaRoot(workload_id);
      if (physical !== undefined) {
        if (physical.ssh !== undefined)
          throw hostError("AGENT_PATH_FORBIDDEN", "an agent copies files of its own host; leave ssh out");
        const { incremental, ssh: _, ...here } = physical;
        const options = { target, root, clock, incremental, host: here };
        return stream(MARIA_KIND, root, async () => openMariaPhysical(options));
      }
      return stream(MARIA_KIND, root, async () => openMariaSource({ target, root, clock, databases, connections }));
    }
    default:
      throw hostError("AGENT_SOURCE_UNKNOWN", `there is no source of kind ${(source as { kind: string }).kind} here`);
  }
}

/** @throws AGENT_PATH_FORBIDDEN */
function allow(path: string, { read }: AgentConfig): void {
  if (isBelow(path, read)) return;
  throw hostError("AGENT_PATH_FORBIDDEN", `${path} is not below ${read.join(", ")}`, { path });
}

/** Secrets of databases are on the host, and only named by the server. */
async function passwordOf(reference: SecretRef | undefined): Promise<{ readonly password?: string }> {
  if (reference === undefined) return {};
  if (reference.from === "file") {
    const text = await readFile(reference.path, "utf8").catch((cause: unknown) => {
      const message = `${reference.path} cannot be read: ${(cause as Error).message}`;
      throw hostError("AGENT_PATH_FORBIDDEN", message, { path: dirname(reference.path) }, cause);
    });
    return { password: text.replace(/\r?\n$/, "") };
  }
  const value = process.env[reference.name];
  if (value === undefined) throw hostError("AGENT_PATH_FORBIDDEN", `the variable ${reference.name} is not set here`);
  return { password: value };
}

/** Without the members that zod gives as undefined. */
function given<T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}
