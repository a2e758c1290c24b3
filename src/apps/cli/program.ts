import { Command, CommanderError } from "commander";
import { cliError, EXIT, exitCodeOf } from "./errors.ts";
import type { CliIo } from "./io.ts";
import { showError } from "./output.ts";
import type { Register } from "./register.ts";
import { PRODUCT_VERSION } from "./version.ts";

interface Entry {
  readonly name: string;
  readonly summary: string;
  /** Loaded only when the command is called: starting fast matters to scripts that call us a thousand times. */
  readonly load: () => Promise<{ readonly register: Register }>;
}

const ENTRIES: readonly Entry[] = [
  { name: "up", summary: "start the server", load: () => import("./commands/up.ts") },
  { name: "policy", summary: "schedule, retention, copy and lock", load: () => import("./commands/policy.ts") },
  { name: "workload", summary: "what is protected", load: () => import("./commands/workload.ts") },
  { name: "worker", summary: "do jobs beside a server", load: () => import("./commands/worker.ts") },
  { name: "agent", summary: "hosts that back themselves up", load: () => import("./commands/agent.ts") },
  { name: "backup", summary: "recovery points", load: () => import("./commands/backup.ts") },
  { name: "list", summary: "list backups", load: () => import("./commands/list.ts") },
  { name: "restore", summary: "restore a backup", load: () => import("./commands/restore.ts") },
  { name: "wal", summary: "write-ahead logs of databases", load: () => import("./commands/wal.ts") },
  {
    name: "application",
    summary: "workloads that are restored together",
    load: () => import("./commands/application.ts"),
  },
  {
    name: "suppression",
    summary: "addresses never to be mailed again",
    load: () => import("./commands/suppression.ts"),
  },
  { name: "binlog", summary: "binary logs of MariaDB servers", load: () => import("./commands/binlog.ts") },
  { name: "files", summary: "files out of backups", load: () => import("./commands/files.ts") },
  { name: "mount", summary: "backups as a folder", load: () => import("./commands/mount.ts") },
  { name: "webdav", summary: "backups over WebDAV", load: () => import("./commands/webdav.ts") },
  { name: "verify", summary: "read a backup back and check every byte", load: () => import("./commands/verify.ts") },
  { name: "sweep", summary: "free what no backup needs any more", load: () => import("./commands/sweep.ts") },
  { name: "hold", summary: "legal holds", load: () => import("./commands/hold.ts") },
  { name: "tier", summary: "hot, warm and cold storage", load: () => import("./commands/tier.ts") },
  { name: "thaw", summary: "make a cold backup readable", load: () => import("./commands/thaw.ts") },
  { name: "coverage", summary: "what is protected and what is not", load: () => import("./commands/coverage.ts") },
  { name: "drill", summary: "prove that backups restore", load: () => import("./commands/drill.ts") },
  { name: "recovery", summary: "would the server itself come back?", load: () => import("./commands/recovery.ts") },
  { name: "task", summary: "what is to be done after drills", load: () => import("./commands/task.ts") },
  { name: "report", summary: "what the records say, as pages", load: () => import("./commands/report.ts") },
  { name: "replication", summary: "the second region", load: () => import("./commands/replication.ts") },
  { name: "alert", summary: "what is wrong now", load: () => import("./commands/alert.ts") },
  { name: "incident", summary: "help with a restore", load: () => import("./commands/incident.ts") },
  { name: "anomaly", summary: "backups that look like encryption", load: () => import("./commands/anomaly.ts") },
  { name: "oncall", summary: "who is told of an alert", load: () => import("./commands/oncall.ts") },
  { name: "bucket", summary: "buckets between their backups", load: () => import("./commands/bucket.ts") },
  { name: "budget", summary: "what projects may cost in a month", load: () => import("./commands/budget.ts") },
  { name: "siem", summary: "where the audit log is sent on to", load: () => import("./commands/siem.ts") },
  { name: "channel", summary: "how people are reached", load: () => import("./commands/channel.ts") },
  { name: "evidence", summary: "signed proof of what happened", load: () => import("./commands/evidence.ts") },
  { name: "job", summary: "work in progress and done", load: () => import("./commands/job.ts") },
  { name: "region", summary: "where backups are kept", load: () => import("./commands/region.ts") },
  { name: "key", summary: "master keys, who may use them, rotation", load: () => import("./commands/key.ts") },
  { name: "project", summary: "tenants", load: () => import("./commands/project.ts") },
  { name: "audit", summary: "who did what", load: () => import("./commands/audit.ts") },
  { name: "approval", summary: "what takes a second person", load: () => import("./commands/approval.ts") },
  { name: "price", summary: "the price book", load: () => import("./commands/price.ts") },
  { name: "subscription", summary: "what a project pays for", load: () => import("./commands/subscription.ts") },
  { name: "invoice", summary: "what is to be paid", load: () => import("./commands/invoice.ts") },
  { name: "usage", summary: "what was stored and moved", load: () => import("./commands/usage.ts") },
  { name: "user", summary: "people and service accounts", load: () => import("./commands/user.ts") },
  { name: "role", summary: "names for permissions", load: () => import("./commands/role.ts") },
  { name: "access", summary: "who may do what", load: () => import("./commands/access.ts") },
  { name: "token", summary: "API tokens", load: () => import("./commands/token.ts") },
  { name: "catalog", summary: "the list of all backups", load: () => import("./commands/catalog.ts") },
  { name: "repo", summary: "back up and restore without a server", load: () => import("./commands/repo/index.ts") },
  { name: "completion", summary: "print a shell's completion script", load: () => import("./commands/completion.ts") },
  { name: "version", summary: "print the version", load: () => import("./commands/version.ts") },
];

const INTRODUCTION = `Holdfast: tag it, and it is backed up, copied, verified and restorable.

Exit codes: 0 ok, 1 failed, 2 usage, 3 partial, 4 not found, 5 refused, 6 server unreachable, 130 interrupted.`;

/**
 * Builds the program. Commands other than `wanted` are there by name and summary only.
 * @param wanted name of the command that will run, or "*" for all of them
 */
export async function buildProgram(io: CliIo, wanted: string | undefined): Promise<Command> {
  const program = new Command("baas")
    .description(INTRODUCTION)
    .usage("COMMAND [OPTIONS]")
    .version(PRODUCT_VERSION, "-V, --version", "print the version")
    .exitOverride()
    .showSuggestionAfterError(true)
    .configureHelp({ showGlobalOptions: false, helpWidth: helpWidth(io) })
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      // Shown once, by showError, in the shape of every other error.
      outputError: () => {},
    })
    .addHelpText("after", "\nExample, no server needed:\n  $ baas repo init --repo /srv/backups\n");
  for (const entry of ENTRIES) {
    if (wanted === "*" || wanted === entry.name) (await entry.load()).register(program, io);
    else program.command(entry.name).summary(entry.summary);
  }
  return program;
}

/** Runs one command line. Resolves to the exit code; never rejects. */
export async function runCli(io: CliIo, argv: readonly string[]): Promise<number> {
  const operands = argv.filter((word) => !word.startsWith("-"));
  const wanted = operands[0] === "help" ? operands[1] : operands[0];
  try {
    const program = await buildProgram(io, wanted === "completion" ? "*" : wanted);
    await program.parseAsync(argv.length === 0 ? ["--help"] : argv, { from: "user" });
    return io.exit_code;
  } catch (thrown) {
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return EXIT.ok;
    // A group without its command: its help has been shown already.
    if (thrown instanceof CommanderError && thrown.code === "commander.help") return EXIT.usage;
    const json = argv.includes("--json");
    return exitCodeOf(await showError(io, json, explain(io, thrown)));
  }
}

function explain(io: CliIo, thrown: unknown): unknown {
  if (thrown instanceof CommanderError) return cliError("CLI_USAGE", thrown.message.replace(/^error: /, ""));
  // Whatever the interrupted operation said, the reason is the interruption.
  return io.signal.aborted ? io.signal.reason : thrown;
}

function helpWidth(io: CliIo): number {
  return Math.min(120, Math.max(60, io.stdout.columns ?? 100));
}
