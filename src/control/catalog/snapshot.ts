import { createCipheriv, createDecipheriv, createHash } from "node:crypto";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import * as z from "zod";
import { asHoldfastError, hasCode } from "../../base/index.ts";
import type { Clock, Random } from "../../base/index.ts";
import type { KeyAdmin, KeyManager } from "../../engine/keys/index.ts";
import type { ObjectStore } from "../../engine/store/index.ts";
import type { Db } from "../../platform/db/index.ts";
import type { Logger } from "../../platform/log/index.ts";
import { listRegions } from "../inventory/index.ts";
import { regionStore } from "../repositories/index.ts";
import type { Engine } from "../repositories/index.ts";

/**
 * What people decided and jobs found out that no manifest says: attachments, policies that made no backup yet,
 * workloads without one, declared exceptions, verdicts. Sealed under a key of the key manager and kept in every region,
 * so that a lost database costs none of it. The manifests stay the truth about backups; a snapshot only adds to them.
 */
const rowsSchema = z.array(z.record(z.string(), z.unknown()));
const snapshotSchema = z.object({
  version: z.literal(1),
  projects: rowsSchema,
  workloads: rowsSchema,
  policies: rowsSchema,
  policy_versions: rowsSchema,
  attachments: rowsSchema,
  backup_verdicts: rowsSchema,
  copy_verdicts: rowsSchema,
});
export type Snapshot = z.infer<typeof snapshotSchema>;

const envelopeSchema = z.object({
  /** Names the database the snapshot came from; a rebuilt one goes on under the same name. */
  lineage: z.string(),
  manager: z.string(),
  key_id: z.string(),
  key_version: z.number().int(),
  wrapped: z.base64(),
  nonce: z.base64(),
});

export interface SnapshotPorts {
  readonly db: Db;
  readonly engine: Pick<Engine, "openStore">;
  readonly keys: KeyManager;
  readonly key_admin: Pick<KeyAdmin, "createKey">;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

const PREFIX = "catalog/";
const KEY_ALIAS = "catalog";
/** Key of the settings table. */
const LINEAGE = "catalog_lineage";
const CONTEXT = { kind: "catalog-snapshot" };
/** A region keeps this many, so that one that is damaged is not the last. */
const KEPT = 3;
const TAG_BYTES = 16;
const NONCE_BYTES = 12;
/** Name of a snapshot: milliseconds, zero-padded, so that names sort by time. */
const NAME_DIGITS = 15;
const RAW_BYTES_MAX = 1 << 30;

export interface SnapshotWriter {
  /**
   * Writes a snapshot when something has changed since the last one. A region that is away gets it the next time; one
   * that holds the snapshots of another database (a lost one, before its rebuild) is left as it is.
   */
  save(): Promise<void>;
}

export interface LoadedSnapshot {
  readonly lineage: string;
  readonly taken_at_ms: number;
  readonly snapshot: Snapshot;
}

export function createSnapshotWriter(ports: SnapshotPorts): SnapshotWriter {
  /** Hash of what each region has, by region id. */
  const written = new Map<string, string>();
  let key_id: string | undefined;
  return {
    async save() {
      const text = JSON.stringify(await collect(ports.db));
      const hash = createHash("sha256").update(text).digest("hex");
      const lineage = await ownLineage(ports);
      for (const region of await listRegions(ports.db)) {
        if (written.get(region.id) === hash) continue;
        try {
          key_id ??= await snapshotKey(ports);
          const store = await ports.engine.openStore(regionStore(region));
          try {
            const newest = (await names(store)).at(-1);
            if (newest !== undefined && envelopeOf(await store.get(newest)).lineage !== lineage) {
              ports.log.warn(
                { region: region.name },
                "the region holds another catalog's snapshot: `baas catalog rebuild`",
              );
              continue;
            }
            const bytes = await seal(Buffer.from(text), key_id, lineage, ports);
            await store.put(`${PREFIX}${String(ports.clock.now_ms()).padStart(NAME_DIGITS, "0")}`, bytes);
            for (const old of (await names(store)).slice(0, -KEPT)) await store.delete(old);
          } finally {
            await store.close();
          }
          written.set(region.id, hash);
        } catch (error) {
          ports.log.warn(
            { error: asHoldfastError(error), region: region.name },
            "the catalog's snapshot was not written",
          );
        }
      }
    },
  };
}

/** The newest snapshot a region holds that opens; undefined when there is none. */
export async function loadSnapshot(store: ObjectStore, keys: KeyManager): Promise<LoadedSnapshot | undefined> {
  let failure: unknown;
  for (const name of (await names(store)).reverse()) {
    try {
      const bytes = await store.get(name);
      const taken_at_ms = Number(name.slice(PREFIX.length));
      return { lineage: envelopeOf(bytes).lineage, taken_at_ms, snapshot: await open(bytes, keys) };
    } catch (error) {
      failure ??= error;
    }
  }
  if (failure !== undefined) throw failure;
  return undefined;
}

/** This database's name in snapshots, made with the first one. */
async function ownLineage(ports: SnapshotPorts): Promise<string> {
  await setLineage(ports.db, ports.random.bytes(12).toString("hex"), new Date(ports.clock.now_ms()));
  const row = await ports.db
    .selectFrom("settings")
    .select("value")
    .where("key", "=", LINEAGE)
    .executeTakeFirstOrThrow();
  return String(row.value);
}

/** Unless the database has one already. */
export async function setLineage(db: Db, lineage: string, now: Date): Promise<void> {
  await db
    .insertInto("settings")
    .values({ key: LINEAGE, value: JSON.stringify(lineage), updated_at: now })
    .onConflict((conflict) => conflict.column("key").doNothing())
    .execute();
}

async function collect(db: Db): Promise<Snapshot> {
  const verdict = ["id", "state", "status_reason", "verified_state", "verified_at"] as const;
  const rows = {
    version: 1,
    projects: await db.selectFrom("projects").selectAll().orderBy("id").execute(),
    workloads: await db.selectFrom("workloads").selectAll().orderBy("id").execute(),
    policies: await db.selectFrom("policies").selectAll().orderBy("id").execute(),
    policy_versions: await db
      .selectFrom("policy_versions")
      .selectAll()
      .orderBy("policy_id")
      .orderBy("version")
      .execute(),
    attachments: await db.selectFrom("attachments").selectAll().orderBy("id").execute(),
    backup_verdicts: await db
      .selectFrom("backups")
      .select(verdict)
      .where("verified_state", "<>", "UNVERIFIED")
      .orderBy("id")
      .execute(),
    copy_verdicts: await db
      .selectFrom("copies")
      .select(verdict)
      .where("verified_state", "<>", "UNVERIFIED")
      .orderBy("id")
      .execute(),
  };
  return snapshotSchema.parse(JSON.parse(JSON.stringify(rows)));
}

async function names(store: ObjectStore): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of store.list(PREFIX)) found.push(key);
  return found.sort();
}

async function snapshotKey(ports: SnapshotPorts): Promise<string> {
  try {
    return (await ports.key_admin.createKey(KEY_ALIAS)).key_id;
  } catch (error) {
    const taken = hasCode(error, "KEY_ALIAS_TAKEN") ? error.context["key_id"] : undefined;
    if (typeof taken === "string") return taken;
    throw error;
  }
}

/**
 * One line of JSON (how the data key is wrapped), a line break, AES-256-GCM of the zstd-compressed rows with that line
 * as AAD.
 */
async function seal(plain: Buffer, key_id: string, lineage: string, ports: SnapshotPorts): Promise<Buffer> {
  const data_key = ports.random.bytes(32);
  const nonce = ports.random.bytes(NONCE_BYTES);
  const wrapped = await ports.keys.wrap(key_id, data_key, CONTEXT);
  const head = Buffer.from(
    `${JSON.stringify({
      lineage,
      manager: wrapped.manager,
      key_id: wrapped.key_id,
      key_version: wrapped.key_version,
      wrapped: Buffer.from(wrapped.ciphertext).toString("base64"),
      nonce: nonce.toString("base64"),
    })}\n`,
  );
  const cipher = createCipheriv("aes-256-gcm", data_key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(head);
  return Buffer.concat([head, cipher.update(zstdCompressSync(plain)), cipher.final(), cipher.getAuthTag()]);
}

function envelopeOf(bytes: Buffer): z.infer<typeof envelopeSchema> {
  return envelopeSchema.parse(JSON.parse(bytes.toString("utf8", 0, bytes.indexOf("\n") + 1)));
}

async function open(bytes: Buffer, keys: KeyManager): Promise<Snapshot> {
  const end = bytes.indexOf("\n") + 1;
  const head = bytes.subarray(0, end);
  const { wrapped, nonce, manager, key_id, key_version } = envelopeOf(bytes);
  const ciphertext = Buffer.from(wrapped, "base64");
  const data_key = await keys.unwrap({ manager, key_id, key_version, ciphertext }, CONTEXT);
  const decipher = createDecipheriv("aes-256-gcm", data_key, Buffer.from(nonce, "base64"), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(head);
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  const packed = Buffer.concat([decipher.update(bytes.subarray(end, -TAG_BYTES)), decipher.final()]);
  const plain = zstdDecompressSync(packed, { maxOutputLength: RAW_BYTES_MAX });
  return snapshotSchema.parse(JSON.parse(plain.toString("utf8")));
}
