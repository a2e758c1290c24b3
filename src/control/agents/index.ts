/**
 * agents: hosts that back themselves up. Nouns: agent, token (enrols one host, once), authority (the installation's own
 * certificate authority), task (the part of a job that happens on a host).
 * Invariants: an agent has a project, and so a repository and its keys, to itself; it is known by a certificate of the
 * authority that is neither over nor revoked, and by nothing else; a task is handed out again until the agent says that
 * it works on it, and ends once; what was called off is refused from then on.
 */
export * from "./agents.ts";
export type { Authority } from "./authority.ts";
export { lazyAuthority } from "./lazy-authority.ts";
export * from "./enrol.ts";
export { agentError } from "./errors.ts";
export * from "./poll.ts";
export { delegate } from "./tasks.ts";
