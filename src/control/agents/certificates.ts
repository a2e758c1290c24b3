import "reflect-metadata";
import { createHash, X509Certificate as NodeCertificate } from "node:crypto";
import * as x509 from "@peculiar/x509";
import { hasCode } from "../../base/index.ts";
import type { Random } from "../../base/index.ts";
import { GATEWAY_NAME } from "../../engine/store/index.ts";
import type { KeyAdmin } from "../../engine/keys/index.ts";
import type { Db } from "../../platform/db/index.ts";
import { AGENT_DAYS, type Authority, type AuthorityPorts } from "./authority.ts";
import { agentError } from "./errors.ts";

const SETTING = "agents.authority";
const ALIAS = "agent-authority";
const CONTEXT = { purpose: "agent-authority" };
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const DAY_MS = 86_400_000;
const AUTHORITY_DAYS = 3650;
const SERVER_DAYS = 90;
/** Clocks of hosts differ. */
const SKEW_MS = 300_000;

interface Kept {
  readonly certificate: string;
  readonly manager: string;
  readonly key_id: string;
  readonly key_version: number;
  readonly ciphertext: string;
}

/** Opens the installation's authority, or makes it. */
export async function openAuthority(ports: AuthorityPorts): Promise<Authority> {
  const kept = (await readKept(ports.db)) ?? (await makeAuthority(ports));
  const pkcs8 = await ports.keys.unwrap({ ...kept, ciphertext: Buffer.from(kept.ciphertext, "base64") }, CONTEXT);
  const signing_key = await crypto.subtle.importKey("pkcs8", Uint8Array.from(pkcs8), ALGORITHM, false, ["sign"]);
  pkcs8.fill(0);
  const issuer = new x509.X509Certificate(kept.certificate);
  const { clock, random } = ports;

  const issue = async (subject: string, public_key: x509.PublicKeyType, days: number, extensions: x509.Extension[]) => {
    const now_ms = clock.now_ms();
    const until = new Date(now_ms + days * DAY_MS);
    return {
      until,
      made: await x509.X509CertificateGenerator.create({
        serialNumber: serial(random),
        subject,
        issuer: issuer.subject,
        notBefore: new Date(now_ms - SKEW_MS),
        notAfter: until,
        signingAlgorithm: ALGORITHM,
        publicKey: public_key,
        signingKey: signing_key,
        extensions: [
          new x509.BasicConstraintsExtension(false, undefined, true),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
          await x509.AuthorityKeyIdentifierExtension.create(issuer),
          ...extensions,
        ],
      }),
    };
  };
  return {
    certificate: kept.certificate,
    fingerprint: createHash("sha256").update(Buffer.from(issuer.rawData)).digest("hex"),
    async issueServer() {
      const pair = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
      const { made, until } = await issue(`CN=${GATEWAY_NAME}`, pair.publicKey, SERVER_DAYS, [
        new x509.SubjectAlternativeNameExtension([{ type: "dns", value: GATEWAY_NAME }]),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      ]);
      const der = Buffer.from(await crypto.subtle.exportKey("pkcs8", pair.privateKey));
      const key = `-----BEGIN PRIVATE KEY-----\n${der.toString("base64")}\n-----END PRIVATE KEY-----\n`;
      return { key, certificate: made.toString("pem"), until };
    },
    async issueAgent(csr, agent_id) {
      const request = await readRequest(csr);
      const { made, until } = await issue(`CN=${agent_id}`, request.publicKey, AGENT_DAYS, [
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
      ]);
      const certificate = made.toString("pem");
      return { certificate, serial: new NodeCertificate(certificate).serialNumber, until };
    },
  };
}

async function readRequest(csr: string): Promise<x509.Pkcs10CertificateRequest> {
  try {
    const request = new x509.Pkcs10CertificateRequest(csr);
    if (await request.verify()) return request;
  } catch (error) {
    throw agentError("AGENT_REQUEST_INVALID", "the certificate request cannot be read", {}, error);
  }
  throw agentError("AGENT_REQUEST_INVALID", "the certificate request is not signed by its own key");
}

/** 127 bits, positive, never the same. */
function serial(random: Random): string {
  const bytes = Buffer.from(random.bytes(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString("hex");
}

async function readKept(db: Db): Promise<Kept | undefined> {
  const row = await db.selectFrom("settings").select("value").where("key", "=", SETTING).executeTakeFirst();
  return row?.value as Kept | undefined;
}

async function makeAuthority({ db, clock, random, keys, key_admin }: AuthorityPorts): Promise<Kept> {
  const pair = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const now_ms = clock.now_ms();
  const made = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(random),
    name: "CN=Holdfast agents",
    notBefore: new Date(now_ms - SKEW_MS),
    notAfter: new Date(now_ms + AUTHORITY_DAYS * DAY_MS),
    signingAlgorithm: ALGORITHM,
    keys: pair,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(pair.publicKey),
    ],
  });
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey("pkcs8", pair.privateKey));
  const { ciphertext, ...rest } = await keys.wrap(await masterKey(key_admin), pkcs8, CONTEXT);
  pkcs8.fill(0);
  const kept: Kept = {
    ...rest,
    certificate: made.toString("pem"),
    ciphertext: Buffer.from(ciphertext).toString("base64"),
  };
  // Another server may have been quicker: its authority is the installation's.
  await db
    .insertInto("settings")
    .values({ key: SETTING, value: JSON.stringify(kept), updated_at: new Date(clock.now_ms()) })
    .onConflict((conflict) => conflict.column("key").doNothing())
    .execute();
  return (await readKept(db)) ?? kept;
}

async function masterKey(key_admin: Pick<KeyAdmin, "createKey">): Promise<string> {
  try {
    return (await key_admin.createKey(ALIAS)).key_id;
  } catch (error) {
    const taken = hasCode(error, "KEY_ALIAS_TAKEN") ? error.context["key_id"] : undefined;
    if (typeof taken === "string") return taken;
    throw error;
  }
}
