import { errorCatalogue } from "../../../base/index.ts";

export const pgError = errorCatalogue({
  PG_UNREACHABLE: {
    fault: "operational",
    retry: "soon",
    guidance:
      "Check that PostgreSQL runs, listens on that address, and that firewall and TLS settings let Holdfast in.",
    status_reason: "SourceUnreachable",
  },
  PG_TIMEOUT: {
    fault: "operational",
    retry: "soon",
    guidance: "PostgreSQL was reached and then said nothing for too long. Look at its log and at the network between.",
    status_reason: "NetworkTimeout",
  },
  PG_DENIED: {
    fault: "operational",
    retry: "later",
    guidance:
      "Give the role LOGIN and REPLICATION, pg_hba.conf a line for `replication` and one for the database, and check the password (docs/sources/postgresql.md).",
    status_reason: "SourceUnreachable",
  },
  PG_REFUSED: {
    fault: "operational",
    retry: "soon",
    guidance: "PostgreSQL refused the command; its own words are in the message. See docs/sources/postgresql.md.",
    status_reason: "SnapshotFailed",
  },
  PG_NOT_CONFIGURED: {
    fault: "operational",
    retry: "later",
    guidance:
      "Set wal_level to replica or higher and leave max_wal_senders and max_replication_slots room for two more, then restart PostgreSQL.",
    status_reason: "SnapshotFailed",
  },
  PG_WAL_REMOVED: {
    fault: "operational",
    retry: "never",
    guidance:
      "The server no longer has write-ahead log that was not archived yet: there is a gap. A new backup is needed at once; points in the gap cannot be restored.",
    status_reason: "SnapshotFailed",
  },
  PG_WAL_FILE: {
    fault: "user",
    retry: "never",
    guidance:
      "Use `baas wal push %p` as archive_command, nothing else: the file has to be one that PostgreSQL archives.",
    http: 400,
  },
  PG_WAL_OTHER_SERVER: {
    fault: "user",
    retry: "never",
    guidance:
      "Each server has a workload of its own. A copy that was made of a server has the server's identifier; a new one has its own, and needs its own workload.",
    http: 409,
  },
  PG_WAL_CONFLICT: {
    fault: "user",
    retry: "never",
    guidance:
      "Two servers archive into one workload: a restored copy, most likely, that was promoted without a new timeline. Turn its archive_command off.",
    http: 409,
  },
  PG_VERSION: {
    fault: "user",
    retry: "never",
    guidance: "Holdfast protects PostgreSQL 13 to 18.",
    status_reason: "InvalidRequest",
  },
  PG_PROTOCOL: {
    fault: "bug",
    retry: "soon",
    guidance: "PostgreSQL sent what Holdfast does not understand. Please report this with both versions.",
    status_reason: "SnapshotFailed",
  },
  PG_PAGE_DAMAGED: {
    fault: "operational",
    retry: "never",
    guidance:
      "A page on the server fails its checksum: the server's disk or memory damaged it. The backup holds it as it is; find an older backup in which it is whole before retention removes it.",
    status_reason: "SourceChanged",
  },
  PG_INVENTORY: {
    fault: "operational",
    retry: "later",
    guidance:
      "The backup is whole, but versions and extensions could not be recorded. Let the role connect to the database and grant it pg_monitor.",
  },
  PG_TARGET_UNREACHABLE: {
    fault: "user",
    retry: "never",
    guidance: "Choose a point between the earliest and the latest, or another backup (`baas backup list`).",
    status_reason: "InvalidRequest",
    http: 409,
  },
  PG_VERSION_MISSING: {
    fault: "operational",
    retry: "later",
    guidance: "Install the server's major version on this host, or name its folder of programs with --bin-dir.",
    status_reason: "TargetNotWritable",
    http: 409,
  },
  PG_TABLESPACE: {
    fault: "operational",
    retry: "later",
    guidance: "Tablespaces must lie in the same file system as the data folder, in folders that do not exist yet.",
    status_reason: "TargetNotWritable",
  },
  PG_RECOVERY_FAILED: {
    fault: "operational",
    retry: "later",
    guidance: "The restored folder and its log are left as they are. The message has the server's own words.",
    status_reason: "TargetNotWritable",
  },
  PG_RUNNING: {
    fault: "user",
    retry: "never",
    guidance: "Stop the server first; nothing was touched. Or restore to a new resource with --new-name.",
    status_reason: "InvalidRequest",
    http: 409,
  },
  PG_DATA_DIR: {
    fault: "user",
    retry: "never",
    guidance:
      "In place, say --option data_dir=FOLDER, the data folder of the stopped server on this host. The account that servers run as has to be able to reach it.",
    status_reason: "InvalidRequest",
    http: 400,
  },
});
