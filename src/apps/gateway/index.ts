/**
 * gateway: the address that agents connect to, over mutual TLS 1.3. Nouns: call, guard.
 * Invariants: only the enrolment is answered without a certificate; each call is held to the agent's own repository;
 * what backups need is neither changed nor deleted through it, whatever an agent asks; every refusal is logged.
 */
export { type Gateway, startGateway } from "./listen.ts";
