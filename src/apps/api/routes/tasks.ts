import type { FastifyInstance } from "fastify";
import { completeTask } from "../../../control/drill/index.ts";
import { completeTaskRequestSchema, idParamsSchema, pageSchema, taskViewSchema } from "../../../protocol/index.ts";
import type { ApiDeps } from "../deps.ts";
import { type ListShape, listPage, toWire } from "../listing.ts";
import { addList, addWrite } from "../route.ts";

const SHAPE: ListShape = {
  id: "tasks.id",
  order_by: "due_at asc",
  fields: {
    id: { column: "tasks.id", type: "text", sortable: true },
    state: { column: "tasks.state", type: "text", sortable: true },
    owner: { column: "tasks.owner", type: "text" },
    drill_id: { column: "tasks.drill_id", type: "text" },
    project_id: { column: "tasks.project_id", type: "text" },
    due_at: { column: "tasks.due_at", type: "instant", sortable: true },
  },
};

export function addTaskRoutes(app: FastifyInstance, deps: ApiDeps): void {
  addList(app, deps, {
    tag: "tasks",
    url: "/v1/tasks",
    operation_id: "list_tasks",
    summary: "What is to be done after drills, soonest due first",
    scope: "drills:read",
    response: pageSchema(taskViewSchema),
    run: async ({ db, query }) => toWire(await listPage(db.selectFrom("tasks").selectAll(), SHAPE, query)),
  });
  addWrite(app, deps, {
    tag: "tasks",
    method: "POST",
    url: "/v1/tasks/:id/done",
    params: idParamsSchema,
    operation_id: "complete_task",
    summary: "Say that a task is done",
    scope: "drills:write",
    status: 200,
    body: completeTaskRequestSchema,
    response: taskViewSchema,
    run: async ({ db, params, body, principal }) => {
      const by = { who: principal.name, ...(body.note === undefined ? {} : { note: body.note }) };
      return toWire(await completeTask(db, params.id, by, deps));
    },
  });
}
