import type { AlertDetail, AlertView, CalendarView } from "../../../protocol/index.ts";
import { formatTime } from "../format.ts";
import type { CliIo } from "../io.ts";
import { show } from "../output.ts";
import type { Register } from "../register.ts";
import { connectServer, idempotencyKey, type ServerOptions, unwrap } from "../server/client.ts";
import { group, PAGE_SIZE, required, serverCommand } from "../server/command.ts";
import { filterOf, showPages } from "../server/lists.ts";
import { type Column, renderDetails } from "../table.ts";

const COLUMNS: readonly Column<AlertView>[] = [
  { title: "id", value: (row) => row.id },
  { title: "sev", value: (row) => row.severity, align: "right" },
  { title: "state", value: (row) => row.state },
  { title: "rule", value: (row) => row.rule },
  { title: "project", value: (row) => row.project_name },
  { title: "opened", value: (row) => formatTime(row.opened_at) },
  { title: "what", value: (row) => row.summary, shrink: true },
];

interface ListOptions extends ServerOptions {
  readonly all?: boolean;
  readonly project?: string;
  readonly severity?: string;
}

type NoteOptions = ServerOptions & { readonly note?: string };

export const register: Register = (program, io) => {
  const alert = group(program, "alert", "what is wrong now", "baas alert list");
  serverCommand(alert, "list", "List open alerts, newest first.", "baas alert list --severity 1")
    .option("--all", "resolved ones, too")
    .option("--project <name>", "only of this project")
    .option("--severity <n>", "only of this severity: 1, 2 or 3")
    .action(async (options: ListOptions) => {
      const { api } = await connectServer(io, options);
      const state = options.all === true ? undefined : "RESOLVED";
      const filter = filterOf([
        ["state!=", state],
        ["project=", options.project],
        ["severity=", options.severity],
      ]);
      await showPages(io, options, {
        fetch: async (page_token) => {
          const token = page_token === undefined ? {} : { page_token };
          const query = { page_size: PAGE_SIZE, ...filter, ...token };
          return unwrap(await api.GET("/v1/alerts", { params: { query } }));
        },
        columns: COLUMNS,
        empty: options.all === true ? "there never was an alert" : "nothing is wrong",
      });
    });
  serverCommand(
    alert,
    "show",
    "Show an alert: what it hurts, its clocks, its history, its runbook.",
    "baas alert show alt_…",
  )
    .argument("<id>", "id of the alert")
    .action(async (id: string, options: ServerOptions) => {
      const { api } = await connectServer(io, options);
      show(io, options, unwrap(await api.GET("/v1/alerts/{id}", { params: { path: { id } } })), alertText);
    });
  serverCommand(alert, "ack", "I have it: nobody else is paged.", "baas alert ack alt_…")
    .argument("<id>", "id of the alert")
    .option("--note <text>", "what you know")
    .action(async (id: string, options: NoteOptions) => {
      const { api } = await connectServer(io, options);
      const body = options.note === undefined ? {} : { note: options.note };
      const params = { path: { id }, header: idempotencyKey(io) };
      show(io, options, unwrap(await api.POST("/v1/alerts/{id}/acknowledge", { params, body })), alertText);
    });
  serverCommand(
    alert,
    "resolve",
    "Close an alert by hand. It stays quiet until more is hurt, or its cause has gone and come back.",
    'baas alert resolve alt_… --note "disk replaced"',
  )
    .argument("<id>", "id of the alert")
    .option("--note <text>", "what the cause was, and what was done")
    .action(async (id: string, options: NoteOptions) => {
      const { api } = await connectServer(io, options);
      const body = { note: required(options.note, "--note") };
      const params = { path: { id }, header: idempotencyKey(io) };
      show(io, options, unwrap(await api.POST("/v1/alerts/{id}/resolve", { params, body })), alertText);
    });
  serverCommand(
    alert,
    "mark",
    "Say that one of an alert's clocks is met, e.g. that the customer was told.",
    'baas alert mark alt_… --step customer --note "called, sent the summary"',
  )
    .argument("<id>", "id of the alert")
    .option("--step <step>", "alert, investigation, customer, root_cause, remedy or review")
    .option("--note <text>", "what was done")
    .action(async (id: string, options: NoteOptions & { step?: string }) => {
      const { api } = await connectServer(io, options);
      const step = required(options.step, "--step") as AlertDetail["timers"][number]["step"];
      const body = { step, note: required(options.note, "--note") };
      const params = { path: { id }, header: idempotencyKey(io) };
      show(io, options, unwrap(await api.POST("/v1/alerts/{id}/mark", { params, body })), alertText);
    });
  registerCalendar(alert, io);
};

interface CalendarOptions extends ServerOptions {
  readonly project?: string;
  readonly timezone?: string;
  readonly workdays?: string;
  readonly hours?: string;
  readonly holiday?: string[];
}

function registerCalendar(alert: ReturnType<typeof group>, io: CliIo): void {
  serverCommand(
    alert,
    "calendar",
    "Show, or with options set, the business days, hours and holidays that clocks go by.",
    "baas alert calendar --project acme-prod --timezone Asia/Dhaka --workdays 7,1,2,3,4 --hours 09:00-18:00 --holiday 2026-12-16",
  )
    .option("--project <name>", "of this project; without it of all that have none of their own")
    .option("--timezone <zone>", "IANA zone, e.g. Asia/Dhaka")
    .option("--workdays <days>", "1 is Monday, e.g. 1,2,3,4,5")
    .option("--hours <from-to>", "operating hours, e.g. 09:00-18:00")
    .option("--holiday <day>", "a day off, may be repeated", (day: string, days: string[] | undefined) => [
      ...(days ?? []),
      day,
    ])
    .action(async (options: CalendarOptions) => {
      const { api } = await connectServer(io, options);
      const project = options.project === undefined ? {} : { project: options.project };
      const now = unwrap(await api.GET("/v1/calendar", { params: { query: project } }));
      const { timezone, workdays, hours, holiday } = options;
      if ([timezone, workdays, hours, holiday].every((each) => each === undefined)) {
        show(io, options, now, calendarText);
        return;
      }
      const [opens = now.opens, closes = now.closes] = hours?.split("-") ?? [];
      const body = {
        ...project,
        timezone: timezone ?? now.timezone,
        workdays: workdays?.split(",").map(Number) ?? now.workdays,
        opens,
        closes,
        holidays: holiday ?? now.holidays,
      };
      const params = { header: idempotencyKey(io) };
      show(io, options, unwrap(await api.POST("/v1/calendar", { params, body })), calendarText);
    });
}

function calendarText(calendar: CalendarView): string {
  return renderDetails([
    ["project", calendar.project ?? "all without their own"],
    ["zone", calendar.timezone],
    ["workdays", calendar.workdays.join(",")],
    ["hours", `${calendar.opens}-${calendar.closes}`],
    ["holidays", calendar.holidays.join(" ")],
  ]);
}

const MEMBERS_SHOWN_MAX = 20;

function alertText(alert: AlertDetail): string {
  const more = alert.members.length - MEMBERS_SHOWN_MAX;
  const members = alert.members.slice(0, MEMBERS_SHOWN_MAX).join(" ") + (more > 0 ? ` and ${more} more` : "");
  const taken =
    alert.acknowledged_by === null ? "" : ` by ${alert.acknowledged_by}, ${formatTime(alert.acknowledged_at)}`;
  const lines = [
    renderDetails([
      ["alert", alert.id],
      ["what", alert.summary],
      ["severity", String(alert.severity)],
      ["state", `${alert.state}${taken}`],
      ["project", alert.project_name ?? "-"],
      ["hurts", members],
      ["opened", formatTime(alert.opened_at)],
      [
        "resolved",
        alert.resolved_at === null
          ? ""
          : `${formatTime(alert.resolved_at)} by ${alert.resolved_by ?? ""}: ${alert.resolution ?? ""}`,
      ],
      ["runbook", alert.runbook],
    ]),
  ];
  for (const { step, due_at, met_at, met_by, breached_at } of alert.timers) {
    const end = met_at === null ? "" : `, met ${formatTime(met_at)} by ${met_by ?? ""}`;
    const late = breached_at === null ? "" : ", BREACHED";
    lines.push(`  ${step.replace("_", " ")}: due ${formatTime(due_at)}${late}${end}`);
  }
  return lines.join("\n");
}
