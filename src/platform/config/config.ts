import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { LineCounter, parseDocument } from "yaml";
import * as z from "zod";
import { configError } from "./errors.ts";
import { SECRET_REF } from "./secret.ts";

/** From everything to nothing. */
export const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

const port = z.coerce.number().int().min(0).max(65_535);
const positive = z.coerce.number().int().min(1).max(100_000);

const configSchema = z.strictObject({
  /** Everything the server keeps: database, keys' client data, holdfast.yaml. */
  data_dir: z.string().min(1),
  /** Your own PostgreSQL; without it an embedded one in `data_dir`/db. */
  database_url: z
    .string()
    .regex(/^postgres(ql)?:\/\//, "a URL that starts with postgres://")
    .optional(),
  listen: z
    .strictObject({
      host: z.string().min(1).default("127.0.0.1"),
      /** 0 takes any free port. */
      port: port.default(7440),
      /** Files in PEM. With both the address speaks TLS 1.3, and nothing else. */
      tls_cert: z.string().min(1).optional(),
      tls_key: z.string().min(1).optional(),
      /** Where browsers reach this server, when that is not where it listens: passkeys belong to that host name. */
      public_url: z.url({ protocol: /^https?$/ }).optional(),
    })
    .prefault({}),
  /** Where agents of hosts connect to, over mutual TLS; nothing listens for them without a port. */
  agents: z
    .strictObject({
      host: z.string().min(1).default("0.0.0.0"),
      port: port.optional(),
      /** Backups and restores of hosts under way at once: the hosts work, this server waits. */
      concurrency: positive.default(256),
      /** Packs go from a host straight into a bucket, or all of them through this server. */
      uploads: z.enum(["direct", "gateway"]).default("direct"),
    })
    .prefault({}),
  log: z
    .strictObject({
      level: z.enum(logLevels).default("info"),
      format: z.enum(["json", "pretty"]).default("json"),
      file: z.string().min(1).optional(),
    })
    .prefault({}),
  jobs: z
    .strictObject({
      /** Jobs this server runs at once. */
      concurrency: positive.default(4),
      per_region: positive.default(4),
      /** Jobs that read from, or write to, one source at once. */
      per_source: positive.default(1),
    })
    .prefault({}),
  schedule: z
    .strictObject({
      /** How often due runs and changed tags are looked for; coverage follows within a minute. */
      tick_seconds: z.coerce.number().int().min(1).max(60).default(15),
    })
    .prefault({}),
  /** Key for what the database keeps sealed: base64 of 32 bytes. Servers that share a database share it. */
  seal_key: z.string().regex(SECRET_REF, "env:NAME or file:/PATH").optional(),
  /** An identity provider where people sign in (OpenID Connect). */
  oidc: z
    .strictObject({
      name: z.string().min(1).default("Single sign-on"),
      issuer: z.url(),
      client_id: z.string().min(1),
      client_secret: z.string().regex(SECRET_REF, "env:NAME or file:/PATH").optional(),
      /** Where browsers reach this server. */
      public_url: z.url(),
      scope: z.string().default("openid profile email"),
      groups_claim: z.string().min(1).default("groups"),
      /** Joined by commas: only who is in one of these may sign in. */
      required_groups: z.string().default(""),
    })
    .optional(),
  keys: z
    .strictObject({
      /** File that says where new master keys are made and stay: an HSM (PKCS#11) or a KMS. Without: the key folder. */
      vault: z.string().startsWith("/", "an absolute path").optional(),
    })
    .prefault({}),
  /** A collector of OpenTelemetry that is told of jobs. */
  tracing: z
    .strictObject({
      /** Where spans are posted to. OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, or OTEL_EXPORTER_OTLP_ENDPOINT + /v1/traces. */
      endpoint: z.url({ protocol: /^https?$/ }).optional(),
    })
    .prefault({}),
  history: z
    .strictObject({
      /** Ended jobs are kept so long; those that made a backup which is still there, as long as it is. */
      jobs_days: positive.default(90),
      events_days: positive.default(30),
      /** The audit log: seven years. */
      audit_days: positive.default(2557),
    })
    .prefault({}),
});

export type Config = z.output<typeof configSchema>;
/** Settings by dotted key, e.g. `{ "listen.port": "8080" }`: what command-line flags give. */
export type ConfigFlags = Readonly<Record<string, string | number | undefined>>;

export interface LoadConfigOptions {
  readonly flags?: ConfigFlags;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

interface Found {
  readonly value: unknown;
  readonly source: string;
}

/** Every key that may be set, with its environment variable (`listen.port` → `BAAS_LISTEN_PORT`). */
export const configKeys: Readonly<Record<string, string>> = Object.fromEntries(
  [
    "data_dir",
    "database_url",
    "listen.host",
    "listen.port",
    "listen.tls_cert",
    "listen.tls_key",
    "listen.public_url",
    "agents.host",
    "agents.port",
    "agents.concurrency",
    "agents.uploads",
    "log.level",
    "log.format",
    "log.file",
    "jobs.concurrency",
    "jobs.per_region",
    "jobs.per_source",
    "schedule.tick_seconds",
    "seal_key",
    "oidc.name",
    "oidc.issuer",
    "oidc.client_id",
    "oidc.client_secret",
    "oidc.public_url",
    "oidc.scope",
    "oidc.groups_claim",
    "oidc.required_groups",
    "keys.vault",
    "tracing.endpoint",
    "history.jobs_days",
    "history.events_days",
    "history.audit_days",
  ].map((key) => [key, `BAAS_${key.toUpperCase().replace(".", "_")}`]),
);

/**
 * Reads flags, environment (`BAAS_*`, `DATABASE_URL`) and `holdfast.yaml` of the data folder.
 * @throws CONFIG_INVALID naming each wrong key and its source, CONFIG_UNREADABLE
 */
export function loadConfig(options: LoadConfigOptions = {}): Config {
  const env = options.env ?? process.env;
  const found = new Map<string, Found>();
  const overrides = [...fromEnvironment(env), ...fromFlags(options.flags ?? {})];
  const data_dir = resolve(String(overrides.findLast(([key]) => key === "data_dir")?.[1].value ?? defaultDataDir(env)));
  for (const [key, value] of [...fromFile(join(data_dir, "holdfast.yaml")), ...overrides]) found.set(key, value);
  // OpenTelemetry's own ways to say that nothing is to be told.
  if (env["OTEL_SDK_DISABLED"]?.toLowerCase() === "true" || env["OTEL_TRACES_EXPORTER"] === "none") {
    found.delete("tracing.endpoint");
  }
  found.set("data_dir", { value: data_dir, source: found.get("data_dir")?.source ?? "the default" });

  const parsed = configSchema.safeParse(nest(found));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.flatMap((issue) => describe(issue, found));
  throw configError("CONFIG_INVALID", problems.join("; "), { problems });
}

function defaultDataDir(env: Readonly<Record<string, string | undefined>>): string {
  if (process.getuid?.() === 0) return "/var/lib/holdfast";
  return join(env.XDG_DATA_HOME ?? join(homedir(), ".local/share"), "holdfast");
}

function fromFlags(flags: ConfigFlags): [string, Found][] {
  return Object.entries(flags).flatMap(([key, value]): [string, Found][] =>
    value === undefined ? [] : [[key, { value, source: `flag --${key.replaceAll(/[._]/g, "-")}` }]],
  );
}

function fromEnvironment(env: Readonly<Record<string, string | undefined>>): [string, Found][] {
  const names: [string, string][] = [
    ["database_url", "DATABASE_URL"],
    ["tracing.endpoint", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"],
    ...Object.entries(configKeys),
  ];
  // OpenTelemetry's own rule: of all signals, each posted below it.
  const base = env["OTEL_EXPORTER_OTLP_ENDPOINT"] ?? "";
  const source = "environment variable OTEL_EXPORTER_OTLP_ENDPOINT";
  const all: [string, Found][] =
    base === "" ? [] : [["tracing.endpoint", { value: `${base.replace(/\/$/, "")}/v1/traces`, source }]];
  const named = names.flatMap(([key, name]): [string, Found][] => {
    const value = env[name];
    return value === undefined || value === "" ? [] : [[key, { value, source: `environment variable ${name}` }]];
  });
  return [...all, ...named];
}

function fromFile(path: string): [string, Found][] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw configError("CONFIG_UNREADABLE", `cannot read ${path}: ${(cause as Error).message}`, { path }, cause);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [error] = document.errors;
  if (error !== undefined) throw configError("CONFIG_UNREADABLE", `${path}: ${error.message}`, { path }, error);
  const content: unknown = document.toJS() ?? {};
  if (typeof content !== "object" || Array.isArray(content)) {
    throw configError("CONFIG_UNREADABLE", `${path} holds no mapping of settings`, { path });
  }
  return flatten(content as object).map(([key, value]): [string, Found] => {
    const node = document.getIn(key.split("."), true) as { range?: [number, number, number] } | undefined;
    const line = node?.range === undefined ? "" : `:${lines.linePos(node.range[0]).line}`;
    return [key, { value, source: `${path}${line}` }];
  });
}

function flatten(content: object, prefix = ""): [string, unknown][] {
  return Object.entries(content).flatMap(([key, value]): [string, unknown][] => {
    const nested = typeof value === "object" && value !== null && !Array.isArray(value);
    return nested ? flatten(value, `${prefix}${key}.`) : [[`${prefix}${key}`, value]];
  });
}

function nest(found: ReadonlyMap<string, Found>): object {
  const root: Record<string, unknown> = {};
  for (const [key, { value }] of found) {
    const path = key.split(".");
    const last = path.pop() ?? key;
    let at = root;
    for (const part of path) at = (at[part] ??= {}) as Record<string, unknown>;
    at[last] = value;
  }
  return root;
}

function describe(issue: z.core.$ZodIssue, found: ReadonlyMap<string, Found>): string[] {
  const base = issue.path.map(String);
  const keys = issue.code === "unrecognized_keys" ? issue.keys.map((key) => [...base, key]) : [base];
  return keys.map((path) => {
    const key = path.join(".");
    const source = found.get(key)?.source ?? [...found].find(([other]) => other.startsWith(`${key}.`))?.[1].source;
    const message = issue.code === "unrecognized_keys" ? "there is no such setting" : issue.message;
    return `${key} (${source ?? "not set"}): ${message}`;
  });
}
