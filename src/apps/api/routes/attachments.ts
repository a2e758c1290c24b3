import type { FastifyInstance } from "fastify";
import * as z from "zod";
import { getProject } from "../../../control/inventory/index.ts";
import { attachPolicy, detachPolicy, previewAttachment, targetText } from "../../../control/policy/index.ts";
import type { Attachment, AttachmentTarget } from "../../../model/index.ts";
import type { Db } from "../../../platform/db/index.ts";
import {
  attachmentPreviewSchema,
  type AttachmentView,
  attachmentViewSchema,
  createAttachmentRequestSchema,
  idParamsSchema,
  pageSchema,
  previewAttachmentRequestSchema,
} from "../../../protocol/index.ts";
import type { ApiDeps } from "../deps.ts";
import { type ListShape, listPage, toWire } from "../listing.ts";
import { addList, addWrite } from "../route.ts";

const SHAPE: ListShape = {
  id: "attachments.id",
  order_by: "id asc",
  fields: {
    id: { column: "attachments.id", type: "text", sortable: true },
    policy_id: { column: "attachments.policy_id", type: "text" },
    policy: { column: "policies.name", type: "text", sortable: true },
    created_at: { column: "attachments.created_at", type: "instant", sortable: true },
  },
};

export function addAttachmentRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const base = { tag: "attachments", url: "/v1/attachments" };
  addList(app, deps, {
    ...base,
    operation_id: "list_attachments",
    summary: "Attachments: which policy protects what",
    scope: "policies:read",
    response: pageSchema(attachmentViewSchema),
    run: async ({ db, query }) => {
      const rows = db
        .selectFrom("attachments")
        .innerJoin("policies", "policies.id", "attachments.policy_id")
        .selectAll("attachments")
        .select("policies.name as policy_name");
      const page = toWire(await listPage(rows, SHAPE, query));
      return { ...page, items: page.items.map(view) };
    },
  });
  addWrite(app, deps, {
    ...base,
    method: "POST",
    operation_id: "create_attachment",
    summary: "Attach a policy to whatever meets the target, now and later",
    scope: "policies:write",
    status: 201,
    body: createAttachmentRequestSchema,
    response: attachmentViewSchema,
    run: async ({ db, body }) => view(await attachPolicy(db, body.policy, await targetOf(db, body), deps)),
  });
  addWrite(app, deps, {
    ...base,
    url: "/v1/attachments/preview",
    method: "POST",
    operation_id: "preview_attachment",
    summary:
      "Which workloads an attachment, or its removal, would bring to a policy or take from it; nothing is stored",
    scope: "policies:read",
    status: 200,
    body: previewAttachmentRequestSchema,
    response: attachmentPreviewSchema,
    run: async ({ db, body }) => {
      const change = "remove" in body ? body : { policy: body.policy, target: await targetOf(db, body) };
      return toWire(await previewAttachment(db, change, deps));
    },
  });
  addWrite(app, deps, {
    ...base,
    url: "/v1/attachments/:id",
    method: "DELETE",
    operation_id: "delete_attachment",
    summary: "Detach; backups that are made already stay",
    scope: "policies:write",
    status: 200,
    params: idParamsSchema,
    response: z.object({ id: z.string() }),
    run: async ({ db, params }) => {
      await detachPolicy(db, params.id, deps);
      return { id: params.id };
    },
  });
}

async function targetOf(db: Db, { target }: z.output<typeof createAttachmentRequestSchema>): Promise<AttachmentTarget> {
  const { project, types, names, selectors } = target;
  return {
    ...(project === undefined ? {} : { project_id: (await getProject(db, project)).id }),
    ...(types === undefined ? {} : { types }),
    ...(names === undefined ? {} : { names }),
    ...(selectors === undefined ? {} : { selectors }),
  };
}

function view(attachment: Attachment): AttachmentView {
  return { ...attachment, target_text: targetText(attachment.target) };
}
