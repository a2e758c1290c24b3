import * as z from "zod";

/** A secret is named, never held: a variable of the server, or a file on it. */
export const secretRefSchema = z.discriminatedUnion("from", [
  z.strictObject({
    from: z.literal("env"),
    name: z.string().regex(/^[A-Z][A-Z0-9_]{0,127}$/, "a variable, e.g. DB_PASSWORD"),
  }),
  z.strictObject({ from: z.literal("file"), path: z.string().startsWith("/", "an absolute path") }),
]);
export type SecretRef = z.infer<typeof secretRefSchema>;

/** A question to a restored database: the first column of its first row has to be the answer. */
export const sqlValidationSchema = z.strictObject({
  name: z.string().min(1).max(100),
  database: z.string().min(1).max(64).optional(),
  sql: z.string().min(1).max(10_000),
  /** As text; without it any answer will do, as long as there is one. */
  expect: z.string().max(10_000).optional(),
  /** Asked with each backup, too: the restored server has to give the same answer (a record that is known). */
  remember: z.boolean().optional(),
});
export type SqlValidation = z.infer<typeof sqlValidationSchema>;

/** `mariadb`: a server over its own protocol, and its binary log. */
export const mariadbSourceSchema = z.strictObject({
  kind: z.literal("mariadb"),
  /** Name, address, or path of a unix socket. */
  host: z.string().min(1).max(255),
  port: z.number().int().min(1).max(65_535).default(3306),
  user: z.string().min(1).max(80),
  password: secretRefSchema.optional(),
  tls: z
    .strictObject({
      mode: z.enum(["disable", "require", "verify-full"]).default("verify-full"),
      ca_file: z.string().startsWith("/", "an absolute path").optional(),
    })
    .default({ mode: "verify-full" }),
  /** Empty: all but the server's own. */
  databases: z.array(z.string().min(1).max(64)).max(1000).default([]),
  /** How many read at once. */
  connections: z.number().int().min(1).max(16).default(4),
  /** Files are copied by `mariadb-backup` on the server's host instead of rows being read: for large servers. */
  physical: z
    .strictObject({
      /** Where it runs; without it, where the backup is made (the Holdfast server, or the workload's agent). */
      ssh: z
        .strictObject({
          host: z.string().regex(/^[A-Za-z0-9._:-]{1,255}$/, "a host name or address"),
          port: z.number().int().min(1).max(65_535).default(22),
          user: z.string().regex(/^[a-z_][a-z0-9_.-]{0,63}$/i, "an account's name"),
          identity_file: z.string().startsWith("/", "an absolute path").optional(),
          known_hosts: z.string().startsWith("/", "an absolute path").optional(),
          /** Run it through `sudo -n`. */
          sudo: z.boolean().default(false),
        })
        .optional(),
      /** Unix socket of the server on its host. */
      socket: z.string().startsWith("/", "an absolute path").optional(),
      data_dir: z.string().startsWith("/", "an absolute path").optional(),
      /** Only pages that changed since the last backup are sent; every backup is whole all the same. */
      incremental: z.boolean().default(true),
    })
    .optional(),
  binlog: z
    .strictObject({
      enabled: z.boolean().default(true),
      /** As a replica calls itself; no other may have it. Without it, made of the workload's id. */
      server_id: z.number().int().min(1).max(4_294_967_295).optional(),
    })
    .default({ enabled: true }),
  validations: z.array(sqlValidationSchema).max(100).default([]),
});

const absolute = z.string().startsWith("/", "an absolute path");

/** `postgresql`: a server, over its replication protocol. */
export const postgresqlSourceSchema = z.strictObject({
  kind: z.literal("postgresql"),
  /** Name, address, or folder of a unix socket. */
  host: z.string().min(1).max(255),
  port: z.number().int().min(1).max(65_535).default(5432),
  user: z.string().min(1).max(63),
  password: secretRefSchema.optional(),
  /** Where questions in SQL are asked. */
  database: z.string().min(1).max(63).default("postgres"),
  tls: z
    .strictObject({
      mode: z.enum(["disable", "require", "verify-full"]).default("verify-full"),
      ca_file: absolute.optional(),
      cert_file: absolute.optional(),
      key_file: absolute.optional(),
    })
    .default({ mode: "verify-full" }),
  /** Count the rows of every table with each backup. */
  count_rows: z.boolean().default(false),
  /** From version 17 on, where the server keeps summaries of its log: send only what changed since the last backup. */
  incremental: z.boolean().default(true),
  wal: z
    .strictObject({
      enabled: z.boolean().default(true),
      slot: z
        .string()
        .regex(/^[a-z0-9_]{1,63}$/, "letters, digits and underscores")
        .optional(),
      heartbeat_seconds: z.number().min(0).max(300).default(5),
      keep_days: z.number().int().min(1).max(3660).optional(),
    })
    .default({ enabled: true, heartbeat_seconds: 5 }),
  validations: z.array(sqlValidationSchema).max(100).default([]),
});
