import { errorCatalogue, type HoldfastError } from "../../base/index.ts";

/** What the process ends with; documented in docs/cli.md, so a number never changes its meaning. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  partial: 3,
  not_found: 4,
  refused: 5,
  unreachable: 6,
  interrupted: 130,
} as const;

/** Errors that arise in the command line itself; everything else comes from the engine or the server. */
export const cliError = errorCatalogue({
  CLI_USAGE: { fault: "user", retry: "never", guidance: "Run the command with --help for its options and an example." },
  CLI_PASSPHRASE_MISSING: {
    fault: "user",
    retry: "never",
    guidance: "Set BAAS_REPO_PASSWORD, or run the command on a terminal to be asked.",
  },
  CLI_PASSPHRASE_MISMATCH: {
    fault: "user",
    retry: "never",
    guidance: "Run the command again and type the same passphrase twice.",
  },
  CLI_CONFIRMATION_REQUIRED: {
    fault: "user",
    retry: "never",
    guidance: "Look at what would be overwritten, then give --confirm with the workload's name.",
    http: 409,
  },
  CLI_NOT_ALLOWED: {
    fault: "user",
    retry: "never",
    guidance: "Grant a role that has the permission: `baas access grant`.",
    http: 403,
  },
  CLI_INTERRUPTED: {
    fault: "operational",
    retry: "soon",
    guidance: "Run the same command again: what is already stored is not stored twice.",
    status_reason: "Cancelled",
  },
  CLI_FILE_UNREADABLE: {
    fault: "user",
    retry: "never",
    guidance: "Check the path and its permissions; `-` reads from standard input.",
  },
  CLI_FILE_EXISTS: {
    fault: "user",
    retry: "never",
    guidance: "Give another --output, or --replace.",
    http: 409,
  },
  CLI_REPOSITORY_NOT_FOUND: {
    fault: "user",
    retry: "never",
    guidance:
      "Check --repo and that its file system is mounted; a new repository is made with baas repo init --repo DIR.",
    http: 404,
  },
  CLI_REPOSITORY_MANAGED: {
    fault: "user",
    retry: "never",
    guidance: "A key manager holds this repository's keys: use the server's commands (baas backup list, baas restore).",
    http: 409,
  },
  CLI_BACKUP_NOT_FOUND: {
    fault: "user",
    retry: "never",
    guidance: "List the backups there are: baas repo list --repo DIR.",
    http: 404,
  },
  CLI_SERVER_UNREACHABLE: {
    fault: "operational",
    retry: "soon",
    guidance: "Start the server with `baas up`, or name another with --server or BAAS_SERVER.",
    http: 503,
  },
  CLI_JOB_NOT_DONE: {
    fault: "operational",
    retry: "later",
    guidance: "Look at the job: baas job show --job-id ID.",
  },
  CLI_EVIDENCE_BROKEN: {
    fault: "operational",
    retry: "never",
    guidance:
      "Somebody changed the file, or it is of another installation. Ask for it again, and compare heads in the regions.",
  },
  CLI_CHANNEL_SILENT: {
    fault: "operational",
    retry: "soon",
    guidance: "Mend address, secret or service, and test again. Alerts go by the other channels meanwhile.",
  },
  CLI_VERDICT_INVALID: {
    fault: "operational",
    retry: "never",
    guidance: "Do not restore from this backup: use an earlier one, or its copy in the other region (--from-region).",
    status_reason: "RepositoryDamaged",
  },
  CLI_DRILL_FAILED: {
    fault: "operational",
    retry: "later",
    guidance: "`baas drill show` says what was found; `baas task list` what is to be done.",
  },
  CLI_RECOVERY_DIFFERENT: {
    fault: "operational",
    retry: "later",
    guidance: "docs/runbooks/self_recovery.md says what to do about each finding; drill again when it is mended.",
  },
  CLI_TOKEN_MISSING: {
    fault: "user",
    retry: "never",
    guidance: "Give --token or BAAS_TOKEN, or --data with the server's data folder when it runs on this machine.",
    http: 401,
  },
  CLI_SERVER_ANSWER: {
    fault: "operational",
    retry: "later",
    guidance: "Check that --server names a Holdfast server of this version; `baas version` shows both.",
    http: 502,
  },
});

const EXIT_BY_CODE: Readonly<Record<string, number>> = {
  CLI_USAGE: EXIT.usage,
  CLI_PASSPHRASE_MISSING: EXIT.usage,
  CLI_PASSPHRASE_MISMATCH: EXIT.usage,
  CLI_FILE_UNREADABLE: EXIT.usage,
  CLI_INTERRUPTED: EXIT.interrupted,
  CLI_SERVER_UNREACHABLE: EXIT.unreachable,
};

/** The exit code of an error: by its code, else by the HTTP status it stands for, else 1. */
export function exitCodeOf(error: HoldfastError): number {
  const exact = EXIT_BY_CODE[error.code];
  if (exact !== undefined) return exact;
  switch (error.spec.http) {
    case 400:
    case 422:
      return error.fault === "user" ? EXIT.usage : EXIT.failed;
    case 404:
    case 410:
      return EXIT.not_found;
    case 401:
    case 403:
    case 409:
    case 412:
    case 428:
      return EXIT.refused;
    default:
      return EXIT.failed;
  }
}
