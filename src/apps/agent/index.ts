/**
 * agent: the process on a host that is backed up from within. Nouns: identity (key and certificate of the host), task,
 * hook, pull (a restore that the host asks for).
 * Invariants: only outgoing connections; the key never leaves the host; data is compressed and encrypted before the
 * first byte does; the server names hooks and commands and never sends any; what the host's owner forbids in agent.yaml
 * is not done, whatever the server asks for.
 */
export { openApi, type OwnJob } from "./api.ts";
export { runAgent } from "./daemon.ts";
export { enroll } from "./enroll.ts";
export { agentPlace, readIdentity } from "./identity.ts";
export { pullNote } from "./tasks.ts";
