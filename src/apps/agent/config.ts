import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse as parseYaml } from "yaml";
import * as z from "zod";
import type { BandwidthWindow } from "../../engine/store/index.ts";
import { hostError } from "./errors.ts";

const absolute = z.string().startsWith("/", "an absolute path");
const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "a time of day, e.g. 08:30");

/** `agent.yaml`: what the host's owner allows, whatever the server asks for. */
const configSchema = z.strictObject({
  /** Files are backed up from below these only. */
  read: z.array(absolute).min(1).default(["/"]),
  restore: z
    .strictObject({
      /** Let the server start restores; without it they are started on the host. */
      push: z.boolean().default(true),
      /** Files are written below these only. */
      below: z.array(absolute).min(1).default(["/"]),
    })
    .prefault({}),
  threads: z.number().int().min(1).max(64).default(2),
  tasks: z.number().int().min(1).max(16).default(2),
  /** Scheduling priority, 0 to 19. */
  nice: z.number().int().min(0).max(19).default(10),
  /** Priority at the disk: only when nobody else reads, or as everybody. */
  io: z.enum(["idle", "normal"]).default("idle"),
  bandwidth: z
    .array(z.strictObject({ from: timeOfDay, to: timeOfDay, mib_per_second: z.number().positive() }))
    .max(32)
    .default([]),
  /** So long without the server, and backups are made here as its policies say, and handed over later. */
  alone_after_seconds: z.number().int().min(1).max(864_000).default(600),
  hook_seconds: z.number().int().min(1).max(86_400).default(600),
});
export type AgentConfig = z.output<typeof configSchema>;

const MIB = 1024 * 1024;

/** @throws AGENT_CONFIG_INVALID */
export async function readAgentConfig(config_dir: string): Promise<AgentConfig> {
  const path = join(config_dir, "agent.yaml");
  let text = "";
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ENOENT") {
      throw hostError("AGENT_CONFIG_INVALID", `${path} cannot be read: ${(cause as Error).message}`, { path }, cause);
    }
  }
  let content: unknown;
  try {
    content = parseYaml(text) ?? {};
  } catch (cause) {
    throw hostError("AGENT_CONFIG_INVALID", `${path} is no YAML: ${(cause as Error).message}`, { path }, cause);
  }
  const parsed = configSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.map(String).join(".")}: ${issue.message}`);
  throw hostError("AGENT_CONFIG_INVALID", `${path}: ${problems.join("; ")}`, { path });
}

/** Each thread has its share of what may pass. */
export function bandwidthOf({ bandwidth, threads, tasks }: AgentConfig): BandwidthWindow[] {
  // The thread that writes the index and the manifest has a store of its own.
  const shares = (threads + 1) * tasks;
  return bandwidth.map(({ from, to, mib_per_second }) => ({
    from_minute: minuteOf(from),
    to_minute: minuteOf(to),
    bytes_per_second: (mib_per_second * MIB) / shares,
  }));
}

function minuteOf(text: string): number {
  const [hours, minutes] = text.split(":").map(Number);
  return (hours ?? 0) * 60 + (minutes ?? 0);
}

/** Does the path lie below one of these, or is it one of them? */
export function isBelow(path: string, roots: readonly string[]): boolean {
  const clean = `/${path
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/")}`;
  if (clean.split("/").includes("..")) return false;
  return roots.some((root) => {
    const trimmed = root.replace(/\/+$/, "");
    return clean === trimmed || clean.startsWith(`${trimmed}/`);
  });
}
