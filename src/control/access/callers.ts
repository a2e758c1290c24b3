import { createHash } from "node:crypto";
import { sql } from "kysely";
import type { Clock } from "../../base/index.ts";
import type { Db } from "../../platform/db/index.ts";
import type { Principal } from "./principal.ts";
import { verifyToken } from "./tokens.ts";

/** Whose tokens are, kept for moments: a caller that asks a thousand times a second is looked up once. */
export interface Callers {
  /** @throws TOKEN_INVALID */
  verify(secret: string): Promise<Principal>;
  /** What this process changed counts with the next request. */
  forget(): void;
}

/** For so long an answer is believed: what ends by its date ends so much later at most. */
const FRESH_MS = 1_000;
/** For so long it is believed that no other process revoked or granted anything. */
const CHANGES_FRESH_MS = 100;
const CALLERS_MAX = 10_000;

export function createCallers(db: Db, clock: Clock): Callers {
  const known = new Map<string, { readonly at_ms: number; readonly principal: Promise<Principal> }>();
  let checked_ms = Number.NEGATIVE_INFINITY;
  let changes: number | undefined;
  let checking: Promise<void> | undefined;

  const check = async () => {
    const { rows } = await sql<{ changes: number }>`select last_value as changes from access_changes`.execute(db);
    if (rows[0]?.changes !== changes) known.clear();
    changes = rows[0]?.changes;
    checked_ms = clock.monotonic_ms();
  };
  return {
    async verify(secret) {
      if (clock.monotonic_ms() - checked_ms >= CHANGES_FRESH_MS) {
        checking ??= check().finally(() => (checking = undefined));
        await checking;
      }
      // The secret itself is not kept.
      const key = createHash("sha256").update(secret).digest("base64");
      const before = known.get(key);
      const now_ms = clock.monotonic_ms();
      if (before !== undefined && now_ms - before.at_ms < FRESH_MS) return before.principal;
      if (known.size >= CALLERS_MAX) known.clear();
      const principal = verifyToken(db, secret, clock);
      known.set(key, { at_ms: now_ms, principal });
      // A refusal is not kept: the token may be made in the next moment.
      principal.catch(() => known.delete(key));
      return principal;
    },
    forget() {
      known.clear();
      checked_ms = Number.NEGATIVE_INFINITY;
    },
  };
}
