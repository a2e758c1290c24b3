import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Random } from "../../base/index.ts";
import { serverError } from "./errors.ts";

/**
 * What lies where in the data folder. The keys are not in it: by default they are in a folder beside it, so that
 * whoever copies the data folder has no key.
 */
export interface Layout {
  readonly data_dir: string;
  readonly db_dir: string;
  /** Sockets of this server's processes; 0700. */
  readonly run_dir: string;
  /** Tokens with which the server speaks to the key manager; 0700. */
  readonly token_dir: string;
  readonly log_dir: string;
  /** Default place of the regions that a first start makes. */
  readonly regions_dir: string;
  /** New resources of restores that name no folder. */
  readonly restore_dir: string;
  readonly keys_dir: string;
  /** Key that seals what the database must not give away. */
  readonly seal_key: string;
  readonly lock_path: string;
  readonly api_socket: string;
  readonly key_socket: string;
  readonly key_log: string;
  /** Names this installation in leases of jobs. */
  readonly installation_path: string;
}

export function layoutOf(data_dir: string, keys_dir?: string): Layout {
  return {
    data_dir,
    db_dir: join(data_dir, "db"),
    run_dir: join(data_dir, "run"),
    token_dir: join(data_dir, "tokens"),
    log_dir: join(data_dir, "log"),
    regions_dir: join(data_dir, "regions"),
    restore_dir: join(data_dir, "restores"),
    keys_dir: keys_dir ?? join(dirname(data_dir), `${basename(data_dir)}-keys`),
    seal_key: join(data_dir, "tokens", "seal.key"),
    lock_path: join(data_dir, "server.lock"),
    api_socket: join(data_dir, "run", "api.sock"),
    key_socket: join(data_dir, "run", "keyd.sock"),
    key_log: join(data_dir, "log", "keyd.log"),
    installation_path: join(data_dir, "installation"),
  };
}

/**
 * Makes the folders. The data folder itself can be passed through by PostgreSQL's own user; what is private is closed
 * below it.
 */
export async function makeFolders(layout: Layout): Promise<void> {
  try {
    await mkdir(layout.data_dir, { recursive: true, mode: 0o711 });
    for (const dir of [layout.run_dir, layout.token_dir, layout.log_dir]) {
      await mkdir(dir, { recursive: true, mode: 0o700 });
      await chmod(dir, 0o700);
    }
    // Restored databases run here as their own user, who may pass through and see nothing else.
    await mkdir(layout.restore_dir, { recursive: true, mode: 0o711 });
    await chmod(layout.restore_dir, 0o711);
  } catch (cause) {
    const message = `the data folder ${layout.data_dir} cannot be set up: ${(cause as Error).message}`;
    throw serverError("SERVER_FOLDER_UNUSABLE", message, { path: layout.data_dir }, cause);
  }
}

/** The installation's name in leases: made once, and the same over restarts. */
export async function installationId(layout: Layout, random: Random): Promise<string> {
  const id = random.bytes(12).toString("hex");
  try {
    await writeFile(layout.installation_path, `${id}\n`, { flag: "wx", mode: 0o600 });
    return id;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return (await readFile(layout.installation_path, "utf8")).trim();
  }
}
