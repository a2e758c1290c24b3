import { errorCatalogue } from "../../../base/index.ts";

export const mariaError = errorCatalogue({
  MARIA_UNREACHABLE: {
    fault: "operational",
    retry: "soon",
    guidance:
      "Check that the server runs, listens on that address or socket, and that firewall and TLS let Holdfast in.",
    status_reason: "SourceUnreachable",
  },
  MARIA_DENIED: {
    fault: "operational",
    retry: "later",
    guidance: "Check user and password, and give the user the grants of docs/sources/mariadb.md.",
    status_reason: "SourceUnreachable",
  },
  MARIA_REFUSED: {
    fault: "operational",
    retry: "soon",
    guidance: "The server refused a statement; its own words are in the message. See docs/sources/mariadb.md.",
    status_reason: "SnapshotFailed",
  },
  MARIA_NO_BINLOG: {
    fault: "operational",
    retry: "later",
    guidance: "Turn the binary log on (log_bin), or turn the stream of this workload off (binlog.enabled).",
    status_reason: "SnapshotFailed",
  },
  MARIA_BINLOG_LOST: {
    fault: "operational",
    retry: "never",
    guidance:
      "The server no longer has binary log that was not archived yet: there is a gap. A new backup is needed at once; points in the gap cannot be restored.",
    status_reason: "SnapshotFailed",
  },
  MARIA_BINLOG_DAMAGED: {
    fault: "operational",
    retry: "soon",
    guidance: "An event of the binary log fails its checksum or leaves a hole. Look at the server's disk and network.",
    status_reason: "SnapshotFailed",
  },
  MARIA_BACKUP_FAILED: {
    fault: "operational",
    retry: "soon",
    guidance:
      "mariadb-backup runs on the database's host, as an account that reads the data folder; its user needs RELOAD, PROCESS, LOCK TABLES and BINLOG MONITOR. Run it there by hand and see what it says.",
    status_reason: "SnapshotFailed",
  },
  MARIA_BACKUP_STREAM: {
    fault: "operational",
    retry: "soon",
    guidance: "The stream of mariadb-backup does not arrive as it was sent, or is of a version that is not known here.",
    status_reason: "SnapshotFailed",
  },
  MARIA_PREPARE: {
    fault: "operational",
    retry: "never",
    guidance:
      "mariadb-backup --prepare fails on the restored files; its own words are in the message. Install the server's version of mariadb-backup.",
  },
  MARIA_TARGET_UNREACHABLE: {
    fault: "user",
    retry: "never",
    guidance: "Choose a point between the earliest and the latest one that are named, or another backup.",
    http: 409,
  },
  MARIA_HOST: {
    fault: "operational",
    retry: "later",
    guidance: "Install mariadb-server and mariadb-client where backups are restored, or name a running server.",
  },
  MARIA_LOAD: {
    fault: "operational",
    retry: "never",
    guidance: "The server to restore into refused something; its own words are in the message.",
  },
  MARIA_SELECTION: {
    fault: "user",
    retry: "never",
    guidance: "Name databases as `shop`, tables as `shop.orders`; the backup's mariadb.json lists them.",
    http: 400,
  },
});
