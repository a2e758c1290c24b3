import { InvalidArgumentError } from "commander";
import type { TierPlanView, TierStatusView } from "../../../protocol/index.ts";
import { formatBytes, formatCount, formatTime } from "../format.ts";
import { show, widthOf } from "../output.ts";
import type { Register } from "../register.ts";
import { connectServer, idempotencyKey, type ServerOptions, unwrap } from "../server/client.ts";
import { group, required, serverCommand } from "../server/command.ts";
import { settle } from "../server/follow.ts";
import { awaitJob, DETACH, type WaitOptions } from "../server/jobs.ts";
import { renderDetails, renderTable } from "../table.ts";
import { endText } from "./job.ts";

interface PlaceOptions extends WaitOptions {
  readonly region?: string;
  readonly project: string;
}
interface SettingsOptions extends ServerOptions {
  readonly on?: boolean;
  readonly off?: boolean;
  readonly price?: Readonly<Record<string, string>>;
  readonly minDays?: Readonly<Record<string, string>>;
  readonly class?: Readonly<Record<string, string>>;
  readonly thawHours?: number;
  readonly thawPrice?: number;
  readonly thawDelay?: number | null;
}

const TIERS = ["hot", "warm", "cold"] as const;

export const register: Register = (program, io) => {
  const example = "baas tier plan --region bd-dha-1";
  const tier = group(program, "tier", "hot, warm and cold storage", example);
  const withPlace = (name: string, description: string) =>
    serverCommand(tier, name, description, `baas tier ${name} --region bd-dha-1`)
      .option("--region <name>", "region whose packs are looked at")
      .option("--project <name>", "project whose packs are looked at", "default");
  const placeOf = (options: PlaceOptions) => ({
    region: required(options.region, "--region"),
    project: options.project,
  });

  withPlace("plan", "Show what would move to which tier, what stays and why, and what it would save.").action(
    async (options: PlaceOptions) => {
      const { api } = await connectServer(io, options);
      const plan = unwrap(await api.GET("/v1/tiers/plan", { params: { query: placeOf(options) } }));
      show(io, options, plan, planText);
    },
  );

  withPlace("run", "Move packs to the tiers their backups need. The server does it once a day.")
    .option(...DETACH)
    .action(async (options: PlaceOptions) => {
      const connection = await connectServer(io, options);
      const params = { header: idempotencyKey(io) };
      const accepted = unwrap(await connection.api.POST("/v1/tiers/run", { params, body: placeOf(options) }));
      const job = await awaitJob(io, connection, options, accepted.job_id);
      if (job === undefined) {
        show(io, options, accepted, () => `job ${accepted.job_id} started: baas job watch ${accepted.job_id}`);
        return;
      }
      settle(io, job);
      show(io, options, job, ({ result }) =>
        [
          endText(job),
          `${formatCount(Number(result?.["packs_moved"] ?? 0))} packs moved, ${formatBytes(Number(result?.["bytes_moved"] ?? 0))}`,
          `${formatCount(Number(result?.["packs_thawing"] ?? 0))} cold ones are thawing, to be moved by a later run`,
        ].join("\n"),
      );
    });

  serverCommand(
    tier,
    "status",
    "Show where each project's packs stand, as of its last run.",
    "baas tier status",
  ).action(async (options: ServerOptions) => {
    const { api } = await connectServer(io, options);
    const { items } = unwrap(await api.GET("/v1/tiers"));
    show(io, options, { items }, () =>
      items.length === 0
        ? "nothing is stored yet"
        : renderTable(
            items,
            [
              { title: "project", value: (row) => row.project },
              { title: "region", value: (row) => row.region },
              { title: "tiers", value: (row) => (row.enabled ? "on" : "off") },
              ...TIERS.map((name) => ({ title: name, value: (row: TierStatusView) => bytesIn(row, name) })),
              { title: "last run", value: (row) => formatTime(row.last_run_at) },
            ],
            widthOf(io),
          ),
    );
  });

  serverCommand(
    tier,
    "settings",
    "Say what a region's tiers are, cost and ask for; what is not given stays. Without options: show it.",
    "baas tier settings bd-dha-2 --on --class warm=STANDARD_IA,cold=GLACIER --price hot=0.023,warm=0.0125,cold=0.004",
  )
    .argument("<region>", "name or id of the region")
    .option("--on", "move packs between tiers here")
    .option("--off", "leave packs where they are")
    .option("--price <list>", "for a GiB a month, e.g. hot=0.023,cold=0.004", parsePairs)
    .option("--min-days <list>", "days that are paid for in any case, e.g. warm=30,cold=90", parsePairs)
    .option("--class <list>", "storage classes of a bucket, e.g. warm=STANDARD_IA,cold=GLACIER", parsePairs)
    .option("--thaw-hours <n>", "how long a thaw is expected to take", Number)
    .option("--thaw-price <n>", "for each GiB thawed", Number)
    .option("--thaw-delay <seconds|none>", "folder: how long a cold object takes to be readable", (text) =>
      text === "none" ? null : Number(text),
    )
    .action(async (id: string, options: SettingsOptions) => {
      const { api } = await connectServer(io, options);
      const numbers = (pairs: Readonly<Record<string, string>>) =>
        Object.fromEntries(Object.entries(pairs).map(([key, value]) => [key, Number(value)]));
      const body = {
        ...(options.on === true ? { enabled: true } : options.off === true ? { enabled: false } : {}),
        ...(options.price === undefined ? {} : { price_gib_month: numbers(options.price) }),
        ...(options.minDays === undefined ? {} : { min_days: numbers(options.minDays) }),
        ...(options.class === undefined ? {} : { classes: options.class }),
        ...(options.thawHours === undefined ? {} : { thaw_hours: options.thawHours }),
        ...(options.thawPrice === undefined ? {} : { thaw_price_gib: options.thawPrice }),
        ...(options.thawDelay === undefined ? {} : { thaw_seconds: options.thawDelay }),
      };
      const params = { path: { id }, header: idempotencyKey(io) };
      const set = unwrap(await api.POST("/v1/regions/{id}/tiers", { params, body }));
      const list = (values: Readonly<Record<string, number | null>>) =>
        TIERS.map((name) => `${name} ${values[name] ?? "not said"}`).join(", ");
      show(io, options, set, () =>
        renderDetails([
          ["region", set.region],
          ["tiers", set.enabled ? "on" : "off"],
          ["price, GiB a month", list(set.price_gib_month)],
          ["minimum days", list(set.min_days)],
          ["thaw", `${set.thaw_hours} h, ${set.thaw_price_gib ?? "not said"} a GiB`],
        ]),
      );
    });
};

function planText(plan: TierPlanView): string {
  const sum = ({ packs, bytes }: { packs: number; bytes: number }) =>
    `${formatCount(packs)} packs, ${formatBytes(bytes)}`;
  const lines = plan.moves_by.map((move) => `${move.from} to ${move.to}: ${sum(move)}`);
  if (lines.length === 0) lines.push("nothing to move");
  lines.push("", "tier  now, and after");
  for (const name of TIERS) lines.push(`${name.padEnd(5)} ${sum(plan.now[name])}; ${sum(plan.after[name])}`);
  const { minimum, expires, locked } = plan.deferred;
  if (minimum.packs > 0) lines.push(`stays until its class's minimum days are over: ${sum(minimum)}`);
  if (expires.packs > 0) lines.push(`stays, since it expires before the colder class's minimum: ${sum(expires)}`);
  if (locked.packs > 0) lines.push(`stays while it is locked, since a bucket would keep both: ${sum(locked)}`);
  lines.push(
    plan.saves_month === null
      ? "saves: prices are not said (baas tier settings)"
      : `saves ${plan.saves_month.toFixed(4)} a month`,
  );
  return lines.join("\n");
}

function bytesIn({ tiers }: TierStatusView, name: string): string | null {
  const sum = tiers?.[name] as { bytes?: number } | undefined;
  return sum?.bytes === undefined ? null : formatBytes(sum.bytes);
}

function parsePairs(text: string): Readonly<Record<string, string>> {
  const pairs = text.split(",").map((pair) => pair.split("="));
  if (pairs.some(([name, value]) => !(TIERS as readonly string[]).includes(name ?? "") || value === undefined)) {
    throw new InvalidArgumentError("hot=…, warm=… or cold=…, separated by commas");
  }
  return Object.fromEntries(pairs as [string, string][]);
}
