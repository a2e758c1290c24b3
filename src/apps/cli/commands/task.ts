import type { TaskView } from "../../../protocol/index.ts";
import { formatTime } from "../format.ts";
import { show } from "../output.ts";
import type { Register } from "../register.ts";
import { connectServer, idempotencyKey, type ServerOptions, unwrap } from "../server/client.ts";
import { group, PAGE_SIZE, serverCommand } from "../server/command.ts";
import { filterOf, showPages } from "../server/lists.ts";
import type { Column } from "../table.ts";

const COLUMNS: readonly Column<TaskView>[] = [
  { title: "id", value: (row) => row.id },
  { title: "due", value: (row) => formatTime(row.due_at) },
  { title: "owner", value: (row) => row.owner },
  { title: "state", value: (row) => row.state.toLowerCase() },
  { title: "what", value: (row) => `${row.title}: ${row.details}`, shrink: true },
];

export const register: Register = (program, io) => {
  const task = group(program, "task", "what is to be done after drills", "baas task list");
  serverCommand(task, "list", "List open tasks, soonest due first.", "baas task list --owner ops@acme.example")
    .option("--all", "done ones, too")
    .option("--owner <who>", "only of this owner")
    .action(async (options: ServerOptions & { all?: true; owner?: string }) => {
      const { api } = await connectServer(io, options);
      const filter = filterOf([
        ["state=", options.all === true ? undefined : "OPEN"],
        ["owner=", options.owner],
      ]);
      await showPages(io, options, {
        fetch: async (page_token) => {
          const query = { page_size: PAGE_SIZE, ...filter, ...(page_token === undefined ? {} : { page_token }) };
          return unwrap(await api.GET("/v1/tasks", { params: { query } }));
        },
        columns: COLUMNS,
        empty: "nothing is to be done",
      });
    });
  serverCommand(task, "done", "Say that a task is done.", 'baas task done tsk_… --note "role granted again"')
    .argument("<id>", "id of the task")
    .option("--note <text>", "what was done")
    .action(async (id: string, options: ServerOptions & { note?: string }) => {
      const { api } = await connectServer(io, options);
      const body = options.note === undefined ? {} : { note: options.note };
      const params = { path: { id }, header: idempotencyKey(io) };
      const done = unwrap(await api.POST("/v1/tasks/{id}/done", { params, body }));
      show(io, options, done, (it) => `${it.id} done: ${it.title}`);
    });
};
