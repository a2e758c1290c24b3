import type { Command } from "commander";
import { cliError } from "../errors.ts";
import type { CliIo } from "../io.ts";
import { formatTime } from "../format.ts";
import { show } from "../output.ts";
import { connectServer, idempotencyKey, type ServerOptions, unwrap } from "../server/client.ts";
import { group, PAGE_SIZE, required, serverCommand } from "../server/command.ts";
import { showPages } from "../server/lists.ts";
import { renderDetails, renderTable } from "../table.ts";
import type { DrillPlanDetail, DrillPlanView } from "../../../protocol/index.ts";

interface CreateOptions extends ServerOptions {
  readonly project?: string;
  readonly type?: readonly ("vm" | "volume" | "share" | "database" | "bucket" | "host" | "application")[];
  readonly class?: readonly string[];
  readonly selector?: string;
  readonly workload?: readonly string[];
  readonly every: "weekly" | "biweekly" | "monthly" | "quarterly";
  readonly week: number;
  readonly weekday: "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun";
  readonly at: string;
  readonly timezone: string;
  readonly randomWithin?: string;
  readonly reaches?: readonly string[];
  readonly cutOff?: readonly string[];
  readonly sandbox?: string;
  readonly owner?: string;
  readonly max: number;
}

type SetOptions = ServerOptions &
  Partial<Omit<CreateOptions, keyof ServerOptions | "every" | "weekday">> & {
    readonly every?: CreateOptions["every"];
    readonly weekday?: CreateOptions["weekday"];
  };

function changesIn({ every, week, weekday, at, timezone, randomWithin, sandbox, owner, max }: SetOptions) {
  const given = Object.entries({ every, week, weekday, at, timezone }).filter(([, value]) => value !== undefined);
  const backup =
    randomWithin === "none" ? { choose: "latest" as const } : { choose: "random" as const, within: randomWithin ?? "" };
  return {
    ...(given.length === 0 ? {} : { cadence: Object.fromEntries(given) }),
    ...(randomWithin === undefined ? {} : { backup }),
    ...(sandbox === undefined ? {} : { sandbox }),
    ...(owner === undefined ? {} : { owner }),
    ...(max === undefined ? {} : { workloads_max: max }),
  };
}

interface ConnectionOptions {
  readonly reaches?: readonly string[];
  readonly cutOff?: readonly string[];
}

/** As the API takes them. @throws CLI_USAGE */
export function connectionsIn({ reaches = [], cutOff = [] }: ConnectionOptions) {
  const connections = [
    ...reaches.map((text) => ({ ...placeIn(text), expect: "open" as const })),
    ...cutOff.map((text) => ({ ...placeIn(text), expect: "closed" as const })),
  ];
  return connections.length === 0 ? {} : { connections };
}

function placeIn(text: string): { readonly host: string; readonly port: number } {
  const [, host = "", port = ""] = /^\[?([^\]]+?)\]?:(\d{1,5})$/.exec(text) ?? [];
  if (host !== "") return { host, port: Number(port) };
  throw cliError("CLI_USAGE", `${text} is no HOST:PORT, e.g. ldap.example.net:636`);
}

export function registerPlans(drill: Command, io: CliIo): void {
  const example =
    "baas drill plan create tier-1 --class tier-1 --every monthly --week 3 --timezone Asia/Dhaka --sandbox drills --owner ops";
  const plan = group(drill, "plan", "which workloads are drilled when", example);
  serverCommand(plan, "create", "Drill workloads at a cadence from now on.", example)
    .argument("<name>", "name of the plan")
    .option("--project <name>", "only workloads of this project")
    .option("--type <type...>", "only workloads of these types")
    .option("--class <class...>", "only workloads of these classes: tier-1, tier-2, internal")
    .option("--selector <selector>", "only workloads with these tags, e.g. app=mail,env!=dev")
    .option("--workload <name...>", "only these workloads")
    .option("--every <cadence>", "weekly, biweekly, monthly or quarterly", "monthly")
    .option("--week <n>", "of the month, or of the quarter's first month: 1 to 4", Number, 3)
    .option("--weekday <day>", "mon to sun", "tue")
    .option("--at <time>", "time of day", "09:00")
    .option("--timezone <zone>", "whose time of day", "UTC")
    .option("--reaches <host:port...>", "what must be reachable from where they are restored")
    .option("--cut-off <host:port...>", "what must not be reachable from there, e.g. production's database")
    .option("--random-within <span>", "restore a random point of so long, another each time; by default the newest")
    .option("--sandbox <project>", "sandbox project that is restored into")
    .option("--owner <who>", "who gets the tasks")
    .option("--max <n>", "at most so many workloads each time: those drilled longest ago", Number, 25)
    .action(async (name: string, options: CreateOptions) => {
      const { api } = await connectServer(io, options);
      const { every, week, weekday, at, timezone, project, type, selector, workload, randomWithin } = options;
      const select = {
        ...(project === undefined ? {} : { project }),
        ...(type === undefined ? {} : { types: [...type] }),
        ...(options.class === undefined ? {} : { classes: [...options.class] }),
        ...(selector === undefined ? {} : { selector }),
        ...(workload === undefined ? {} : { workloads: [...workload] }),
      };
      const spec = {
        select,
        cadence: { every, week, weekday, at, timezone },
        ...(randomWithin === undefined ? {} : { backup: { choose: "random" as const, within: randomWithin } }),
        sandbox: required(options.sandbox, "--sandbox"),
        owner: required(options.owner, "--owner"),
        workloads_max: options.max,
        ...connectionsIn(options),
      };
      const params = { header: idempotencyKey(io) };
      const made = unwrap(await api.POST("/v1/drill-plans", { params, body: { name, spec } }));
      show(io, options, made, (it) => renderDetails(planRow(it)));
    });

  serverCommand(plan, "list", "List drill plans.", "baas drill plan list").action(async (options: ServerOptions) => {
    const { api } = await connectServer(io, options);
    await showPages(io, options, {
      fetch: async (page_token) => {
        const query = { page_size: PAGE_SIZE, ...(page_token === undefined ? {} : { page_token }) };
        return unwrap(await api.GET("/v1/drill-plans", { params: { query } }));
      },
      columns: [
        { title: "plan", value: (row) => row.name },
        { title: "due", value: (row) => (row.enabled ? row.cadence : "rests"), shrink: true },
        { title: "next", value: (row) => formatTime(row.next_due_at) },
        { title: "sandbox", value: (row) => row.spec.sandbox },
        { title: "owner", value: (row) => row.spec.owner },
      ],
      empty: "nothing is drilled by itself yet: baas drill plan create",
    });
  });

  serverCommand(
    plan,
    "show",
    "Show a plan: what it would drill now, and its last times.",
    "baas drill plan show tier-1",
  )
    .argument("<name>", "name or id of the plan")
    .action(async (id: string, options: ServerOptions) => {
      const { api } = await connectServer(io, options);
      show(io, options, unwrap(await api.GET("/v1/drill-plans/{id}", { params: { path: { id } } })), planText);
    });

  serverCommand(
    plan,
    "set",
    "Change when a plan drills, what it restores and where, and who owns it; what is not given stays.",
    "baas drill plan set subscription-acme --weekday sat --at 03:00 --timezone Asia/Dhaka --owner ops",
  )
    .argument("<name>", "name or id of the plan")
    .option("--every <cadence>", "weekly, biweekly, monthly or quarterly")
    .option("--week <n>", "of the month, or of the quarter's first month: 1 to 4", Number)
    .option("--weekday <day>", "mon to sun")
    .option("--at <time>", "time of day")
    .option("--timezone <zone>", "whose time of day")
    .option("--random-within <span|none>", "restore a random point of so long; none: the newest")
    .option("--sandbox <project>", "sandbox project that is restored into")
    .option("--owner <who>", "who gets the tasks")
    .option("--max <n>", "at most so many workloads each time", Number)
    .action(async (id: string, options: SetOptions) => {
      const { api } = await connectServer(io, options);
      const params = { path: { id } };
      const changed = unwrap(await api.PATCH("/v1/drill-plans/{id}", { params, body: changesIn(options) }));
      show(io, options, changed, (it) => renderDetails(planRow(it)));
    });

  for (const verb of ["enable", "disable"] as const) {
    const what = verb === "enable" ? "Let a plan begin anew from now." : "Let a plan rest; its drills stay.";
    serverCommand(plan, verb, what, `baas drill plan ${verb} tier-1`)
      .argument("<name>", "name or id of the plan")
      .action(async (id: string, options: ServerOptions) => {
        const { api } = await connectServer(io, options);
        const params = { path: { id }, header: idempotencyKey(io) };
        const changed = unwrap(await api.POST(`/v1/drill-plans/{id}/${verb}`, { params }));
        show(io, options, changed, (it) => renderDetails(planRow(it)));
      });
  }
}

function planRow(plan: DrillPlanView | DrillPlanDetail): (readonly [string, string | number | null])[] {
  return [
    ["plan", plan.name],
    ["due", plan.enabled ? plan.cadence : "rests"],
    ["next", formatTime(plan.next_due_at)],
    ["sandbox", plan.spec.sandbox],
    ["owner", plan.spec.owner],
  ];
}

function planText(plan: DrillPlanDetail): string {
  const lines = [renderDetails([...planRow(plan), ["would drill", plan.workloads.join(" ")]])];
  if (plan.dues.length > 0) {
    const dues = renderTable(plan.dues, [
      { title: "due", value: (row) => formatTime(row.due_at) },
      { title: "outcome", value: (row) => row.outcome.toLowerCase().replaceAll("_", " ") },
      { title: "workloads", value: (row) => row.workloads, align: "right" },
    ]);
    lines.push("", dues);
  }
  return lines.join("\n");
}
