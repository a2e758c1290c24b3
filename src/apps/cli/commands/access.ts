import type { Command } from "commander";
import { cliError } from "../errors.ts";
import { formatTime } from "../format.ts";
import { show } from "../output.ts";
import type { Register } from "../register.ts";
import { connectServer, idempotencyKey, type ServerOptions, unwrap } from "../server/client.ts";
import { group, PAGE_SIZE, serverCommand } from "../server/command.ts";
import { filterOf, showPages } from "../server/lists.ts";

interface SubjectOptions extends ServerOptions {
  readonly user?: string;
  readonly group?: string;
  readonly serviceAccount?: string;
  /** `--token` is who asks; this is who is asked about. */
  readonly forToken?: string;
}

interface GrantOptions extends SubjectOptions {
  readonly role: string;
  readonly project?: string;
  readonly tag?: string[];
  readonly expires?: string;
}

function withSubject(command: Command): Command {
  return command
    .option("--user <name>", "a user")
    .option("--group <name>", "a group, as the identity provider or `baas user` names it")
    .option("--service-account <name>", "a service account")
    .option("--for-token <id>", "an API token, by id or name");
}

function subjectOf(options: SubjectOptions) {
  const given = (
    [
      ["user", options.user],
      ["group", options.group],
      ["service_account", options.serviceAccount],
      ["token", options.forToken],
    ] as const
  ).flatMap(([subject_type, subject]) => (subject === undefined ? [] : [{ subject_type, subject }]));
  const [only] = given;
  if (given.length !== 1 || only === undefined) {
    throw cliError("CLI_USAGE", "name one of --user, --group, --service-account and --for-token");
  }
  return only;
}

export const register: Register = (program, io) => {
  const access = group(program, "access", "who may do what", "baas access list");

  const example = "baas access grant --role baas.builder --user rahim --project acme-prod";
  withSubject(
    serverCommand(access, "grant", "Grant a role: everywhere, in a project, or to tagged workloads.", example),
  )
    .requiredOption("--role <name>", "role, see baas role list")
    .option("--project <name>", "only in this project")
    .option("--tag <k=v...>", "only the project's workloads with this tag; may be repeated, then all must match")
    .option("--expires <instant>", "until then, e.g. 2026-12-31T00:00:00Z")
    .action(async (options: GrantOptions) => {
      const tags = (options.tag ?? []).map((text) => {
        const at = text.indexOf("=");
        if (at < 1) throw cliError("CLI_USAGE", `--tag takes key=value, not ${text}`);
        return [text.slice(0, at), text.slice(at + 1)] as const;
      });
      const body = {
        ...subjectOf(options),
        role: options.role,
        ...(options.project === undefined ? {} : { project: options.project }),
        ...(tags.length === 0 ? {} : { tags: Object.fromEntries(tags) }),
        ...(options.expires === undefined ? {} : { expires_at: options.expires }),
      };
      const { api } = await connectServer(io, options);
      const made = unwrap(await api.POST("/v1/bindings", { params: { header: idempotencyKey(io) }, body }));
      show(io, options, made, () => `${made.role} granted to ${made.subject_type} ${made.subject_name} (${made.id})`);
    });

  serverCommand(access, "revoke", "Take a role back.", "baas access revoke bnd_01m82fn4m7b1bcgh598b1rgqfe")
    .argument("<binding>", "id, see baas access list")
    .action(async (id: string, options: ServerOptions) => {
      const { api } = await connectServer(io, options);
      const gone = unwrap(await api.DELETE("/v1/bindings/{id}", { params: { path: { id } } }));
      show(io, options, gone, () => `${id} revoked`);
    });

  serverCommand(access, "list", "List who was granted which role where.", "baas access list --project acme-prod")
    .option("--project <name>", "only in this project")
    .option("--role <name>", "only this role")
    .action(async (options: ServerOptions & { project?: string; role?: string }) => {
      const { api } = await connectServer(io, options);
      const filter = filterOf([
        ["project=", options.project],
        ["role=", options.role],
      ]);
      await showPages(io, options, {
        fetch: async (page_token) => {
          const query = { page_size: PAGE_SIZE, ...filter, ...(page_token === undefined ? {} : { page_token }) };
          return unwrap(await api.GET("/v1/bindings", { params: { query } }));
        },
        columns: [
          { title: "id", value: (row) => row.id },
          { title: "who", value: (row) => `${row.subject_type} ${row.subject_name}` },
          { title: "role", value: (row) => row.role },
          { title: "project", value: (row) => row.project_name ?? "(everywhere)" },
          {
            title: "tags",
            value: (row) =>
              Object.entries(row.tags ?? {})
                .map(([key, value]) => `${key}=${value}`)
                .join(","),
          },
          { title: "until", value: (row) => (row.expires_at === null ? "" : formatTime(row.expires_at)) },
        ],
        empty: "nothing is granted: baas access grant",
      });
    });

  withSubject(
    serverCommand(
      access,
      "check",
      "May someone do something, and why. Exit code 5 when not.",
      "baas access check --user rahim --permission backups:delete --project acme-prod",
    ),
  )
    .requiredOption("--permission <permission>", "e.g. backups:delete; docs/permissions.md lists them")
    .option("--project <name>", "in this project; without it: everywhere")
    .action(async (options: SubjectOptions & { permission: string; project?: string }) => {
      const { api } = await connectServer(io, options);
      const place = options.project === undefined ? {} : { project: options.project };
      const query = { ...subjectOf(options), permission: options.permission, ...place };
      const found = unwrap(await api.GET("/v1/access/check", { params: { query } }));
      const where = options.project ?? "everywhere";
      const roles = found.grants.map((grant) => `${grant.role} (${grant.project_id ?? "everywhere"})`).join(", ");
      show(io, options, found, (it) =>
        it.allowed
          ? `yes: ${options.permission} in ${where} by ${roles}`
          : `no: ${options.permission} in ${where}${roles === "" ? "" : `; only by ${roles}`}`,
      );
      if (!found.allowed) throw cliError("CLI_NOT_ALLOWED", `${query.subject} may not ${options.permission}`);
    });
};
