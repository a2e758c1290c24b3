import type { FastifyInstance } from "fastify";
import { kitText, makeKit, newestKit, requestRecoveryDrill } from "../../../control/selfrecovery/index.ts";
import type { KeptKit } from "../../../control/selfrecovery/index.ts";
import { withTransaction } from "../../../platform/db/index.ts";
import {
  acceptedSchema,
  createRecoveryKitRequestSchema,
  pageSchema,
  recoveryDrillViewSchema,
  recoveryKitSchema,
} from "../../../protocol/index.ts";
import type { ApiDeps } from "../deps.ts";
import { type ListShape, listPage, toWire } from "../listing.ts";
import { addList, addRead, addWrite } from "../route.ts";

const DRILLS: ListShape = {
  id: "recovery_drills.id",
  order_by: "requested_at desc",
  fields: {
    id: { column: "recovery_drills.id", type: "text", sortable: true },
    state: { column: "recovery_drills.state", type: "text", sortable: true },
    requested_at: { column: "recovery_drills.requested_at", type: "instant", sortable: true },
  },
};

const view = (kept: KeptKit) => toWire({ ...kept, text: kitText(kept) });

export function addRecoveryRoutes(app: FastifyInstance, deps: ApiDeps): void {
  addRead(app, deps, {
    tag: "recovery",
    url: "/v1/recovery-kit",
    operation_id: "get_recovery_kit",
    summary: "The recovery kit that was made last: where the regions are, and what brings them back",
    scope: "recovery:read",
    organisation: true,
    response: recoveryKitSchema,
    run: async ({ db }) => view(await newestKit(db)),
  });
  addWrite(app, deps, {
    tag: "recovery",
    method: "POST",
    url: "/v1/recovery-kit",
    operation_id: "create_recovery_kit",
    summary: "Make the recovery kit anew, of the regions there are now",
    scope: "recovery:write",
    organisation: true,
    status: 201,
    body: createRecoveryKitRequestSchema,
    response: recoveryKitSchema,
    run: async ({ db, principal }) => view(await withTransaction(db, (tx) => makeKit(tx, principal.name, deps))),
  });
  addList(app, deps, {
    tag: "recovery",
    url: "/v1/recovery-drills",
    operation_id: "list_recovery_drills",
    summary: "Drills of the control plane, newest first",
    scope: "recovery:read",
    organisation: true,
    response: pageSchema(recoveryDrillViewSchema),
    run: async ({ db, query }) => toWire(await listPage(db.selectFrom("recovery_drills").selectAll(), DRILLS, query)),
  });
  addWrite(app, deps, {
    tag: "recovery",
    method: "POST",
    url: "/v1/recovery-drills",
    operation_id: "create_recovery_drill",
    summary: "Drill the control plane now: build it anew from the regions and the kit, and compare",
    scope: "recovery:write",
    organisation: true,
    status: 202,
    body: createRecoveryKitRequestSchema,
    response: acceptedSchema,
    run: async ({ db, principal }) => {
      const { drill_id, job_id } = await requestRecoveryDrill(db, { by: principal.name }, deps);
      return { job_id, resource_id: drill_id };
    },
  });
}
