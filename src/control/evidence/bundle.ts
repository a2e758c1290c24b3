import type { JWK } from "jose";
import * as z from "zod";
import type { Clock } from "../../base/index.ts";
import type { Db } from "../../platform/db/index.ts";
import { appendPending, nodeReader } from "./append.ts";
import { evidenceError } from "./errors.ts";
import { interimHead, lastHead } from "./heads.ts";
import { consistencyProof, inclusionProof } from "./merkle.ts";
import type { Hash } from "./merkle.ts";
import type { Signer } from "./signer.ts";

export const BUNDLE_FORMAT = "holdfast-evidence-1";
const RECORDS_MAX = 200_000;

const text = z.string();
/** One file that proves itself: records, proofs, heads, public key. */
export const bundleSchema = z.strictObject({
  format: z.literal(BUNDLE_FORMAT),
  exported_at: text,
  public_key: z.record(text, z.unknown()),
  /** Leaves before the first record. */
  first_index: z.number().int().min(0),
  /** Oldest first. The first one is of the day before the records, where there is one. */
  heads: z.array(text).min(1),
  /** Between each head and the next. */
  consistency: z.array(z.array(text)),
  records: z.array(
    z.strictObject({
      index: z.number().int().min(0),
      /** Null: belongs to another project; its hash still counts. */
      record: text.nullable(),
      leaf_hash: text.optional(),
      proof: z.array(text),
    }),
  ),
});
export type EvidenceBundle = z.infer<typeof bundleSchema>;

export interface ExportRequest {
  /** UTC days, inclusive; without them from the beginning until now. */
  readonly from_day?: string;
  readonly to_day?: string;
  /** Show only this project's records, and of the others their hashes. */
  readonly project_id?: string;
}

/** @throws EVIDENCE_RANGE_INVALID, EVIDENCE_TOO_LARGE, KEY_* */
export async function exportBundle(
  db: Db,
  request: ExportRequest,
  signer: Signer,
  ports: { readonly clock: Clock },
): Promise<EvidenceBundle> {
  const { from_day, to_day } = request;
  if (from_day !== undefined && to_day !== undefined && from_day > to_day) {
    throw evidenceError("EVIDENCE_RANGE_INVALID", `${from_day} is after ${to_day}`, { from_day, to_day });
  }
  await appendPending(db, ports);
  const last = await lastHead(db);
  const heads = await db
    .selectFrom("evidence_heads")
    .selectAll()
    .where("day", "<=", to_day ?? "9999-12-31")
    .where("day", ">=", from_day ?? "0000-01-01")
    .orderBy("day")
    .execute();
  const before =
    from_day === undefined
      ? undefined
      : await db
          .selectFrom("evidence_heads")
          .selectAll()
          .where("day", "<", from_day)
          .orderBy("day", "desc")
          .limit(1)
          .executeTakeFirst();
  const until_now = to_day === undefined || last === undefined || to_day > last.day;
  const all = [
    ...(before === undefined ? [] : [before]),
    ...heads,
    ...(until_now ? [await interimHead(db, signer, ports)] : []),
  ];
  const first_index = before?.tree_size ?? 0;
  const size = all.at(-1)?.tree_size ?? 0;
  if (all.length === 0) throw evidenceError("EVIDENCE_RANGE_INVALID", "no head was signed on these days", {});
  if (size - first_index > RECORDS_MAX) {
    throw evidenceError("EVIDENCE_TOO_LARGE", `${size - first_index} records; a bundle holds ${RECORDS_MAX}`, {});
  }
  const read = nodeReader(db, await loadNodes(db, first_index, size));
  const consistency: string[][] = [];
  for (const [i, head] of all.entries()) {
    const next = all[i + 1];
    if (next !== undefined) consistency.push(encode(await consistencyProof(read, head.tree_size, next.tree_size)));
  }
  const rows = await db
    .selectFrom("evidence_leaves")
    .select(["leaf_index", "record", "leaf_hash", "project_id"])
    .where("leaf_index", ">=", first_index)
    .where("leaf_index", "<", size)
    .orderBy("leaf_index")
    .execute();
  const records: EvidenceBundle["records"] = [];
  for (const { leaf_index, record, leaf_hash, project_id } of rows) {
    const hidden = request.project_id !== undefined && project_id !== null && project_id !== request.project_id;
    const proof = encode(await inclusionProof(read, leaf_index, size));
    records.push(
      hidden
        ? { index: leaf_index, record: null, leaf_hash: leaf_hash.toString("base64url"), proof }
        : { index: leaf_index, record, proof },
    );
  }
  return {
    format: BUNDLE_FORMAT,
    exported_at: new Date(ports.clock.now_ms()).toISOString(),
    public_key: signer.public_key as JWK as Record<string, unknown>,
    first_index,
    heads: all.map((head) => head.jws),
    consistency,
    records,
  };
}

function encode(hashes: readonly Hash[]): string[] {
  return hashes.map((hash) => hash.toString("base64url"));
}

/** Nodes around the exported leaves, in one query; the few others are read one by one. */
async function loadNodes(db: Db, from: number, to: number): Promise<Map<string, Hash>> {
  const known = new Map<string, Hash>();
  const levels = Math.ceil(Math.log2(Math.max(2, to)));
  for (let level = 1; level <= levels; level++) {
    const rows = await db
      .selectFrom("evidence_nodes")
      .select(["node_index", "hash"])
      .where("level", "=", level)
      .where("node_index", ">=", Math.floor(from / 2 ** level) - 1)
      .where("node_index", "<=", Math.ceil(to / 2 ** level) + 1)
      .execute();
    for (const row of rows) known.set(`${level}:${row.node_index}`, row.hash);
  }
  const leaves = await db
    .selectFrom("evidence_leaves")
    .select(["leaf_index", "leaf_hash"])
    .where("leaf_index", ">=", from - 1)
    .where("leaf_index", "<=", to)
    .execute();
  for (const row of leaves) known.set(`0:${row.leaf_index}`, row.leaf_hash);
  return known;
}
