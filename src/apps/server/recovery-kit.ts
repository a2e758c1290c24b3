import { access, writeFile } from "node:fs/promises";
import { hasCode } from "../../base/index.ts";
import { kitText, makeKit, newestKit } from "../../control/selfrecovery/index.ts";
import { withTransaction } from "../../platform/db/index.ts";
import type { Db, Ports } from "../../platform/db/index.ts";

/**
 * Makes the recovery kit at the very first start, and lays it down for printing. @returns its path when it was made
 * now, to be told
 */
export async function keepRecoveryKit(db: Db, path: string, ports: Ports): Promise<string | undefined> {
  let made = false;
  const kept = await newestKit(db).catch(async (error: unknown) => {
    if (!hasCode(error, "RECOVERY_KIT_MISSING")) throw error;
    made = true;
    return withTransaction(db, (tx) => makeKit(tx, "set-up", ports));
  });
  const there = await access(path).then(
    () => true,
    () => false,
  );
  if (made || !there) await writeFile(path, kitText(kept), { mode: 0o600 });
  return made ? path : undefined;
}
