import * as z from "zod";
import { durationSchema, nameSchema, timeZoneSchema } from "../../model/index.ts";
import { appendEvent, withTransaction } from "../../platform/db/index.ts";
import type { Db, Ports } from "../../platform/db/index.ts";
import { oncallError } from "./errors.ts";

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "a time such as 09:00");

const layerSchema = z.strictObject({
  /** In the order in which they take over. */
  members: z.array(nameSchema).min(1).max(100),
  every_days: z.number().int().min(1).max(365).default(7),
  /** Only then; outside these hours the layer below counts. */
  hours: z
    .strictObject({ days: z.array(z.number().int().min(1).max(7)).min(1), from: timeOfDay, to: timeOfDay })
    .optional(),
});

export const rotationSchema = z.strictObject({
  name: nameSchema,
  timezone: timeZoneSchema.default("UTC"),
  /** Day of the first hand-over: its weekday is that of all others. */
  start: z.iso.date(),
  handover: timeOfDay.default("09:00"),
  /** A later layer counts before an earlier one. */
  layers: z.array(layerSchema).min(1).max(10),
});
export type Rotation = z.output<typeof rotationSchema>;

/** `rotation:NAME` who is on call, `next:NAME` who takes over from them, `person:NAME`, `channel:NAME`. */
const targetSchema = z.string().regex(/^(rotation|next|person|channel):[A-Za-z0-9][A-Za-z0-9._-]{0,126}$/);

const escalationSchema = z.strictObject({
  /** Name of a project; without it for all that have none of their own. */
  project: nameSchema.optional(),
  /** Whoever is unacknowledged for so long is followed by the next step. */
  steps: z.array(z.strictObject({ notify: z.array(targetSchema).min(1), after: durationSchema.default("15m") })).min(1),
  /** All steps again, so often. */
  repeat: z.number().int().min(0).max(20).default(3),
});
export type Escalation = z.output<typeof escalationSchema>;

export const oncallConfigSchema = z.strictObject({
  people: z
    .array(z.strictObject({ name: nameSchema, channels: z.array(nameSchema).min(1) }))
    .max(1000)
    .default([]),
  rotations: z.array(rotationSchema).max(100).default([]),
  escalation: z.array(escalationSchema).max(100).default([]),
});
export type OncallConfig = z.output<typeof oncallConfigSchema>;

const SETTING = "oncall.config";
const EMPTY: OncallConfig = { people: [], rotations: [], escalation: [] };

export async function loadOncall(db: Db): Promise<OncallConfig> {
  const row = await db.selectFrom("settings").select("value").where("key", "=", SETTING).executeTakeFirst();
  return row === undefined ? EMPTY : oncallConfigSchema.parse(row.value);
}

/** Replaces all of it. @throws ONCALL_CONFIG_INVALID naming what is wrong */
export async function saveOncall(db: Db, input: unknown, who: string, ports: Ports): Promise<OncallConfig> {
  const parsed = oncallConfigSchema.safeParse(input);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw oncallError("ONCALL_CONFIG_INVALID", problems.join("; "), { problems });
  }
  const config = parsed.data;
  const channels = new Set((await db.selectFrom("channels").select("name").execute()).map(({ name }) => name));
  const projects = new Set((await db.selectFrom("projects").select("name").execute()).map(({ name }) => name));
  const problems = unknownNames(config, channels, projects);
  if (problems.length > 0) throw oncallError("ONCALL_CONFIG_INVALID", problems.join("; "), { problems });
  await withTransaction(db, async (tx) => {
    const value = JSON.stringify(config);
    const updated_at = new Date(ports.clock.now_ms());
    await tx
      .insertInto("settings")
      .values({ key: SETTING, value, updated_at })
      .onConflict((it) => it.column("key").doUpdateSet({ value, updated_at }))
      .execute();
    const data = { by: who, people: config.people.length, rotations: config.rotations.map(({ name }) => name) };
    await appendEvent(tx, { type: "holdfast.oncall.changed", subject: "oncall", data }, ports);
  });
  return config;
}

function unknownNames(config: OncallConfig, channels: ReadonlySet<string>, projects: ReadonlySet<string>): string[] {
  const people = new Set(config.people.map(({ name }) => name));
  const rotations = new Set(config.rotations.map(({ name }) => name));
  const problems: string[] = [];
  const check = (known: ReadonlySet<string>, name: string, what: string) => {
    if (!known.has(name)) problems.push(`there is no ${what} ${name}`);
  };
  for (const person of config.people) for (const name of person.channels) check(channels, name, "channel");
  for (const { layers } of config.rotations) {
    for (const { members } of layers) for (const name of members) check(people, name, "person");
  }
  for (const { project, steps } of config.escalation) {
    if (project !== undefined) check(projects, project, "project");
    for (const target of steps.flatMap(({ notify }) => notify)) {
      const [kind = "", name = ""] = target.split(":");
      if (kind === "person") check(people, name, "person");
      else if (kind === "channel") check(channels, name, "channel");
      else check(rotations, name, "rotation");
    }
  }
  return [...new Set(problems)];
}
