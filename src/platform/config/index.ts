/**
 * config: what the operator decides, read once at start. Nouns: config, source of a value (flag, environment, file,
 * default).
 * Invariants: flags win over the environment, that over `holdfast.yaml` in the data folder, that over defaults; a wrong
 * or unknown value stops the start with its key and where it came from; secrets are never part of a message.
 */
export * from "./config.ts";
export * from "./errors.ts";
export * from "./secret.ts";
