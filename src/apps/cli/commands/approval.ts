import { formatTime } from "../format.ts";
import { show } from "../output.ts";
import type { Register } from "../register.ts";
import { connectServer, idempotencyKey, type ServerOptions, unwrap } from "../server/client.ts";
import { group, PAGE_SIZE, serverCommand } from "../server/command.ts";
import { filterOf, showPages } from "../server/lists.ts";

export const register: Register = (program, io) => {
  const approval = group(program, "approval", "what takes a second person", "baas approval list");

  serverCommand(approval, "list", "List what waits for a second person.", "baas approval list")
    .option("--all", "what was decided, too")
    .action(async (options: ServerOptions & { all?: true }) => {
      const { api } = await connectServer(io, options);
      const filter = options.all === true ? {} : filterOf([["state=", "PENDING"]]);
      await showPages(io, options, {
        fetch: async (page_token) => {
          const query = { page_size: PAGE_SIZE, ...filter, ...(page_token === undefined ? {} : { page_token }) };
          return unwrap(await api.GET("/v1/approvals", { params: { query } }));
        },
        columns: [
          { title: "id", value: (row) => row.id },
          { title: "kind", value: (row) => row.kind },
          { title: "request", value: (row) => row.path },
          { title: "by", value: (row) => row.requested_by },
          { title: "state", value: (row) => row.state },
          { title: "until", value: (row) => formatTime(row.expires_at) },
          { title: "why", value: (row) => row.reason ?? "" },
        ],
        empty: "nothing waits for approval",
      });
    });

  for (const verb of ["approve", "reject"] as const) {
    const text = verb === "approve" ? "Consent to what another person asked for; it runs then." : "Refuse it.";
    serverCommand(approval, verb, text, `baas approval ${verb} apr_01m82fn4m7b1bcgh598b1rgqfe`)
      .argument("<id>", "id, see baas approval list")
      .action(async (id: string, options: ServerOptions) => {
        const { api } = await connectServer(io, options);
        const params = { path: { id }, header: idempotencyKey(io) };
        const done = unwrap(
          verb === "approve"
            ? await api.POST("/v1/approvals/{id}/approve", { params })
            : await api.POST("/v1/approvals/{id}/reject", { params }),
        );
        const job = done.result?.["job_id"];
        show(io, options, done, () => `${done.state}${typeof job === "string" ? `: job ${job} started` : ""}`);
      });
  }

  serverCommand(
    approval,
    "require",
    "Say what takes a second person: in_place_restore, delete, retention_shortening, lock_bypass, emergency_rotation.",
    "baas approval require delete --project acme-prod",
  )
    .argument("<kind>", "what")
    .option("--project <name>", "only in this project")
    .option("--off", "no longer")
    .action(async (kind: string, options: ServerOptions & { project?: string; off?: true }) => {
      const { api } = await connectServer(io, options);
      const place = options.project === undefined ? {} : { project: options.project };
      const body = { kind: kind as "delete", required: options.off !== true, ...place };
      const done = unwrap(await api.POST("/v1/approval-rules", { params: { header: idempotencyKey(io) }, body }));
      const where = options.project ?? "all projects";
      show(
        io,
        options,
        done,
        () => `${kind} in ${where} ${body.required ? "takes" : "no longer takes"} a second person`,
      );
    });
};
