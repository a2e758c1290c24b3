import * as z from "zod";
import { durationSchema, instantSchema, nameSchema, timeZoneSchema } from "./common.ts";
import { workloadTypeSchema } from "./inventory.ts";

export const weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export const cadences = ["weekly", "biweekly", "monthly", "quarterly"] as const;

/** When a plan's drills are due, by the wall clock of a time zone. */
export const cadenceSchema = z.strictObject({
  every: z.enum(cadences),
  /** Of the month, or of the quarter's first month: the third week is what holds its third weekday. */
  week: z.number().int().min(1).max(4).default(1),
  weekday: z.enum(weekdays).default("tue"),
  at: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, "a time of day such as 09:30")
    .default("09:00"),
  timezone: timeZoneSchema.default("UTC"),
});
export type Cadence = z.output<typeof cadenceSchema>;

/** What of a cadence is to be another; what is left out stays. */
const cadenceChangesSchema = z.strictObject({
  every: z.enum(cadences).optional(),
  week: z.number().int().min(1).max(4).optional(),
  weekday: z.enum(weekdays).optional(),
  at: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, "a time of day such as 09:30")
    .optional(),
  timezone: timeZoneSchema.optional(),
});

/** Which backup is restored: the newest, or the newest at a random point of the window before the drill. */
export const drillBackupSchema = z.discriminatedUnion("choose", [
  z.strictObject({ choose: z.literal("latest") }),
  z.strictObject({ choose: z.literal("random"), within: durationSchema.default("30d") }),
]);
export type DrillBackup = z.output<typeof drillBackupSchema>;

/** Something the sandbox's host must be able to connect to, or must not. */
export const drillConnectionSchema = z.strictObject({
  name: z.string().min(1).max(100).optional(),
  /** Name or address. */
  host: z.string().min(1).max(253),
  port: z.number().int().min(1).max(65_535),
  expect: z.enum(["open", "closed"]).default("open"),
});
export type DrillConnection = z.output<typeof drillConnectionSchema>;
export const drillConnectionsSchema = z.array(drillConnectionSchema).max(20);

export const drillPlanSpecSchema = z.strictObject({
  /** All that are given must hold; at least one must be. */
  select: z
    .strictObject({
      project: z.string().min(1).optional(),
      types: z.array(workloadTypeSchema).min(1).optional(),
      classes: z.array(nameSchema).min(1).optional(),
      selector: z.string().min(1).max(1000).optional(),
      workloads: z.array(z.string().min(1)).min(1).max(1000).optional(),
    })
    .refine((select) => Object.keys(select).length > 0, "say which workloads; an empty selection is none"),
  cadence: cadenceSchema,
  backup: drillBackupSchema.default({ choose: "latest" }),
  /** Id or name of the sandbox project that is restored into. */
  sandbox: z.string().min(1),
  /** At most so many each time: those whose last drill is longest ago. */
  workloads_max: z.number().int().min(1).max(1000).default(25),
  /** Who gets the tasks. */
  owner: z.string().min(1).max(255),
  /** Contents are compared up to so much; above, files are drawn by lot. Names and metadata always are. */
  content_bytes_max: z
    .number()
    .int()
    .min(0)
    .default(16 * 1024 ** 3),
  /** Network rules that hold where things are restored: each is tried in every drill. */
  connections: drillConnectionsSchema.optional(),
});
export type DrillPlanSpec = z.output<typeof drillPlanSpecSchema>;

/** Which workloads a plan is of stays; for others there are other plans. */
export const drillPlanChangesSchema = z.strictObject({
  cadence: cadenceChangesSchema.optional(),
  backup: drillBackupSchema.optional(),
  sandbox: z.string().min(1).optional(),
  workloads_max: z.number().int().min(1).max(1000).optional(),
  owner: z.string().min(1).max(255).optional(),
});
export type DrillPlanChanges = z.output<typeof drillPlanChangesSchema>;

export const drillStates = ["RUNNING", "PASSED", "MISSED_TARGET", "FAILED", "CANCELED"] as const;
export type DrillState = (typeof drillStates)[number];

/** Something that is not as it must be. */
export const drillFindingSchema = z.object({ code: z.string(), message: z.string() });
export type DrillFinding = z.infer<typeof drillFindingSchema>;

export const drillStepSchema = z.object({
  name: z.string(),
  started_at: instantSchema,
  finished_at: instantSchema.nullable(),
  seconds: z.number().nullable(),
});
export type DrillStep = z.infer<typeof drillStepSchema>;

export const drillValidationSchema = z.object({
  name: z.string(),
  passed: z.boolean(),
  /** What was looked at, in figures. */
  detail: z.string(),
  /** The first of what was wrong. */
  problems: z.array(z.string()),
});
export type DrillValidation = z.infer<typeof drillValidationSchema>;

export const reportKinds = ["drill", "attestation", "health", "integrity", "compliance"] as const;
export type ReportKind = (typeof reportKinds)[number];
