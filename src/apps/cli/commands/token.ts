import { formatTime } from "../format.ts";
import { show } from "../output.ts";
import type { Register } from "../register.ts";
import { connectServer, idempotencyKey, type ServerOptions, unwrap } from "../server/client.ts";
import { group, PAGE_SIZE, serverCommand } from "../server/command.ts";
import { filterOf, showPages } from "../server/lists.ts";

interface CreateOptions extends ServerOptions {
  readonly scope?: string[];
  readonly owner?: string;
  readonly expires?: string;
}

export const register: Register = (program, io) => {
  const example = "baas token create ci --owner ci-robot --scope backups:write --expires 2027-01-01T00:00:00Z";
  const token = group(program, "token", "API tokens", example);

  serverCommand(
    token,
    "create",
    "Make an API token; its secret is shown this once.\n" +
      "Without an owner it may do what its scopes say, everywhere, and what is granted to it; with one, what both allow.",
    example,
  )
    .argument("<name>", "what it is for")
    .option("--scope <permission...>", "e.g. backups:read; may be repeated")
    .option("--owner <name>", "user or service account it acts for")
    .option("--expires <instant>", "until then, e.g. 2026-12-31T00:00:00Z")
    .action(async (name: string, options: CreateOptions) => {
      const { api } = await connectServer(io, options);
      const body = {
        name,
        scopes: options.scope ?? [],
        ...(options.owner === undefined ? {} : { owner: options.owner }),
        ...(options.expires === undefined ? {} : { expires_at: options.expires }),
      };
      const made = unwrap(await api.POST("/v1/tokens", { params: { header: idempotencyKey(io) }, body }));
      show(
        io,
        options,
        made,
        () => `token ${made.name} (${made.id}) made. Keep it, it is not shown again:\n${made.secret}`,
      );
    });

  serverCommand(token, "list", "List the tokens, with their last use.", "baas token list")
    .option("--all", "revoked ones too")
    .action(async (options: ServerOptions & { all?: true }) => {
      const { api } = await connectServer(io, options);
      const filter = options.all === true ? filterOf([]) : { filter: "revoked_at=null" };
      await showPages(io, options, {
        fetch: async (page_token) => {
          const query = { page_size: PAGE_SIZE, ...filter, ...(page_token === undefined ? {} : { page_token }) };
          return unwrap(await api.GET("/v1/tokens", { params: { query } }));
        },
        columns: [
          { title: "id", value: (row) => row.id },
          { title: "name", value: (row) => row.name },
          { title: "owner", value: (row) => row.user_name ?? "" },
          { title: "scopes", value: (row) => row.scopes.join(",") },
          { title: "last used", value: (row) => (row.last_used_at === null ? "never" : formatTime(row.last_used_at)) },
          { title: "until", value: (row) => (row.expires_at === null ? "" : formatTime(row.expires_at)) },
          { title: "revoked", value: (row) => (row.revoked_at === null ? "" : formatTime(row.revoked_at)) },
        ],
        empty: "no tokens",
      });
    });

  serverCommand(token, "revoke", "Revoke a token: from now on it is refused.", "baas token revoke tok_01m82fn4m7b1bc…")
    .argument("<id>", "id of the token")
    .action(async (id: string, options: ServerOptions) => {
      const { api } = await connectServer(io, options);
      const gone = unwrap(await api.DELETE("/v1/tokens/{id}", { params: { path: { id } } }));
      show(io, options, gone, () => `token ${gone.name} (${id}) revoked`);
    });
};
