import type { KeyDetail, KeyEvents, KeyView } from "../../../protocol/index.ts";
import { EXIT } from "../errors.ts";
import { formatTime } from "../format.ts";
import { note, show, showList } from "../output.ts";
import type { CliIo } from "../io.ts";
import type { Register } from "../register.ts";
import { connectServer, idempotencyKey, type ServerOptions, unwrap } from "../server/client.ts";
import { group, required, serverCommand } from "../server/command.ts";
import { type Column, renderDetails, renderTable } from "../table.ts";
import { registerRotation } from "./key-rotation.ts";

const KEYS: readonly Column<KeyView>[] = [
  { title: "key", value: (row) => row.key_id },
  { title: "project", value: (row) => row.project, shrink: true },
  { title: "region", value: (row) => row.region ?? "all others" },
  { title: "state", value: (row) => row.state },
  { title: "versions", value: (row) => row.versions.length, align: "right" },
  { title: "newest made", value: (row) => formatTime(row.versions.at(-1)?.created_at ?? null) },
];

const VERSIONS: readonly Column<KeyView["versions"][number]>[] = [
  { title: "version", value: (row) => row.version, align: "right" },
  { title: "state", value: (row) => row.state },
  { title: "made", value: (row) => formatTime(row.created_at) },
  { title: "destroyed", value: (row) => formatTime(row.destroyed_at ?? row.destroy_at) },
];

const GRANTS: readonly Column<KeyDetail["grants"][number]>[] = [
  { title: "principal", value: (row) => row.principal },
  { title: "on", value: (row) => (row.key_id === "*" ? "every key" : "this key") },
  { title: "may", value: (row) => `${row.denied ? "not " : ""}${row.rights.join(" ")}` },
];

const EVENTS: readonly Column<KeyEvents["items"][number]>[] = [
  { title: "seq", value: (row) => row.seq, align: "right" },
  { title: "at", value: (row) => formatTime(row.at) },
  { title: "principal", value: (row) => row.principal },
  { title: "action", value: (row) => row.action },
  { title: "outcome", value: (row) => row.outcome },
  { title: "key", value: (row) => row.key_id, shrink: true },
  { title: "version", value: (row) => row.key_version, align: "right" },
];

type Rights = KeyDetail["grants"][number]["rights"];

interface KeyOptions extends ServerOptions {
  readonly key?: string;
  readonly keyVersion?: number;
  readonly principal?: string;
  readonly right?: Rights;
}

const whole = (text: string) => Number(text);

export const register: Register = (program, io) => {
  const key = group(program, "key", "master keys, who may use them, rotation", "baas key list");

  serverCommand(key, "list", "List the master keys.", "baas key list").action(async (options: ServerOptions) => {
    const { api } = await connectServer(io, options);
    const { items } = unwrap(await api.GET("/v1/keys"));
    showList(io, options, items, KEYS, "no keys yet: a project gets its own with its first backup");
  });

  serverCommand(key, "show", "Show a key with its versions and who may use it.", "baas key show acme-prod")
    .argument("<key>", "id of the key, or name of its project")
    .action(async (id: string, options: ServerOptions) => {
      const { api } = await connectServer(io, options);
      show(io, options, unwrap(await api.GET("/v1/keys/{id}", { params: { path: { id } } })), detailText);
    });

  const making = "baas key create --project acme-prod";
  serverCommand(key, "create", "Make a project's key before its first backup would.", making)
    .option("--project <name>", "project the key is for")
    .action(async (options: ServerOptions & { project?: string }) => {
      const { api } = await connectServer(io, options);
      const body = { project: required(options.project, "--project") };
      const made = unwrap(await api.POST("/v1/keys", { params: { header: idempotencyKey(io) }, body }));
      show(io, options, made, () => `key ${made?.key_id} made`);
    });

  for (const what of ["disable", "enable"] as const) {
    const does =
      what === "disable"
        ? "Take a key, or one version, out of use: what it protects can neither be written nor read."
        : "Use a key, or one version, again.";
    serverCommand(key, what, does, `baas key ${what} acme-prod --key-version 1`)
      .argument("<key>", "id of the key, or name of its project")
      .option("--key-version <n>", "only this version", whole)
      .action(async (id: string, options: KeyOptions) => {
        const { api } = await connectServer(io, options);
        const body = options.keyVersion === undefined ? {} : { version: options.keyVersion };
        const call = { params: { path: { id }, header: idempotencyKey(io) }, body };
        const path = what === "disable" ? "/v1/keys/{id}/disable" : "/v1/keys/{id}/enable";
        show(io, options, unwrap(await api.POST(path, call)), detailText);
      });
  }

  for (const what of ["grant", "revoke"] as const) {
    const does =
      what === "grant"
        ? "Let a principal use a key."
        : "Deny a principal the use of a key. Without `unwrap` and `wrap` for `server`, backups of the project fail.";
    serverCommand(key, what, does, `baas key ${what} --key acme-prod --principal server --right wrap unwrap`)
      .option("--key <key>", "id of the key, or name of its project")
      .option("--principal <name>", "e.g. server")
      .option("--right <right...>", "wrap, unwrap, describe, admin")
      .action(async (options: KeyOptions) => {
        const { api } = await connectServer(io, options);
        const id = required(options.key, "--key");
        const body = {
          principal: required(options.principal, "--principal"),
          rights: (required(options.right?.join(), "--right"), options.right as Rights),
        };
        const call = { params: { path: { id }, header: idempotencyKey(io) }, body };
        const path = what === "grant" ? "/v1/keys/{id}/grant" : "/v1/keys/{id}/revoke";
        show(io, options, unwrap(await api.POST(path, call)), detailText);
      });
  }
  registerRotation(key, io);
  registerLog(key, io);
};

function registerLog(key: Parameters<typeof serverCommand>[0], io: CliIo): void {
  serverCommand(key, "events", "Show the key manager's log of uses and changes.", "baas key events --key acme-prod")
    .option("--key <key>", "only of this key: its id, or the name of its project")
    .option("--principal <name>", "only by this principal")
    .option("--action <action>", "only this action, e.g. key.rotate")
    .option("--after <seq>", "only what came after this entry", whole)
    .option("--limit <n>", "how many at most, up to 1000", whole, 100)
    .action(async (options: KeyOptions & { action?: string; after?: number; limit: number }) => {
      const { api } = await connectServer(io, options);
      const { key: of, principal, action, after: after_seq, limit } = options;
      const query = { key: of, principal, action, after_seq, limit };
      const given = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined));
      const page = unwrap(await api.GET("/v1/key-events", { params: { query: given } }));
      show(io, options, page, ({ items }) =>
        items.length === 0 ? "no entries" : renderTable(items, EVENTS, undefined),
      );
      if (page.next_after_seq !== null) note(io, options, `more with --after ${page.next_after_seq}`);
    });

  serverCommand(key, "verify-log", "Recompute the hash chain of the key manager's log.", "baas key verify-log")
    .option("--seq <n>", "number of an entry you remember", whole)
    .option("--hash <hash>", "the hash it had")
    .action(async (options: ServerOptions & { seq?: number; hash?: string }) => {
      const { api } = await connectServer(io, options);
      const { seq, hash } = options;
      const query = seq === undefined || hash === undefined ? {} : { seq, hash };
      const verdict = unwrap(await api.GET("/v1/key-events/verification", { params: { query } }));
      show(io, options, verdict, ({ ok, entries_count, head, first_broken }) =>
        ok
          ? `intact: ${entries_count} entries; remember entry ${head.seq} with hash ${head.hash}`
          : `BROKEN at ${first_broken?.segment}:${first_broken?.line}: ${first_broken?.reason}`,
      );
      if (!verdict.ok) io.exit_code = EXIT.failed;
    });
}

function detailText(key: KeyDetail): string {
  return [
    renderDetails([
      ["key", key.key_id],
      ["project", key.project],
      ["region", key.region],
      ["state", key.state],
      ["made", formatTime(key.created_at)],
    ]),
    renderTable(key.versions, VERSIONS, undefined),
    renderTable(key.grants, GRANTS, undefined),
  ].join("\n\n");
}
