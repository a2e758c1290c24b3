import * as z from "zod";
import { mariadbSourceSchema, postgresqlSourceSchema, sqlValidationSchema } from "./database-source.ts";
import { instantSchema, nameSchema } from "./common.ts";

/** Begins the names of the variables, e.g. `DHAKA` for `DHAKA_ACCESS_KEY_ID` and `DHAKA_SECRET_ACCESS_KEY`. */
const credentialsNameSchema = z.string().regex(/^[A-Z][A-Z0-9_]{0,63}$/, "the beginning of two variables, e.g. DHAKA");

const storageClassSchema = z.string().regex(/^[A-Z][A-Z0-9_]{0,63}$/, "a storage class such as STANDARD_IA");

/** A bucket, its service, and whose keys. */
const bucketPlace = {
  bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "a bucket's name"),
  endpoint: z
    .url({ protocol: /^https?$/ })
    .refine((url) => !url.includes("@"), "an address never carries credentials")
    .optional(),
  s3_region: z.string().min(1).max(64).optional(),
  path_style: z.boolean().optional(),
  /** PEM file on the server. */
  ca_file: z.string().startsWith("/").optional(),
  credentials: z.discriminatedUnion("from", [
    z.strictObject({ from: z.literal("env"), name: credentialsNameSchema }),
    z.strictObject({ from: z.literal("file"), path: z.string().startsWith("/"), profile: z.string().optional() }),
  ]),
};

/** Where a region keeps its objects. Credentials are named, never held. */
export const storeConfigSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("fs"),
    path: z.string().startsWith("/"),
    quota_bytes: z.number().int().positive().optional(),
    /** How long a cold object takes to be readable; without it at once, and unasked. */
    thaw_seconds: z.number().int().min(0).max(2_592_000).optional(),
  }),
  z.strictObject({
    kind: z.literal("s3"),
    ...bucketPlace,
    /** Storage classes of the tiers; by default STANDARD, STANDARD_IA and GLACIER. */
    classes: z
      .strictObject({
        hot: storageClassSchema.optional(),
        warm: storageClassSchema.optional(),
        cold: storageClassSchema.optional(),
      })
      .optional(),
    /** Empty, or ends with `/`. */
    prefix: z
      .string()
      .max(200)
      .regex(/^(?:[A-Za-z0-9_-][A-Za-z0-9._-]*\/)*$/, "folders that each end with /"),
  }),
]);

export const regionSchema = z.object({
  id: z.string(),
  name: nameSchema,
  /** ISO 3166-1 alpha-2, upper case: decides which copies stay domestic. */
  country: z.string().regex(/^[A-Z]{2}$/, "a two-letter country code such as BD"),
  store: storeConfigSchema,
  /** Projects have a master key of their own here, apart from those of other regions. */
  own_keys: z.boolean(),
  revision: z.number().int(),
  created_at: instantSchema,
});
export type Region = z.infer<typeof regionSchema>;

export const projectSchema = z.object({
  id: z.string(),
  name: nameSchema,
  /** Backups of the project's workloads are written here first, unless the workload names another region. */
  region_id: z.string(),
  /** What its backups may take in all regions together; null: no limit. */
  quota_bytes: z.number().int().positive().nullable(),
  /** What is restored here is there to be looked at: whoever may only restore may restore here. */
  sandbox: z.boolean(),
  /** When its key was given up for destruction: nothing of the project can be read any more. */
  shredded_at: instantSchema.nullable(),
  revision: z.number().int(),
  created_at: instantSchema,
});
export type Project = z.infer<typeof projectSchema>;

export const workloadTypes = ["vm", "volume", "share", "database", "bucket", "host", "application"] as const;
export const workloadTypeSchema = z.enum(workloadTypes);
export type WorkloadType = z.infer<typeof workloadTypeSchema>;

/** Tag keys and values are case-sensitive. A comma would break selectors (`k=v,k=v`), so it is refused. */
export const tagKeySchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:/-]{0,126}$/, "1 to 127 letters, digits or ._:/- starting with a letter or digit");
export const tagValueSchema = z
  .string()
  .max(255)
  .regex(/^[^,\r\n\0]*$/, "at most 255 characters, no comma or line break");
export const tagsSchema = z
  .record(tagKeySchema, tagValueSchema)
  .refine((tags) => Object.keys(tags).length <= 64, "at most 64 tags");
export type Tags = Readonly<Record<string, string>>;

/** `files`: folders and files reachable from where the agent (or this server) runs. */
export const filesSourceSchema = z.strictObject({
  kind: z.literal("files"),
  paths: z.array(z.string().startsWith("/", "an absolute path")).min(1).max(1000),
  exclude: z.array(z.string().min(1)).max(1000).default([]),
  /** Do not descend into other file systems mounted below the paths. */
  one_file_system: z.boolean().optional(),
  /** Read all files as of one instant, from a snapshot (docs/sources/files.md). By default none is taken. */
  snapshot: z.enum(["none", "btrfs"]).optional(),
});

/** `volume`: a block device or an image file that this server can read. */
export const volumeSourceSchema = z.strictObject({
  kind: z.literal("volume"),
  /** Of an RBD image `/POOL/IMAGE`. */
  path: z.string().startsWith("/", "an absolute path"),
  /** Who takes snapshots of it (docs/sources/volume.md). By default nobody. */
  snapshot: z.enum(["none", "reflink", "lvm-thin", "zfs", "rbd"]).optional(),
  /** Ceph's configuration, when it is not where Ceph looks by itself. */
  ceph_conf: z.string().startsWith("/", "an absolute path").optional(),
});

const diskNamesSchema = z.array(z.string().min(1).max(255)).max(256);

/** Of libvirt on this host. Other forms of its addresses can run programs, so they are refused. */
const libvirtUriSchema = z
  .string()
  .max(1000)
  .regex(
    /^qemu(?:\+unix)?:\/\/\/(?:system|session)(?:\?socket=\/[A-Za-z0-9._/-]+)?$/,
    "qemu:///system, qemu:///session, or qemu+unix:///system?socket=/PATH",
  );

/** `vm`: a machine of QEMU on this host, through its monitor (docs/sources/vm.md). */
export const vmSourceSchema = z
  .strictObject({
    kind: z.literal("vm"),
    /**
     * Unix socket of a QMP monitor that nobody else uses; with `libvirt` by default what the domain's definition says.
     */
    qmp: z.string().startsWith("/", "an absolute path").optional(),
    /** The machine is a domain of libvirt: monitor and images are what its definition says. */
    libvirt: z
      .strictObject({
        uri: libvirtUriSchema.default("qemu:///system"),
        domain: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:+ -]{0,254}$/, "a domain's name"),
      })
      .optional(),
    /** Unix socket of the guest agent's channel. */
    agent: z.string().startsWith("/", "an absolute path").optional(),
    /** `auto` freezes when the agent answers; `agent` makes no backup without; `crash` never freezes. */
    consistency: z.enum(["auto", "agent", "crash"]).default("auto"),
    freeze_timeout_s: z.int().min(1).max(60).default(10),
    /** Folder on this host for what the guest overwrites during a backup. */
    scratch: z.string().startsWith("/", "an absolute path").optional(),
    /** Names of disks; all by default. */
    disks: diskNamesSchema.min(1).optional(),
    exclude_disks: diskNamesSchema.optional(),
    /** Read when the machine is stopped, and written by a restore in place. */
    images: z
      .array(
        z.strictObject({
          name: z.string().min(1).max(255),
          path: z.string().startsWith("/", "an absolute path"),
          format: z.enum(["raw", "qcow2"]),
        }),
      )
      .min(1)
      .max(256)
      .optional(),
  })
  .refine(({ qmp, libvirt }) => qmp !== undefined || libvirt !== undefined, "say qmp or libvirt");

/** What happens between a bucket's backups (docs/sources/bucket.md). */
const bucketContinuousSchema = z
  .strictObject({
    /** The listing is compared as often: what is not told, or told and lost, is found by then. */
    every_seconds: z.int().min(10).max(86_400).default(60),
    /** A change is backed up by a backup of its own, this long after it was noticed at the latest. */
    backup_within_seconds: z.int().min(60).max(86_400).optional(),
    /** Every version goes to another bucket as well. */
    replicate: z
      .strictObject({
        ...bucketPlace,
        /** `keep`: what is deleted here stays there. */
        deletes: z.enum(["replicate", "keep"]).default("replicate"),
        /** Retention and legal hold are set there, too: that bucket has Object Lock. */
        locks: z.boolean().default(false),
      })
      .optional(),
  })
  .refine((it) => it.backup_within_seconds !== undefined || it.replicate !== undefined, {
    error: "say what is to be done with a change: backup_within_seconds, replicate, or both",
  });

/** `bucket`: an S3 bucket, or the keys in it that begin with `prefix`. */
export const bucketSourceSchema = z.strictObject({
  kind: z.literal("bucket"),
  ...bucketPlace,
  prefix: z.string().max(900).default(""),
  continuous: bucketContinuousSchema.optional(),
});
export type BucketSource = z.infer<typeof bucketSourceSchema>;

/** `share`: a share of an NFS or SMB server, where this host has it mounted (docs/sources/share.md). */
export const shareSourceSchema = z.strictObject({
  kind: z.literal("share"),
  path: z.string().startsWith("/", "an absolute path"),
  /** Folder below the path that is read instead: a snapshot that the server makes. */
  snapshot: z
    .string()
    .regex(/^(?!\/)(?!.*(?:^|\/)\.\.(?:\/|$)).+$/, "a folder below the path")
    .optional(),
  exclude: z.array(z.string().min(1)).max(1000).default([]),
});

/** What a part of an application can be: anything but another application. */
export const partSourceSchema = z.discriminatedUnion("kind", [
  bucketSourceSchema,
  filesSourceSchema,
  mariadbSourceSchema,
  postgresqlSourceSchema,
  shareSourceSchema,
  vmSourceSchema,
  volumeSourceSchema,
]);
export type PartSource = z.infer<typeof partSourceSchema>;

const partNameSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, "1 to 40 small letters, digits or '-', starting with a letter or digit");
const sqlSchema = z.string().min(1).max(10_000);

/** Asked of a restored part before the parts behind it are restored, and again before the application is ready. */
export const healthCheckSchema = z.discriminatedUnion("kind", [
  sqlValidationSchema.omit({ remember: true }).extend({ kind: z.literal("sql") }),
  /** A file of the part is there, by its path at the source. */
  z.strictObject({
    kind: z.literal("file"),
    name: z.string().min(1).max(100),
    path: z.string().startsWith("/", "an absolute path"),
    bytes_min: z.number().int().min(0).default(0),
    contains: z.string().min(1).max(1000).optional(),
  }),
  /** A PowerMTA configuration names nothing that is missing, and its DKIM keys are private keys. */
  z.strictObject({
    kind: z.literal("powermta"),
    name: z.string().min(1).max(100),
    path: z.string().startsWith("/", "an absolute path"),
  }),
]);
export type HealthCheck = z.infer<typeof healthCheckSchema>;

export const applicationPartSchema = z
  .strictObject({
    name: partNameSchema,
    /** Lower ones are restored first; equal ones together. */
    order: z.number().int().min(0).max(1000).optional(),
    /** Id or name of a workload of the same project … */
    workload: z.string().min(1).max(128).optional(),
    /** … or what to read: a workload of its own is made of it. */
    source: partSourceSchema.optional(),
    health: z.array(healthCheckSchema).max(100).optional(),
  })
  .refine(({ workload, source }) => (workload === undefined) !== (source === undefined), "say workload or source");
export type ApplicationPart = z.infer<typeof applicationPartSchema>;

/** Rows with `address`, and perhaps `scope`, `reason` and `at`; `:since` stands for the last time that was seen. */
export const collectRuleSchema = z.strictObject({
  part: partNameSchema,
  database: z.string().min(1).max(64).optional(),
  sql: sqlSchema,
});
export type CollectRule = z.infer<typeof collectRuleSchema>;

/** `:address`, `:scope`, `:reason` and `:at` stand for those of an entry. */
export const applyRuleSchema = z.strictObject({
  part: partNameSchema,
  database: z.string().min(1).max(64).optional(),
  /** Entries without a scope, those with one, or all. */
  entries: z.enum(["everywhere", "scoped", "all"]).default("all"),
  statements: z.array(sqlSchema).min(1).max(20),
  /** How often the address may still be mailed: has to be 0 afterwards. */
  remaining: sqlSchema,
});
export type ApplyRule = z.infer<typeof applyRuleSchema>;

/** Run in a restored application before anything else, e.g. so that it sends nothing. */
export const quietRuleSchema = z.strictObject({
  part: partNameSchema,
  name: z.string().min(1).max(100),
  database: z.string().min(1).max(64).optional(),
  sql: sqlSchema,
  /** It may fail, e.g. because this version has no such table. */
  optional: z.boolean().default(false),
});
export type QuietRule = z.infer<typeof quietRuleSchema>;

/** Addresses that must never be mailed again, kept in a log of their own beside all backups. */
export const suppressionsSchema = z.strictObject({
  every_seconds: z.number().int().min(1).max(3600).default(15),
  collect: z.array(collectRuleSchema).max(20).optional(),
  apply: z.array(applyRuleSchema).max(20).optional(),
});

/** `application`: parts that are backed up and restored together (docs/sources/application.md). */
export const applicationSourceSchema = z
  .strictObject({
    kind: z.literal("application"),
    /** What parts of known names need by themselves: order, health checks, suppressions. */
    profile: z.enum(["email-platform"]).optional(),
    /** What the profile leaves open, e.g. `table_prefix`. */
    profile_options: z.record(z.string().max(64), z.string().max(64)).optional(),
    parts: z.array(applicationPartSchema).min(1).max(50),
    suppressions: suppressionsSchema.optional(),
    quiet: z.array(quietRuleSchema).max(50).optional(),
  })
  .refine(({ parts }) => new Set(parts.map(({ name }) => name)).size === parts.length, "each part has its own name");
export type ApplicationSource = z.infer<typeof applicationSourceSchema>;

/** `command`: what a program writes to its output. The program is one that the host's owner has put there. */
export const commandSourceSchema = z.strictObject({
  kind: z.literal("command"),
  /** Name of an executable in the agent's folder `commands.d`. */
  command: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, "the name of a file in commands.d"),
  /** The file's name in the backup. */
  file_name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/, "a file name")
    .default("output"),
});

/** Name of an executable in the agent's folder `hooks.d`: the server names hooks, and never sends commands. */
const hookNameSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, "the name of a file in hooks.d");

/** `agent`: something on a host that has an agent, read, compressed and encrypted there (docs/agents.md). */
export const agentSourceSchema = z.strictObject({
  kind: z.literal("agent"),
  /** The agent's id; a name is made one when the workload is added. */
  agent: z.string().min(1).max(128),
  source: z.discriminatedUnion("kind", [
    commandSourceSchema,
    filesSourceSchema,
    mariadbSourceSchema,
    postgresqlSourceSchema,
    volumeSourceSchema,
  ]),
  hooks: z.strictObject({ before: hookNameSchema.optional(), after: hookNameSchema.optional() }).default({}),
});

/** What to read when this workload is backed up. */
export const sourceSchema = z.discriminatedUnion("kind", [
  agentSourceSchema,
  applicationSourceSchema,
  bucketSourceSchema,
  filesSourceSchema,
  mariadbSourceSchema,
  postgresqlSourceSchema,
  shareSourceSchema,
  vmSourceSchema,
  volumeSourceSchema,
]);
export type Source = z.infer<typeof sourceSchema>;

/** A declared gap in protection: someone answers for it, says why, and it ends. */
export const exceptionSchema = z.strictObject({
  owner: z.string().min(1).max(255),
  reason: z.string().min(1).max(1000),
  expires_at: instantSchema,
});
export type Exception = z.infer<typeof exceptionSchema>;

export const workloadSchema = z.object({
  id: z.string(),
  project_id: z.string(),
  name: nameSchema,
  type: workloadTypeSchema,
  region_id: z.string(),
  source: sourceSchema,
  tags: tagsSchema,
  /** Not protected on purpose. */
  exception: exceptionSchema.nullable(),
  revision: z.number().int(),
  created_at: instantSchema,
  updated_at: instantSchema,
});
export type Workload = z.infer<typeof workloadSchema>;
