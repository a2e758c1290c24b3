import { show } from "../output.ts";
import type { Register } from "../register.ts";
import { connectServer, idempotencyKey, type ServerOptions, unwrap } from "../server/client.ts";
import { group, serverCommand } from "../server/command.ts";
import { renderDetails, renderTable } from "../table.ts";

export const register: Register = (program, io) => {
  const role = group(program, "role", "names for permissions", "baas role list");

  serverCommand(role, "list", "List the roles, built-in ones first.", "baas role list").action(
    async (options: ServerOptions) => {
      const { api } = await connectServer(io, options);
      const { items } = unwrap(await api.GET("/v1/roles", {}));
      show(io, options, items, (rows) =>
        renderTable(rows, [
          { title: "name", value: (row) => row.name },
          { title: "may", value: (row) => row.description || row.permissions.join(", ") },
          { title: "built in", value: (row) => (row.builtin ? "yes" : "") },
        ]),
      );
    },
  );

  serverCommand(role, "show", "Show a role's permissions.", "baas role show baas.restore-operator")
    .argument("<name>", "name of the role")
    .action(async (name: string, options: ServerOptions) => {
      const { api } = await connectServer(io, options);
      const found = unwrap(await api.GET("/v1/roles/{id}", { params: { path: { id: name } } }));
      show(io, options, found, (it) =>
        renderDetails([
          ["name", it.name],
          ["may", it.description],
          ["permissions", it.permissions.join(", ")],
        ]),
      );
    });

  const example = "baas role create drill-operator --permission '*:read' --permission drills:write";
  serverCommand(role, "create", "Make a role of permissions; docs/permissions.md lists them.", example)
    .argument("<name>", "name of the role")
    .requiredOption("--permission <permission...>", "e.g. backups:read, backups:*, *:read; may be repeated")
    .option("--description <text>", "what it is for")
    .action(async (name: string, options: ServerOptions & { permission: string[]; description?: string }) => {
      const { api } = await connectServer(io, options);
      const body = { name, permissions: options.permission, description: options.description ?? "" };
      const made = unwrap(await api.POST("/v1/roles", { params: { header: idempotencyKey(io) }, body }));
      show(io, options, made, () => `role ${made.name} made`);
    });

  serverCommand(role, "delete", "Delete a role that is granted to nobody.", "baas role delete drill-operator")
    .argument("<name>", "name of the role")
    .action(async (name: string, options: ServerOptions) => {
      const { api } = await connectServer(io, options);
      const gone = unwrap(await api.DELETE("/v1/roles/{id}", { params: { path: { id: name } } }));
      show(io, options, gone, () => `role ${name} deleted`);
    });
};
