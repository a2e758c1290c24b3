import { errorCatalogue } from "../../base/index.ts";

export const databaseError = errorCatalogue({
  DATABASE_UNREACHABLE: {
    fault: "operational",
    retry: "soon",
    guidance: "Check that PostgreSQL is running and that DATABASE_URL names it, then start again.",
  },
  DATABASE_IN_USE: {
    fault: "user",
    retry: "later",
    guidance: "Another Holdfast server runs on this data folder. Stop it first, or give this one its own folder.",
    http: 409,
  },
  DATABASE_START_FAILED: {
    fault: "operational",
    retry: "later",
    guidance: "The last lines of postgres.log in the database folder say why PostgreSQL did not start.",
  },
  DATABASE_LOST: {
    fault: "operational",
    retry: "later",
    guidance:
      "Start Holdfast again: PostgreSQL replays its log, and nothing that was acknowledged is lost. postgres.log says why.",
  },
  DATABASE_FOLDER_UNREACHABLE: {
    fault: "user",
    retry: "never",
    guidance:
      "PostgreSQL does not run as root, so its own user must be able to reach the folder. Choose a data folder such as /var/lib/holdfast.",
  },
  DATABASE_PASSWORD_LOST: {
    fault: "user",
    retry: "never",
    guidance:
      "Put the file back from a backup of the data folder. Without it: start on a new folder and run `baas catalog rebuild`.",
  },
  DATABASE_USER_MISSING: {
    fault: "operational",
    retry: "later",
    guidance: "Create a system user named postgres (useradd --system postgres), or start Holdfast as an ordinary user.",
  },
  DATABASE_PLATFORM_UNSUPPORTED: {
    fault: "operational",
    retry: "never",
    guidance: "There is no embedded PostgreSQL for this machine. Give a PostgreSQL of your own with DATABASE_URL.",
  },
  DATABASE_TOO_NEW: {
    fault: "user",
    retry: "never",
    guidance: "A newer Holdfast has migrated this database. Start that version or a later one.",
  },
  DATABASE_MIGRATION_FAILED: {
    fault: "bug",
    retry: "never",
    guidance: "Nothing was changed: migrations run in one transaction. Please report it with the log of this run.",
  },
});
