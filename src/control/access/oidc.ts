import * as client from "openid-client";
import { newId } from "../../base/index.ts";
import { isUniqueViolation } from "../../platform/db/index.ts";
import type { Db, Ports } from "../../platform/db/index.ts";
import { accessError } from "./errors.ts";
import { closeChallenge, openChallenge, readChallenge, signedIn } from "./sign-in.ts";
import type { UserRow } from "./users.ts";

/** An identity provider, as holdfast.yaml names it. */
export interface OidcSettings {
  /** Shown on the button. */
  readonly name: string;
  readonly issuer: string;
  readonly client_id: string;
  readonly client_secret: string | undefined;
  /** Where browsers reach this server, e.g. `https://backup.example.com`. */
  readonly public_url: string;
  readonly scope: string;
  /** The claim with the user's groups; what is bound to a group holds for all who are in it. */
  readonly groups_claim: string;
  /** Only who is in one of these may sign in; empty: everyone the provider knows. */
  readonly required_groups: readonly string[];
}

export interface OidcProvider {
  readonly name: string;
  /** All but the secret. */
  readonly settings: Omit<OidcSettings, "client_secret"> & {
    readonly has_secret: boolean;
    /** What the provider has to know this server by. */
    readonly redirect_uri: string;
  };
  /** Asks the provider for its metadata anew: the issuer it says it is. @throws SIGN_IN_UNAVAILABLE */
  probe(): Promise<string>;
  /** Where the browser goes; `state` comes back with it, and is in a cookie of this browser meanwhile. */
  start(db: Db, ports: Ports): Promise<{ readonly url: string; readonly state: string }>;
  /** @throws SIGN_IN_REFUSED, SIGN_IN_UNAVAILABLE */
  finish(db: Db, answer: URL, state: string, ports: Ports): Promise<UserRow>;
}

export const OIDC_CALLBACK = "/v1/session/oidc/callback";
const TIMEOUT_S = 10;
const GROUPS_MAX = 500;
const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** Authorization code with PKCE, state and nonce; the provider's metadata is fetched with the first sign-in. */
export function createOidc(settings: OidcSettings): OidcProvider {
  let discovered: Promise<client.Configuration> | undefined;
  const configuration = async () => {
    const issuer = new URL(settings.issuer);
    // A provider on this very machine needs no certificate; any other does.
    const local = issuer.protocol === "http:" && LOOPBACK.has(issuer.hostname);
    discovered ??= client.discovery(issuer, settings.client_id, settings.client_secret, undefined, {
      timeout: TIMEOUT_S,
      ...(local ? { execute: [client.allowInsecureRequests] } : {}),
    });
    try {
      return await discovered;
    } catch (cause) {
      discovered = undefined;
      throw unavailable(settings, cause);
    }
  };
  const redirect_uri = new URL(OIDC_CALLBACK, settings.public_url).href;

  const { client_secret, ...told } = settings;
  return {
    name: settings.name,
    settings: { ...told, has_secret: client_secret !== undefined, redirect_uri },
    async probe() {
      discovered = undefined;
      return (await configuration()).serverMetadata().issuer;
    },
    async start(db, ports) {
      const config = await configuration();
      const verifier = client.randomPKCECodeVerifier();
      const nonce = client.randomNonce();
      const state = await openChallenge(db, { kind: "oidc", user_id: null, data: { verifier, nonce } }, ports);
      const url = client.buildAuthorizationUrl(config, {
        redirect_uri,
        scope: settings.scope,
        state,
        nonce,
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: "S256",
      });
      return { url: url.href, state };
    },
    async finish(db, answer, state, ports) {
      const { data } = await readChallenge(db, state, "oidc", ports.clock);
      await closeChallenge(db, state);
      const config = await configuration();
      const came_back = new URL(redirect_uri);
      came_back.search = answer.search;
      let claims: client.IDToken | undefined;
      try {
        const tokens = await client.authorizationCodeGrant(config, came_back, {
          pkceCodeVerifier: String(data["verifier"]),
          expectedNonce: String(data["nonce"]),
          expectedState: state,
          idTokenExpected: true,
        });
        claims = tokens.claims();
        // Many providers tell groups and names only when they are asked for them.
        if (claims !== undefined && claims[settings.groups_claim] === undefined) {
          claims = { ...(await client.fetchUserInfo(config, tokens.access_token, claims.sub)), ...claims };
        }
      } catch (cause) {
        if (cause instanceof client.ResponseBodyError && cause.status >= 500) throw unavailable(settings, cause);
        throw refused(`${settings.name} did not confirm the sign-in`, cause);
      }
      if (claims === undefined) throw refused(`${settings.name} sent no identity`);
      return signInWithClaims(db, settings, claims, ports);
    },
  };
}

/** The user of an identity; made with the first sign-in. Groups are what the provider says now, each time. */
async function signInWithClaims(
  db: Db,
  settings: OidcSettings,
  claims: client.IDToken,
  ports: Ports,
): Promise<UserRow> {
  const found = claims[settings.groups_claim];
  const groups = (Array.isArray(found) ? found : []).filter((it): it is string => typeof it === "string");
  if (groups.length > GROUPS_MAX) throw refused(`${groups.length} groups; at most ${GROUPS_MAX} are taken`);
  if (settings.required_groups.length > 0 && !settings.required_groups.some((group) => groups.includes(group))) {
    throw refused(`only members of ${settings.required_groups.join(", ")} may sign in`);
  }
  const text = (claim: string) =>
    typeof claims[claim] === "string" && claims[claim] !== "" ? claims[claim] : undefined;
  const email = claims["email_verified"] === false ? undefined : text("email");
  const wanted = text("preferred_username") ?? email ?? claims.sub;
  const known = {
    display_name: text("name") ?? wanted,
    email: email ?? null,
    groups: JSON.stringify(groups),
  };
  const identity = { oidc_issuer: settings.issuer, oidc_subject: claims.sub };
  const existing = await db
    .updateTable("users")
    .set(known)
    .where("oidc_issuer", "=", settings.issuer)
    .where("oidc_subject", "=", claims.sub)
    .returningAll()
    .executeTakeFirst();
  const row = existing ?? (await makeUser(db, wanted, { ...known, ...identity }, ports));
  if (row.disabled_at !== null) throw refused("the account is disabled");
  await signedIn(db, row.id, ports.clock.now_ms());
  return row;
}

type Known = Pick<UserRow, "display_name" | "email" | "oidc_issuer" | "oidc_subject"> & { readonly groups: string };

/** A name that is taken belongs to another account, and stays its own. @throws SIGN_IN_REFUSED */
async function makeUser(db: Db, name: string, known: Known, ports: Ports): Promise<UserRow> {
  try {
    return await db
      .insertInto("users")
      .values({
        id: newId("usr", ports.clock, ports.random),
        name,
        kind: "oidc",
        ...known,
        created_at: new Date(ports.clock.now_ms()),
      })
      .returningAll()
      .executeTakeFirstOrThrow();
  } catch (error) {
    if (!isUniqueViolation(error, "users_name_key")) throw error;
    throw refused(`the name ${name} belongs to another account here`, error);
  }
}

function refused(message: string, cause?: unknown) {
  return accessError("SIGN_IN_REFUSED", message, {}, cause);
}

function unavailable({ issuer }: OidcSettings, cause: unknown) {
  return accessError(
    "SIGN_IN_UNAVAILABLE",
    `the identity provider ${issuer} does not answer as one`,
    { issuer },
    cause,
  );
}
