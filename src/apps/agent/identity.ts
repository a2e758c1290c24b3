import { chmod, mkdir, open, readFile, rename } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { identityFiles } from "../../engine/store/index.ts";
import { hostError } from "./errors.ts";

/** Where this host's agent keeps itself, and where its owner tells it what it may do. */
export interface AgentPlace {
  /** 0700: key, certificate, what is under way. */
  readonly dir: string;
  /** `agent.yaml`, `hooks.d/`, `commands.d/`. */
  readonly config_dir: string;
}

export function agentPlace(env: Readonly<Record<string, string | undefined>>, dir?: string): AgentPlace {
  return {
    dir: dir ?? env["BAAS_AGENT_DIR"] ?? "/var/lib/holdfast-agent",
    config_dir: env["BAAS_AGENT_CONFIG"] ?? "/etc/holdfast-agent",
  };
}

/** Who this host is to its server; beside it lie key and certificates. */
export interface StoredIdentity {
  readonly server: string;
  readonly agent_id: string;
  readonly name: string;
  readonly project_id: string;
  readonly proxy?: string;
}

const FILE = "identity.json";

/** @throws AGENT_NOT_ENROLLED */
export async function readIdentity(dir: string): Promise<StoredIdentity> {
  try {
    return JSON.parse(await readFile(join(dir, FILE), "utf8")) as StoredIdentity;
  } catch (cause) {
    const message = `this host is not enrolled: ${join(dir, FILE)} cannot be read`;
    throw hostError("AGENT_NOT_ENROLLED", message, { dir }, cause);
  }
}

export interface NewIdentity extends StoredIdentity {
  /** PEM. */
  readonly key: string;
  readonly certificate: string;
  readonly authority: string;
}

/** The name goes last: an identity is there whole or not at all. */
export async function writeIdentity(dir: string, identity: NewIdentity): Promise<void> {
  const { key, certificate, authority, ...stored } = identity;
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await chmod(dir, 0o700);
  await writeWhole(join(dir, identityFiles.key), key);
  await writeCertificate(dir, certificate);
  await writeWhole(join(dir, identityFiles.authority), authority);
  await writeWhole(join(dir, FILE), `${JSON.stringify(stored, null, 2)}\n`);
}

/** A renewal keeps the key, so that whatever a crash leaves fits together. */
export async function writeCertificate(dir: string, certificate: string): Promise<void> {
  await writeWhole(join(dir, identityFiles.certificate), certificate);
}

async function writeWhole(path: string, text: string): Promise<void> {
  await writeSynced(`${path}.new`, text);
  await rename(`${path}.new`, path);
}

async function writeSynced(path: string, text: string): Promise<void> {
  const file = await open(path, "w", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

export const thisHost = (): string => hostname();
