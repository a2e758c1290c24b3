import { lstat, open, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { createToken, ensureAdminToken } from "../../control/access/index.ts";
import type { Db, Ports } from "../../platform/db/index.ts";

/**
 * Makes the admin token at the very first start, and keeps it in a file that only our own user can read, for the
 * command line of this machine. The file is durable before the token is valid, so a kill in between loses nothing. When
 * the file is gone, a token of its own is made: whoever may write into the data folder is never locked out.
 * Returns the admin token at the first start only: to be shown once.
 */
export async function keepAdminToken(db: Db, path: string, ports: Ports): Promise<string | undefined> {
  const made = await ensureAdminToken(db, ports, (secret) => writeSecret(path, secret));
  if (made !== undefined || (await exists(path))) return made;
  const { secret } = await createToken(db, { name: "command line", scopes: ["*"] }, ports);
  await writeSecret(path, secret);
  return undefined;
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}

async function writeSecret(path: string, secret: string): Promise<void> {
  const file = await open(`${path}.new`, "w", 0o600);
  try {
    await file.chmod(0o600); // one that was left there may have been opened wider
    await file.writeFile(`${secret}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
  const folder = await open(dirname(path), "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
