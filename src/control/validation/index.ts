/**
 * validation: asks restored databases whether they are what they should be.
 * Nouns: question, answer (recorded with a backup), validation (a question with its answer, verdict and time), depth.
 * Invariants: what fails is a result and never an error; every result says what was asked, what came and how long it
 * took; a count is held against the backup's only where nothing was replayed behind it.
 */
export * from "./questions.ts";
export { type MariadbSubject, validateMariadb } from "./mariadb.ts";
export { type PostgresqlSubject, validatePostgresql } from "./postgresql.ts";
export * from "./stored.ts";
