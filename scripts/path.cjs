/**
 * THE PATH: the rooms of src/ in the order in which they may import. A room imports only rooms that stand before it.
 * Everything that checks the order (.dependency-cruiser.cjs, the tidy gate) reads this list and nothing else.
 */
const ROOMS = [
  "base",
  "model",
  "protocol",

  // Data plane: no database; runs in server, worker, agent and CLI alike.
  "engine/posix",
  "engine/keys",
  "engine/keystore",
  "engine/keyservice",
  "engine/keytoken",
  "engine/store",
  "engine/chunk",
  "engine/pack",
  "engine/index",
  "engine/manifest",
  "engine/repository",
  "engine/pipeline",
  // Append-only streams of sealed pieces: write-ahead logs, binary logs, suppression lists.
  "engine/log",
  "engine/nbd",
  // One room a kind of source, all behind the port of the first.
  "engine/source/stream",
  "engine/source/files",
  "engine/source/command",
  "engine/source/postgresql",
  "engine/source/mariadb",
  "engine/source/volume",
  "engine/source/vm",
  "engine/source/share",
  "engine/source/bucket",
  "engine/backup",
  "engine/restore",
  "engine/copy",
  "engine/check",
  "engine/sweep",
  "engine/tier",
  "engine/reseal",
  // Reading single files and blocks out of a backup, and showing it as a file system or a disk.
  "engine/browse",
  "engine/image",
  "engine/mount",

  // Adapters of the server.
  "platform/config",
  "platform/log",
  "platform/db",
  "platform/queue",
  "platform/metrics",
  "platform/trace",
  "platform/mail",
  "platform/document",

  // Control plane: owns the database.
  "control/access",
  "control/audit",
  "control/siem",
  "control/evidence",
  "control/inventory",
  "control/policy",
  "control/schedule",
  "control/jobs",
  "control/agents",
  "control/repositories",
  "control/catalog",
  "control/retention",
  "control/tiering",
  "control/archiving",
  "control/buckets",
  "control/validation",
  "control/sources",
  "control/protect",
  "control/recover",
  // Needs what protects and restores its parts; drills may restore it.
  "control/application",
  "control/replication",
  "control/verification",
  "control/rotation",
  "control/browse",
  "control/drill",
  "control/coverage",
  "control/anomaly",
  "control/alerting",
  "control/selfrecovery",
  "control/oncall",
  "control/incidents",
  "control/metering",
  "control/billing",
  // What a policy will keep and cost, before it is made.
  "control/forecast",
  // What all of them know, as figures for Prometheus.
  "control/monitoring",
  "control/report",

  // What is started. The server composes everything; the command line starts the server.
  "apps/keyd",
  "apps/agent",
  "apps/gateway",
  "apps/api",
  "apps/server",
  "apps/cli",

  // Fakes and builders for tests; may use every room, and no production code may use it.
  "testing",
];

module.exports = { ROOMS };
