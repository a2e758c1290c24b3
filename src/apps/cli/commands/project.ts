import { show } from "../output.ts";
import type { Register } from "../register.ts";
import { connectServer, idempotencyKey, type ServerOptions, unwrap } from "../server/client.ts";
import { group, PAGE_SIZE, serverCommand } from "../server/command.ts";
import { showPages } from "../server/lists.ts";
import { parseSize } from "../size.ts";
import { formatBytes, formatTime } from "../format.ts";

export const register: Register = (program, io) => {
  const example = "baas project add acme-prod --region bd-dha-1";
  const project = group(program, "project", "tenants", example);

  serverCommand(project, "add", "Add a project. Its backups go to the region named first.", example)
    .alias("create")
    .argument("<name>", "name of the project")
    .requiredOption("--region <name>", "region its backups go to")
    .option("--sandbox", "for restores: who may only restore may restore here")
    .action(async (name: string, options: ServerOptions & { region: string; sandbox?: true }) => {
      const { api } = await connectServer(io, options);
      const body = { name, region: options.region, sandbox: options.sandbox === true };
      const made = unwrap(await api.POST("/v1/projects", { params: { header: idempotencyKey(io) }, body }));
      show(io, options, made, () => `project ${made.name} (${made.id}) added`);
    });

  serverCommand(
    project,
    "quota",
    "Say how much a project may store in all regions together; `none` lifts the limit.\n" +
      "A backup that would pass it fails with StorageQuotaExceeded before it writes anything.",
    "baas project quota acme-prod 500GB",
  )
    .argument("<name>", "name or id of the project")
    .argument("<size>", "e.g. 500GB, or none")
    .action(async (name: string, size: string, options: ServerOptions) => {
      const { api } = await connectServer(io, options);
      const body = { quota_bytes: size === "none" ? null : parseSize(size) };
      const params = { path: { id: name }, header: idempotencyKey(io) };
      const set = unwrap(await api.POST("/v1/projects/{id}/quota", { params, body }));
      const text = set.quota_bytes === null ? "has no quota" : `may store ${formatBytes(set.quota_bytes)}`;
      show(io, options, set, () => `project ${set.name} ${text}`);
    });

  const shredding = "baas project shred acme-prod --confirm acme-prod";
  serverCommand(project, "shred", "Make everything of a project unreadable for good: its key is destroyed.", shredding)
    .argument("<name>", "name of the project")
    .option("--confirm <name>", "the name once more")
    .action(async (id: string, options: ServerOptions & { confirm?: string }) => {
      const { api } = await connectServer(io, options);
      const body = options.confirm === undefined ? {} : { confirm: options.confirm };
      const call = { params: { path: { id }, header: idempotencyKey(io) }, body };
      const shredded = unwrap(await api.POST("/v1/projects/{id}/shred", call));
      show(io, options, shredded, (it) => `project ${it.name} was shredded at ${formatTime(it.shredded_at)}`);
    });

  serverCommand(project, "list", "List the projects.", "baas project list").action(async (options: ServerOptions) => {
    const { api } = await connectServer(io, options);
    await showPages(io, options, {
      fetch: async (page_token) => {
        const query = { page_size: PAGE_SIZE, ...(page_token === undefined ? {} : { page_token }) };
        return unwrap(await api.GET("/v1/projects", { params: { query } }));
      },
      columns: [
        { title: "name", value: (row) => row.name },
        { title: "id", value: (row) => row.id },
        { title: "region", value: (row) => row.region_name },
        {
          title: "stored",
          value: (row) => (row.used_bytes === null ? null : formatBytes(row.used_bytes)),
          align: "right",
        },
        {
          title: "quota",
          value: (row) => (row.quota_bytes === null ? null : formatBytes(row.quota_bytes)),
          align: "right",
        },
        { title: "sandbox", value: (row) => (row.sandbox ? "yes" : "") },
        { title: "made", value: (row) => formatTime(row.created_at) },
        { title: "shredded", value: (row) => (row.shredded_at === null ? null : formatTime(row.shredded_at)) },
      ],
      empty: "no projects yet: baas project add NAME --region REGION",
    });
  });
};
