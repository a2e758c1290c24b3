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
  "engine/store",
  "engine/chunk",
  "engine/pack",
  "engine/index",
  "engine/manifest",
  "engine/repository",
  "engine/pipeline",
  // One room a kind of source; what they share will stand before them.
  "engine/source/files",
  "engine/backup",
  "engine/restore",
  "engine/copy",
  "engine/check",
  "engine/sweep",

  // Adapters of the server.
  "platform/config",
  "platform/log",
  "platform/db",
  "platform/queue",

  // Control plane: owns the database.
  "control/access",
  "control/inventory",
  "control/policy",
  "control/schedule",
  "control/jobs",
  "control/agents",
  "control/repositories",
  "control/catalog",
  "control/retention",
  "control/protect",
  "control/recover",
  "control/replication",
  "control/verification",
  "control/coverage",

  // What is started. The server composes everything; the command line starts the server.
  "apps/keyd",
  "apps/agent",
  "apps/api",
  "apps/server",
  "apps/cli",

  // Fakes and builders for tests; may use every room, and no production code may use it.
  "testing",
];

module.exports = { ROOMS };
