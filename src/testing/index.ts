/**
 * testing: what tests of several rooms share. Nouns: installation (a control plane in this process, on real parts).
 * Invariants: production code imports nothing from here; everything runs for real: database, engine, stores; what a
 * test starts is gone when it ends.
 */
export { engine } from "../apps/server/index.ts";
export * from "./installation.ts";
export { serveInstallation, type ServedInstallation } from "./api.ts";
