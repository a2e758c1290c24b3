import { createCipheriv, createDecipheriv } from "node:crypto";
import type { Random } from "../../base/index.ts";
import type { Db } from "../../platform/db/index.ts";
import { accessError } from "./errors.ts";

/** Seals what the database keeps and must not give away: a copy of the database alone opens none of it. */
export interface Seal {
  /** `context` (whose it is) must be the same to open it: a sealed text moved to another row does not open. */
  seal(text: string, context: string): string;
  /** @throws SEAL_BROKEN */
  open(sealed: string, context: string): string;
}

export const SEAL_KEY_BYTES = 32;
const PREFIX = "sealed:1:";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** AES-256-GCM with a random nonce each time; the key belongs to the server, and is not in the database. */
export function createSeal(key: Uint8Array, random: Random): Seal {
  return {
    seal(text, context) {
      const nonce = random.bytes(NONCE_BYTES);
      const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG_BYTES }).setAAD(
        Buffer.from(context),
      );
      const sealed = Buffer.concat([nonce, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
      return PREFIX + sealed.toString("base64");
    },
    open(sealed, context) {
      const bytes = Buffer.from(sealed.slice(PREFIX.length), "base64");
      const nonce = bytes.subarray(0, NONCE_BYTES);
      try {
        if (!sealed.startsWith(PREFIX)) throw new RangeError("not sealed");
        const opener = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG_BYTES });
        opener.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(-TAG_BYTES));
        return Buffer.concat([opener.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), opener.final()]).toString("utf8");
      } catch (cause) {
        throw accessError(
          "SEAL_BROKEN",
          `what is sealed for ${context} does not open with this key`,
          { context },
          cause,
        );
      }
    },
  };
}

/** Seals what was written before there was a key; safe to repeat, and by several servers. Returns how many. */
export async function sealStoredSecrets(db: Db, { seal }: Seal): Promise<number> {
  const rows = await db
    .selectFrom("users")
    .select(["id", "totp_secret", "totp_pending_secret"])
    .where((where) => where.or([where("totp_secret", "is not", null), where("totp_pending_secret", "is not", null)]))
    .execute();
  let count = 0;
  for (const { id, ...secrets } of rows) {
    for (const column of ["totp_secret", "totp_pending_secret"] as const) {
      const plain = secrets[column];
      if (plain === null || plain.startsWith(PREFIX)) continue;
      const { numUpdatedRows } = await db
        .updateTable("users")
        .set({ [column]: seal(plain, id) })
        .where("id", "=", id)
        .where(column, "=", plain)
        .executeTakeFirst();
      count += Number(numUpdatedRows);
    }
  }
  return count;
}
