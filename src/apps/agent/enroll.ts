import "reflect-metadata";
import { createHash, createPrivateKey } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as x509 from "@peculiar/x509";
import { hasCode } from "../../base/index.ts";
import { connectAs, identityFiles, peekAuthority } from "../../engine/store/index.ts";
import { AGENT_PROTOCOL } from "../../protocol/index.ts";
import { postEnrolment } from "./api.ts";
import { hostError } from "./errors.ts";
import { readIdentity, type StoredIdentity, thisHost, writeIdentity } from "./identity.ts";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
/** `hfa_SECRET.FINGERPRINT` */
const TOKEN = /^hfa_([\w-]{20,})\.([0-9a-f]{64})$/;

export interface EnrollOptions {
  readonly dir: string;
  readonly server: string;
  readonly token: string;
  readonly version: string;
  readonly proxy?: string;
  readonly replace?: boolean;
}

/**
 * Makes this host an agent: a key that never leaves it, and a certificate for it. The server is known by the
 * fingerprint in the token before the token is said.
 * @throws AGENT_ENROLLED_ALREADY, AGENT_TOKEN_MALFORMED, AGENT_SERVER_STRANGE, AGENT_TOKEN_INVALID
 */
export async function enroll(options: EnrollOptions): Promise<StoredIdentity> {
  const { dir, server, token, version, proxy } = options;
  if (options.replace !== true) await refuseEnrolled(dir);
  const [, secret, fingerprint] = TOKEN.exec(token.trim()) ?? [];
  if (secret === undefined || fingerprint === undefined) {
    throw hostError("AGENT_TOKEN_MALFORMED", "that is no token of `baas agent token create`");
  }
  const shown = await peekAuthority(server, proxy);
  if (createHash("sha256").update(shown).digest("hex") !== fingerprint) {
    throw hostError("AGENT_SERVER_STRANGE", `${server} is not the server that made the token`, { server });
  }
  const ca = new x509.X509Certificate(Uint8Array.from(shown)).toString("pem");
  const pair = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const connection = connectAs({ ca }, { url: server, protocol: AGENT_PROTOCOL.max, ...(proxy ? { proxy } : {}) });
  try {
    const request = { token: secret, csr: await requestOf(pair), hostname: thisHost(), version };
    const { agent_id, name, project_id, certificate, authority } = await postEnrolment(connection, request);
    const stored = { server, agent_id, name, project_id, ...(proxy === undefined ? {} : { proxy }) };
    await writeIdentity(dir, { ...stored, key: await pemOf(pair.privateKey), certificate, authority });
    return stored;
  } finally {
    connection.close();
  }
}

async function refuseEnrolled(dir: string): Promise<void> {
  let found: StoredIdentity;
  try {
    found = await readIdentity(dir);
  } catch (error) {
    if (hasCode(error, "AGENT_NOT_ENROLLED")) return;
    throw error;
  }
  throw hostError("AGENT_ENROLLED_ALREADY", `this host is agent ${found.name} of ${found.server}`, { dir });
}

/** A request for a new certificate for the key that is there. */
export async function renewalRequest(dir: string): Promise<string> {
  const key = createPrivateKey(await readFile(join(dir, identityFiles.key)));
  const pkcs8 = Uint8Array.from(key.export({ format: "der", type: "pkcs8" }));
  const privateKey = await crypto.subtle.importKey("pkcs8", pkcs8, ALGORITHM, true, ["sign"]);
  const { d: _, ...jwk } = await crypto.subtle.exportKey("jwk", privateKey);
  const publicKey = await crypto.subtle.importKey("jwk", { ...jwk, key_ops: ["verify"] }, ALGORITHM, true, ["verify"]);
  return requestOf({ privateKey, publicKey });
}

async function requestOf(keys: CryptoKeyPair): Promise<string> {
  const name = "CN=holdfast-agent";
  const request = await x509.Pkcs10CertificateRequestGenerator.create({ name, keys, signingAlgorithm: ALGORITHM });
  return request.toString("pem");
}

async function pemOf(key: CryptoKey): Promise<string> {
  const der = Buffer.from(await crypto.subtle.exportKey("pkcs8", key));
  return `-----BEGIN PRIVATE KEY-----\n${der.toString("base64")}\n-----END PRIVATE KEY-----\n`;
}
