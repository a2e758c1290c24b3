import type { VerificationView } from "../../../protocol/index.ts";
import { cliError } from "../errors.ts";
import { formatBytes, formatCount } from "../format.ts";
import { show } from "../output.ts";
import type { Register } from "../register.ts";
import { connectServer, idempotencyKey, unwrap } from "../server/client.ts";
import { required, serverCommand } from "../server/command.ts";
import { settle } from "../server/follow.ts";
import { awaitJob, DETACH, type WaitOptions } from "../server/jobs.ts";
import { renderDetails } from "../table.ts";
import { registerLedger } from "./verify-ledger.ts";

interface VerifyOptions extends WaitOptions {
  readonly backupId?: string;
  readonly region?: string;
}

export const register: Register = (program, io) => {
  const verify = serverCommand(
    program,
    "verify",
    "Read every byte of a backup and check it; nothing is restored.\n" +
      "Exit code 1: the backup would not restore; it says which object is damaged and which backups that hurts.",
    "baas verify --backup-id bkp_01m82fn4m7b1bcgh598b1rgqfe",
  )
    .argument("[backup-id]", "id of the backup")
    .option("--backup-id <id>", "the same as an option")
    .option("--region <name>", "verify the copy in this region; by default the backup itself")
    .option(...DETACH)
    .action(async (argument: string | undefined, options: VerifyOptions) => {
      const connection = await connectServer(io, options);
      const { api } = connection;
      const body = {
        backup_id: required(argument ?? options.backupId, "--backup-id"),
        ...(options.region === undefined ? {} : { region: options.region }),
      };
      const accepted = unwrap(await api.POST("/v1/verifications", { params: { header: idempotencyKey(io) }, body }));
      const job = await awaitJob(io, connection, options, accepted.job_id);
      if (job === undefined) {
        show(io, options, accepted, () => `job ${accepted.job_id} started: baas job watch ${accepted.job_id}`);
        return;
      }
      if (job.state === "FAILED") settle(io, job);
      const path = { id: required(accepted.resource_id ?? undefined, "the verification's id") };
      const found = unwrap(await api.GET("/v1/verifications/{id}", { params: { path } }));
      show(io, options, found, verdictText);
      if (found.verdict === null) settle(io, job);
      if (found.verdict !== "VALID") {
        const why = found.cause === null ? "" : `: ${CAUSES[found.cause]}`;
        const verdict = (found.verdict ?? "not verified").toLowerCase();
        throw cliError("CLI_VERDICT_INVALID", `backup ${found.backup_id} is ${verdict}${why}`, {
          backup_id: found.backup_id,
          verification_id: found.id,
        });
      }
    });
  registerLedger(verify, io);
};

/** Why a verdict is not VALID. */
const CAUSES: Readonly<Record<NonNullable<VerificationView["cause"]>, string>> = {
  SourceCorruption: "corrupt at the source when it was backed up",
  KeyRevoked: "key version revoked",
  StorageBackend: "the storage does not give back what was stored",
};

const FINDINGS_SHOWN_MAX = 20;
const PATHS_SHOWN_MAX = 10;

function verdictText(
  found: Pick<
    VerificationView,
    "backup_id" | "verdict" | "cause" | "region_name" | "checked_bytes" | "checked_objects" | "findings"
  >,
): string {
  const lines = [
    renderDetails([
      ["backup", found.backup_id],
      ["verdict", found.verdict ?? "none"],
      ...(found.cause === null ? [] : [["cause", CAUSES[found.cause]] as const]),
      ["region", found.region_name],
      ["read", `${formatCount(found.checked_objects ?? 0)} objects, ${formatBytes(found.checked_bytes ?? 0)}`],
    ]),
  ];
  for (const finding of found.findings.slice(0, FINDINGS_SHOWN_MAX)) {
    const [object, message] = [String(finding["object"]), String(finding["message"])];
    // Most messages name their object already.
    lines.push("", `${message.includes(object) ? message : `${object}: ${message}`} (${String(finding["code"])})`);
    const hurt = finding["backup_ids"];
    if (Array.isArray(hurt) && hurt.length > 0) lines.push(`  hurts ${hurt.join(", ")}`);
    const paths = finding["paths"];
    if (!Array.isArray(paths)) continue;
    for (const path of paths.slice(0, PATHS_SHOWN_MAX)) lines.push(`  loses ${String(path)}`);
    if (paths.length > PATHS_SHOWN_MAX) lines.push(`  … and ${formatCount(paths.length - PATHS_SHOWN_MAX)} more`);
  }
  return lines.join("\n");
}
