import type { FastifyInstance } from "fastify";
import { exportBundle, lastHead, treeSize } from "../../../control/evidence/index.ts";
import { getProject, listRegions } from "../../../control/inventory/index.ts";
import { evidenceBundleSchema, evidenceExportQuerySchema, evidenceHeadSchema } from "../../../protocol/index.ts";
import type { ApiDeps } from "../deps.ts";
import { addRead } from "../route.ts";

export function addEvidenceRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const base = { tag: "evidence", scope: "evidence:read" };
  addRead(app, deps, {
    ...base,
    url: "/v1/evidence/head",
    operation_id: "get_evidence_head",
    summary: "The newest signed head of the evidence log, and the key to pin",
    response: evidenceHeadSchema,
    run: async ({ db }) => {
      const signer = await deps.signer();
      const head = await lastHead(db);
      const { pending } = await db
        .selectFrom("evidence_pending")
        .select((eb) => eb.fn.countAll<number>().as("pending"))
        .executeTakeFirstOrThrow();
      const regions = await listRegions(db);
      return {
        fingerprint: signer.fingerprint,
        public_key: { ...signer.public_key },
        day: head?.day ?? null,
        tree_size: head?.tree_size ?? 0,
        root_hash: head?.root_hash.toString("base64url") ?? null,
        jws: head?.jws ?? null,
        signed_at: head?.created_at.toISOString() ?? null,
        published_in: regions.filter(({ id }) => head?.published[id] !== undefined).map(({ name }) => name),
        leaves: await treeSize(db),
        pending: Number(pending),
      };
    },
  });
  addRead(app, deps, {
    ...base,
    url: "/v1/evidence/export",
    operation_id: "export_evidence",
    summary: "A bundle of records that proves itself offline: records, proofs, signed heads, public key",
    query: evidenceExportQuerySchema,
    response: evidenceBundleSchema,
    run: async ({ db, query }) => {
      const project_id = query.project === undefined ? undefined : (await getProject(db, query.project)).id;
      const request = {
        ...(query.from === undefined ? {} : { from_day: query.from }),
        ...(query.to === undefined ? {} : { to_day: query.to }),
        ...(project_id === undefined ? {} : { project_id }),
      };
      return exportBundle(db, request, await deps.signer(), deps);
    },
  });
}
