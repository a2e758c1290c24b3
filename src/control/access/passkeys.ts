import { createHash } from "node:crypto";
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
  WebAuthnCredential,
} from "@simplewebauthn/server";
import { withTransaction } from "../../platform/db/index.ts";
import type { Db, Ports } from "../../platform/db/index.ts";
import { accessError } from "./errors.ts";
import { confirmPassword, isLocked, refused, refuseLast } from "./lock.ts";
import { closeChallenge, openChallenge, readChallenge, signedIn } from "./sign-in.ts";
import { getUserRow, type UserRow } from "./users.ts";

/** Where browsers reach this server: passkeys belong to a host name, and are good at its origin alone. */
export interface Site {
  /** e.g. `https://backup.example.com`. */
  readonly origin: string;
  /** e.g. `backup.example.com`. */
  readonly host: string;
}

export interface Passkey {
  readonly id: string;
  readonly name: string;
  readonly created_at: string;
  readonly last_used_at: string | null;
}

/** An account has no more than these. */
const PASSKEYS_MAX = 20;
const PRODUCT = "Holdfast";
/** EdDSA, ES256, RS256, by their COSE numbers: what every authenticator speaks one of. */
const ALGORITHMS = [-8, -7, -257];

/** Only who signs in or adds a key waits for the library. */
const library = () => import("@simplewebauthn/server");

/** An account's passkeys, oldest first. */
export async function listPasskeys(db: Db, user_id: string): Promise<Passkey[]> {
  const rows = await db
    .selectFrom("passkeys")
    .selectAll()
    .where("user_id", "=", user_id)
    .orderBy("created_at")
    .execute();
  return rows.map(({ credential_id, name, created_at, last_used_at }) => ({
    id: idOf(credential_id),
    name,
    created_at: created_at.toISOString(),
    last_used_at: last_used_at?.toISOString() ?? null,
  }));
}

/**
 * What a browser needs to make one. Asks for the password: whoever sits at a session that was left open adds no key.
 * @throws SIGN_IN_REFUSED, PASSKEY_REFUSED for who is no local user, or has too many
 */
export async function beginPasskey(
  db: Db,
  user: UserRow,
  password: string,
  site: Site,
  ports: Ports & { readonly outside: Db },
): Promise<{ challenge: string; options: PublicKeyCredentialCreationOptionsJSON }> {
  refuseOthers(user);
  await confirmPassword(user, password, ports.outside, ports.clock);
  const { generateRegistrationOptions } = await library();
  const known = await rowsOf(db, user.id);
  if (known.length >= PASSKEYS_MAX) {
    throw accessError("PASSKEY_REFUSED", `${user.name} has ${PASSKEYS_MAX} passkeys, which is as many as there may be`);
  }
  const options = await generateRegistrationOptions({
    rpName: PRODUCT,
    rpID: site.host,
    userName: user.name,
    userDisplayName: user.display_name,
    // The account, to whoever holds the key: an id that says nothing else.
    userID: Uint8Array.from(Buffer.from(user.id)),
    attestationType: "none",
    supportedAlgorithmIDs: ALGORITHMS,
    excludeCredentials: known.filter(({ rp_id }) => rp_id === site.host).map(({ credential_id: id }) => ({ id })),
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
  });
  const data = { challenge: options.challenge };
  const challenge = await openChallenge(db, { kind: "passkey_new", user_id: user.id, data }, ports);
  return { challenge, options };
}

/** Keeps what the browser made. @throws SIGN_IN_REFUSED, PASSKEY_REFUSED */
export async function addPasskey(
  db: Db,
  user: UserRow,
  made: { readonly challenge: string; readonly name: string; readonly credential: object },
  site: Site,
  ports: Ports,
): Promise<Passkey> {
  const opened = await readChallenge(db, made.challenge, "passkey_new", ports.clock);
  if (opened.user_id !== user.id) throw refused();
  const { verifyRegistrationResponse } = await library();
  const verified = await verifyRegistrationResponse({
    response: made.credential as RegistrationResponseJSON,
    expectedChallenge: String(opened.data["challenge"]),
    expectedOrigin: site.origin,
    expectedRPID: site.host,
    requireUserVerification: true,
    supportedAlgorithmIDs: ALGORITHMS,
  }).catch((cause: unknown) => {
    throw accessError("PASSKEY_REFUSED", `the passkey was not accepted: ${(cause as Error).message}`, {}, cause);
  });
  if (!verified.verified) throw accessError("PASSKEY_REFUSED", "the passkey's answer does not verify");
  const { id, publicKey, counter, transports } = verified.registrationInfo.credential;
  const row = await db
    .insertInto("passkeys")
    .values({
      credential_id: id,
      user_id: user.id,
      name: made.name,
      rp_id: site.host,
      public_key: Buffer.from(publicKey),
      counter,
      transports: JSON.stringify(transports ?? []),
      created_at: new Date(ports.clock.now_ms()),
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning(["credential_id", "name", "created_at"])
    .executeTakeFirst();
  if (row === undefined) throw accessError("PASSKEY_REFUSED", "this passkey is known already");
  await closeChallenge(db, made.challenge);
  return { id: idOf(id), name: row.name, created_at: row.created_at.toISOString(), last_used_at: null };
}

/**
 * Takes one away. The last second factor of an account goes only in a session that was opened with one: a password
 * that was found out is not enough.
 * @throws SIGN_IN_REFUSED, PASSKEY_NOT_FOUND, LAST_FACTOR
 */
export async function removePasskey(
  db: Db,
  user: UserRow,
  { id, password, session_id }: { readonly id: string; readonly password: string; readonly session_id: string | null },
  ports: Ports & { readonly outside: Db },
): Promise<void> {
  refuseOthers(user);
  await confirmPassword(user, password, ports.outside, ports.clock);
  await withTransaction(db, async (tx) => {
    // Two removals at once do not each take the other's for the last.
    await tx.selectFrom("users").select("id").where("id", "=", user.id).forUpdate().execute();
    const rows = await rowsOf(tx, user.id);
    const row = rows.find(({ credential_id }) => idOf(credential_id) === id);
    if (row === undefined) {
      throw accessError("PASSKEY_NOT_FOUND", `${user.name} has no passkey ${id}`, { passkey: id });
    }
    if (rows.length === 1 && user.totp_secret === null) await refuseLast(tx, session_id);
    await tx.deleteFrom("passkeys").where("credential_id", "=", row.credential_id).execute();
  });
}

/** What a browser needs to sign in: after a password with one of the account's keys, else with any that it has. */
export async function beginPasskeySignIn(
  db: Db,
  after: string | undefined,
  site: Site,
  ports: Ports,
): Promise<{ challenge: string; options: PublicKeyCredentialRequestOptionsJSON }> {
  const { generateAuthenticationOptions } = await library();
  const user_id = after === undefined ? null : (await readChallenge(db, after, "second_factor", ports.clock)).user_id;
  const known = user_id === null ? [] : await rowsOf(db, user_id);
  const options = await generateAuthenticationOptions({
    rpID: site.host,
    userVerification: "required",
    allowCredentials: known
      .filter(({ rp_id }) => rp_id === site.host)
      .map(({ credential_id: id, transports }) => ({ id, transports: [...transports] as never })),
  });
  const data = { challenge: options.challenge };
  return { challenge: await openChallenge(db, { kind: "passkey", user_id, data }, ports), options };
}

/**
 * With a passkey that verified its owner (by PIN, finger, face), alone or after a password. A key whose counter runs
 * backwards was copied, and is refused.
 * @throws SIGN_IN_REFUSED
 */
export async function signInWithPasskey(
  db: Db,
  given: { readonly challenge: string; readonly credential: object },
  site: Site,
  ports: Ports,
): Promise<{ user: UserRow; method: "passkey" | "password+passkey" }> {
  const opened = await readChallenge(db, given.challenge, "passkey", ports.clock);
  const { verifyAuthenticationResponse } = await library();
  const response = given.credential as AuthenticationResponseJSON;
  const now_ms = ports.clock.now_ms();
  const user = await withTransaction(db, async (tx) => {
    const key = await tx
      .selectFrom("passkeys")
      .selectAll()
      .where("credential_id", "=", String(response.id))
      .forUpdate()
      .executeTakeFirst();
    if (key === undefined || key.rp_id !== site.host) return undefined;
    if (opened.user_id !== null && opened.user_id !== key.user_id) return undefined;
    const row = await getUserRow(tx, key.user_id);
    if (row.kind !== "local" || isLocked(row, now_ms)) return undefined;
    const credential: WebAuthnCredential = {
      id: key.credential_id,
      publicKey: Uint8Array.from(key.public_key),
      counter: key.counter,
    };
    const verified = await verifyAuthenticationResponse({
      response,
      expectedChallenge: String(opened.data["challenge"]),
      expectedOrigin: site.origin,
      expectedRPID: site.host,
      requireUserVerification: true,
      credential,
    }).catch(() => undefined);
    if (verified?.verified !== true) return undefined;
    const counter = verified.authenticationInfo.newCounter;
    await tx
      .updateTable("passkeys")
      .set({ counter, last_used_at: new Date(now_ms) })
      .where("credential_id", "=", key.credential_id)
      .execute();
    await closeChallenge(tx, given.challenge);
    await signedIn(tx, row.id, now_ms);
    return row;
  });
  if (user === undefined) throw refused();
  return { user, method: opened.user_id === null ? "passkey" : "password+passkey" };
}

/** Credential ids have up to 1,364 characters; this one fits an address. */
function idOf(credential_id: string): string {
  return createHash("sha256").update(credential_id).digest("hex").slice(0, 32);
}

function rowsOf(db: Db, user_id: string) {
  return db.selectFrom("passkeys").selectAll().where("user_id", "=", user_id).orderBy("created_at").execute();
}

function refuseOthers(user: UserRow): void {
  if (user.kind === "local") return;
  throw accessError("PASSKEY_REFUSED", `${user.name} signs in elsewhere, or not at all, and has no passkeys here`);
}
