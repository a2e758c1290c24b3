import { createWriteStream } from "node:fs";
import { once } from "node:events";
import { cliError } from "../errors.ts";
import { formatTime } from "../format.ts";
import { note, show } from "../output.ts";
import type { Register } from "../register.ts";
import { connectServer, type ServerOptions, unwrap } from "../server/client.ts";
import { group, PAGE_SIZE, serverCommand } from "../server/command.ts";
import { filterOf, showPages } from "../server/lists.ts";

interface SearchOptions extends ServerOptions {
  readonly actor?: string;
  readonly action?: string;
  readonly subject?: string;
  readonly since?: string;
  readonly until?: string;
}

function search(options: SearchOptions) {
  return filterOf([
    ["actor=", options.actor],
    ["action=", options.action],
    ["subject=", options.subject],
    ["time>=", options.since],
    ["time<", options.until],
  ]);
}

export const register: Register = (program, io) => {
  const audit = group(program, "audit", "who did what", "baas audit list --action delete_backup");
  const searchable = (name: string, text: string, example: string) =>
    serverCommand(audit, name, text, example)
      .option("--actor <name>", "by whom")
      .option("--action <operation>", "what, e.g. delete_backup")
      .option("--subject <id>", "about what")
      .option("--since <instant>", "e.g. 2026-05-01T00:00:00Z")
      .option("--until <instant>", "before then");

  searchable("list", "List the audit log, newest first.", "baas audit list --actor rahim").action(
    async (options: SearchOptions) => {
      const { api } = await connectServer(io, options);
      await showPages(io, options, {
        fetch: async (page_token) => {
          const query = {
            page_size: PAGE_SIZE,
            ...search(options),
            ...(page_token === undefined ? {} : { page_token }),
          };
          return unwrap(await api.GET("/v1/audit", { params: { query } }));
        },
        columns: [
          { title: "no.", value: (row) => String(row.sequence), align: "right" },
          { title: "time", value: (row) => formatTime(row.time) },
          { title: "who", value: (row) => row.actor_name },
          { title: "from", value: (row) => row.address },
          { title: "action", value: (row) => row.action },
          { title: "subject", value: (row) => row.subject ?? "" },
          { title: "outcome", value: (row) => `${row.outcome} ${row.status}` },
          { title: "why", value: (row) => row.reason ?? "" },
        ],
        empty: "no entries",
      });
    },
  );

  searchable("export", "Write the audit log as JSON lines, oldest first.", "baas audit export --output audit.jsonl")
    .option("--output <file>", "by default standard output")
    .action(async (options: SearchOptions & { output?: string }) => {
      const { api } = await connectServer(io, options);
      const out = options.output === undefined ? io.stdout : createWriteStream(options.output, { mode: 0o600 });
      let entries = 0;
      for (let token: string | undefined, first = true; first || token !== undefined; first = false) {
        const page = {
          page_size: PAGE_SIZE,
          order_by: "sequence asc",
          ...(token === undefined ? {} : { page_token: token }),
        };
        const answer = unwrap(await api.GET("/v1/audit", { params: { query: { ...page, ...search(options) } } }));
        for (const entry of answer.items) if (!out.write(`${JSON.stringify(entry)}\n`)) await once(out, "drain");
        entries += answer.items.length;
        token = answer.next_page_token ?? undefined;
      }
      if (options.output === undefined) return;
      out.end();
      await once(out, "close");
      note(io, options, `${entries} entries written to ${options.output}`);
    });

  serverCommand(
    audit,
    "verify",
    "Recompute the log's chain of hashes. Exit code 1 when it is broken.\nKeep the head it prints elsewhere: a log that was cut off at its end shows by it.",
    "baas audit verify",
  ).action(async (options: ServerOptions) => {
    const { api } = await connectServer(io, options);
    const verdict = unwrap(await api.GET("/v1/audit/verify", {}));
    show(io, options, verdict, (it) =>
      it.valid
        ? `valid: ${it.entries} entries, head ${it.head.sequence} ${it.head.hash}`
        : `broken at entry ${it.broken_at}: ${it.detail}`,
    );
    if (!verdict.valid) {
      throw cliError("CLI_VERDICT_INVALID", `the audit log is broken at entry ${verdict.broken_at}`, {});
    }
  });
};
