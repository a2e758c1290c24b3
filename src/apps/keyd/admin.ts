import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { type KeyRight, keyError } from "../../engine/keys/index.ts";
import { connectKeyManager, type KeyManagerClient } from "../../engine/keyservice/index.ts";
import * as local from "../../engine/keystore/index.ts";

/** Where the key manager is, and who asks. */
interface Global {
  socket?: string;
  tokenFile?: string;
}

type KeyOptions = Global & { key: string; version?: number };
type GrantOptions = Global & { principal: string; key: string; right: KeyRight[] };

/** The administrator's verbs: each one call to a running key manager, its answer as JSON on stdout. */
export function addAdminCommands(program: Command): void {
  const add = <O extends Global>(
    name: string,
    description: string,
    run: (keys: KeyManagerClient, options: O) => unknown,
  ) =>
    program
      .command(name)
      .description(description)
      .requiredOption("--token-file <file>", "file with the token of the principal who asks")
      .action(async (_options: O, command: Command) => {
        // The socket is an option of the program itself, so it may stand before or after the verb.
        const options = command.optsWithGlobals<O>();
        if (options.socket === undefined) throw keyError("KEY_REQUEST_INVALID", "--socket is missing");
        const token = (await readFile(options.tokenFile ?? "", "utf8")).trim();
        const keys = connectKeyManager({ socket_path: options.socket, token });
        try {
          process.stdout.write(`${JSON.stringify((await run(keys, options)) ?? {}, null, 2)}\n`);
        } finally {
          keys.close();
        }
      });
  const onKey = (command: Command) => command.requiredOption("--key <id>", "cmk_…");
  const onVersion = (command: Command) => onKey(command).option("--version <n>", "only this version", Number);
  const onGrant = (command: Command) =>
    command
      .requiredOption("--principal <name>")
      .requiredOption("--key <id>", "cmk_…, or '*' for every key")
      .requiredOption("--right <right...>", local.KEY_RIGHTS.join(", "));
  const onPrincipal = (command: Command) => command.requiredOption("--principal <name>");

  add("create", "create a key", (keys, { alias }: Global & { alias: string }) => keys.createKey(alias)) //
    .requiredOption("--alias <name>");
  add("list", "list keys", (keys) => keys.listKeys());
  onKey(add("describe", "show a key", (keys, { key }: KeyOptions) => keys.describeKey(key)));
  onKey(add("rotate", "add a version", (keys, { key }: KeyOptions) => keys.rotateKey(key)));
  onVersion(add("disable", "disable a key", (keys, { key, version }: KeyOptions) => keys.disableKey(key, version)));
  onVersion(add("enable", "enable a key", (keys, { key, version }: KeyOptions) => keys.enableKey(key, version)));
  onVersion(
    add("schedule-destruction", "destroy later", (keys, o: KeyOptions & { afterDays?: number }) =>
      keys.scheduleDestruction(o.key, {
        ...(o.version === undefined ? {} : { version: o.version }),
        ...(o.afterDays === undefined ? {} : { after_days: o.afterDays }),
      }),
    ),
  ).option("--after-days <n>", `${local.DESTRUCTION_DAYS_MIN} or more`, Number, local.DESTRUCTION_DAYS_DEFAULT);
  onVersion(
    add("cancel-destruction", "keep it after all (disabled)", (keys, { key, version }: KeyOptions) =>
      keys.cancelDestruction(key, version),
    ),
  );
  add("principals", "show the access list", (keys) => keys.listPrincipals());
  onPrincipal(
    add("add-principal", "add a principal without rights; prints its token once", (keys, o: GrantOptions) =>
      keys.addPrincipal(o.principal),
    ),
  );
  onPrincipal(
    add("remove-principal", "remove a principal", (keys, o: GrantOptions) => keys.removePrincipal(o.principal)),
  );
  onGrant(add("grant", "grant rights", (keys, o: GrantOptions) => keys.grant(o.principal, o.key, o.right)));
  onGrant(add("revoke", "take rights away", (keys, o: GrantOptions) => keys.revoke(o.principal, o.key, o.right)));
  add("audit", "read the audit log", (keys, o: Global & { key?: string; afterSeq?: number; limit?: number }) =>
    keys.auditLog({ key_id: o.key, after_seq: o.afterSeq, limit: o.limit }),
  )
    .option("--key <id>")
    .option("--after-seq <n>", "continue after this entry", Number)
    .option("--limit <n>", "1 to 1000", Number);

  program
    .command("verify-audit")
    .description(
      "verify an audit log folder, without a key manager and without a secret; exit code 2 when it is broken",
    )
    .argument("<folder>")
    .action(async (folder: string) => {
      const verdict = await local.verifyAuditLog(folder);
      process.stdout.write(`${JSON.stringify(verdict, null, 2)}\n`);
      if (!verdict.ok) process.exitCode = 2;
    });
}
