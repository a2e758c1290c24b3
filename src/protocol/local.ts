import { join } from "node:path";

/** The socket on which a server answers the command line of its own machine; only its own user may open it. */
export function socketPath(data_dir: string): string {
  return join(data_dir, "run", "api.sock");
}

/** The admin token that the server made at its first start, mode 0600. */
export function adminTokenPath(data_dir: string): string {
  return join(data_dir, "admin.token");
}
