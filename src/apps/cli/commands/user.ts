import { createInterface } from "node:readline/promises";
import { formatTime } from "../format.ts";
import type { CliIo } from "../io.ts";
import { show } from "../output.ts";
import type { Register } from "../register.ts";
import { connectServer, idempotencyKey, type ServerOptions, unwrap } from "../server/client.ts";
import { group, PAGE_SIZE, serverCommand } from "../server/command.ts";
import { showPages } from "../server/lists.ts";

interface UserOptions extends ServerOptions {
  readonly service?: true;
  readonly email?: string;
  readonly displayName?: string;
  readonly group?: string[];
  readonly passwordStdin?: true;
  readonly disable?: true;
  readonly enable?: true;
  readonly resetTotp?: true;
  readonly removePasskeys?: true;
  readonly unlock?: true;
}

export const register: Register = (program, io) => {
  const example = "baas user add rahim --password-stdin < password.txt";
  const user = group(program, "user", "people and service accounts", example);

  serverCommand(
    user,
    "add",
    "Add a local user, or a service account.",
    `${example}\n  $ baas user add ci-robot --service`,
  )
    .argument("<name>", "name to sign in with")
    .option("--service", "a service account: it has tokens, and no password")
    .option("--password-stdin", "read the password from standard input: its first line")
    .option("--email <address>", "e-mail address")
    .option("--display-name <text>", "name in full")
    .option("--group <name...>", "groups; may be repeated")
    .action(async (name: string, options: UserOptions) => {
      const { api } = await connectServer(io, options);
      const body = {
        name,
        kind: options.service === true ? ("service" as const) : ("local" as const),
        ...(await changesOf(io, options)),
      };
      const made = unwrap(await api.POST("/v1/users", { params: { header: idempotencyKey(io) }, body }));
      show(io, options, made, () => `${made.kind} ${made.name} (${made.id}) added`);
    });

  serverCommand(user, "set", "Change a user. A new password ends all its sessions.", "baas user set rahim --unlock")
    .argument("<name>", "name or id")
    .option("--password-stdin", "read the new password from standard input: its first line")
    .option("--email <address>", "e-mail address")
    .option("--display-name <text>", "name in full")
    .option("--group <name...>", "these groups, and no others")
    .option("--disable", "refuse it from now on, its tokens and sessions too")
    .option("--enable", "let it in again")
    .option("--unlock", "end the lock that failed sign-ins caused")
    .option("--reset-totp", "take its second factor away")
    .option("--remove-passkeys", "take its passkeys away")
    .action(async (name: string, options: UserOptions) => {
      const { api } = await connectServer(io, options);
      const body = {
        ...(await changesOf(io, options)),
        ...(options.disable === true ? { disabled: true } : options.enable === true ? { disabled: false } : {}),
        ...(options.unlock === true ? { unlock: true } : {}),
        ...(options.resetTotp === true ? { reset_totp: true } : {}),
        ...(options.removePasskeys === true ? { remove_passkeys: true } : {}),
      };
      const made = unwrap(await api.PATCH("/v1/users/{id}", { params: { path: { id: name } }, body }));
      show(io, options, made, () => `${made.name} changed`);
    });

  serverCommand(user, "list", "List users and service accounts.", "baas user list").action(
    async (options: ServerOptions) => {
      const { api } = await connectServer(io, options);
      await showPages(io, options, {
        fetch: async (page_token) => {
          const query = { page_size: PAGE_SIZE, ...(page_token === undefined ? {} : { page_token }) };
          return unwrap(await api.GET("/v1/users", { params: { query } }));
        },
        columns: [
          { title: "name", value: (row) => row.name },
          { title: "id", value: (row) => row.id },
          { title: "kind", value: (row) => row.kind },
          { title: "groups", value: (row) => row.groups.join(",") },
          { title: "second factor", value: (row) => (row.totp ? "yes" : "") },
          { title: "last sign-in", value: (row) => (row.last_login_at === null ? "" : formatTime(row.last_login_at)) },
          { title: "disabled", value: (row) => (row.disabled ? "yes" : "") },
        ],
        empty: "no users: baas user add NAME",
      });
    },
  );
};

async function changesOf(io: CliIo, options: UserOptions) {
  return {
    ...(options.passwordStdin === true ? { password: await firstLine(io) } : {}),
    ...(options.email === undefined ? {} : { email: options.email }),
    ...(options.displayName === undefined ? {} : { display_name: options.displayName }),
    ...(options.group === undefined ? {} : { groups: options.group }),
  };
}

async function firstLine(io: CliIo): Promise<string> {
  const lines = createInterface({ input: io.stdin });
  try {
    for await (const line of lines) return line;
    return "";
  } finally {
    lines.close();
  }
}
