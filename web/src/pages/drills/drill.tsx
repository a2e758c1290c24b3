import { Alert, Button, Stack, Text } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useId } from "../../app/address.ts";
import { IfMay } from "../../app/may.tsx";
import { sayFailed } from "../../app/toasts.tsx";
import { api, newKey, take } from "../../api/client.ts";
import { jobQuery } from "../../api/queries.ts";
import { drillQuery, reportsQuery } from "../../api/queries-assure.ts";
import type { Answer } from "../../api/types.ts";
import { bytesText, countText, secondsText } from "../../parts/format.ts";
import { Icon } from "../../parts/icons.tsx";
import { Answered, Facts, PageHead, Panel } from "../../parts/page.tsx";
import { Rows } from "../../parts/rows.tsx";
import { StateMark, toneOf } from "../../parts/state.tsx";
import { TaskTree } from "../../parts/task-tree.tsx";
import { Stamp, Told } from "../../parts/time.tsx";
import { Ref } from "../../parts/ref.tsx";
import { t } from "../../texts/index.ts";

type Drill = Answer<"/v1/drills/{id}">;
const COLORS: Readonly<Record<string, string>> = {
  good: "green",
  warn: "yellow",
  bad: "red",
  busy: "accent",
  idle: "gray",
};
const ICONS = { good: "check", warn: "warning", bad: "cross", busy: "running", idle: "skipped" } as const;

/** A drill while it runs, and its report when it has ended: the same address. */
export function DrillPage() {
  const id = useId();
  const query = useQuery(drillQuery(id));
  const drill = query.data;
  return (
    <>
      <PageHead
        title={drill === undefined ? t.common.one.drill : t.drills.of_workload(drill.workload_name)}
        lead={<span className="hf-mono">{id}</span>}
        above={<Link to="/drills">{t.drills.title}</Link>}
        actions={drill === undefined || drill.state === "RUNNING" ? undefined : <ReportOf drill={drill} />}
      />
      <Answered query={query}>{(it) => <Detail drill={it} />}</Answered>
    </>
  );
}

/** The report that came by itself, or making one. */
function ReportOf({ drill }: { drill: Drill }) {
  const navigate = useNavigate();
  const reports = useQuery(reportsQuery(`drill_id=${drill.id}`));
  const made = reports.data?.items[0];
  const make = useMutation({
    mutationFn: () =>
      take(
        api.POST("/v1/reports", { params: { header: newKey() }, body: { kind: "drill", drill_id: drill.id } }),
      ) as unknown as Promise<{ readonly resource_id: string }>,
    onSuccess: ({ resource_id }) => void navigate({ to: `/reports/${resource_id}` as never }),
    onError: (error) => sayFailed(t.drills.make_report, error),
  });
  if (made !== undefined) {
    return (
      <Button component={Link} to={`/reports/${made.id}` as never} leftSection={<Icon name="reports" size={14} />}>
        {t.drills.report}
      </Button>
    );
  }
  return (
    <IfMay scope="reports:write">
      <Button variant="default" loading={make.isPending} onClick={() => make.mutate()}>
        {t.drills.make_report}
      </Button>
    </IfMay>
  );
}

function Detail({ drill }: { drill: Drill }) {
  const job = useQuery(jobQuery(drill.job_id));
  const tone = toneOf(drill.state);
  const running = drill.state === "RUNNING";
  return (
    <div className="hf-grid">
      <div data-span="8">
        <Stack gap="sm">
          <Alert
            color={COLORS[tone]}
            variant="outline"
            role="status"
            icon={<Icon name={ICONS[tone]} />}
            title={t.drills.verdict[drill.state] ?? drill.state}
          >
            <Stack gap={4}>
              {drill.state === "RUNNING" && <Text size="sm">{t.restore.resume_hint}</Text>}
              {drill.findings.map((it) => (
                <Text key={it.code + it.message} size="sm">
                  {it.message}
                </Text>
              ))}
            </Stack>
          </Alert>
          <Panel>
            <Facts
              rows={[
                [t.drills.took, <Against key="t" seconds={drill.rto_seconds} target={drill.rto_target_seconds} />],
                [t.drills.lost, <Against key="l" seconds={drill.rpo_seconds} target={drill.rpo_target_seconds} />],
                [t.drills.class, drill.class],
                [
                  t.drills.workload,
                  <Link key="w" to={`/workloads/${drill.workload_id}` as never}>
                    {drill.workload_name}
                  </Link>,
                ],
                [t.drills.backup_of, drill.backup_id === null ? "–" : <Ref key="b" id={drill.backup_id} />],
                [t.drills.restored_to, <Stamp key="r" at={drill.restored_to} />],
                [
                  t.drills.restored,
                  drill.restored_files === null
                    ? "–"
                    : `${t.jobs.files(countText(drill.restored_files))}, ${bytesText(drill.restored_bytes)}`,
                ],
                [t.drills.asked_at, <Stamp key="a" at={drill.requested_at} />],
                [t.drills.functional_at, <Stamp key="f" at={drill.functional_at} />],
                [t.drills.owner, drill.owner],
                drill.plan_name === null
                  ? null
                  : [
                      t.drills.plan,
                      <Link key="p" to={`/drill-plans/${drill.plan_name}` as never}>
                        {drill.plan_name}
                      </Link>,
                    ],
              ]}
            />
          </Panel>
          <Panel title={t.drills.validations} flush>
            <Validations drill={drill} />
          </Panel>
          {drill.deviations.length > 0 && (
            <Panel title={t.drills.deviations}>
              {drill.deviations.map((it) => (
                <Text key={it.code + it.message} size="sm">
                  {it.message}
                </Text>
              ))}
            </Panel>
          )}
          {Object.keys(drill.subject).length > 0 && (
            <Panel title={t.drills.subject} aside={t.drills.subject_lead}>
              <Facts
                rows={Object.entries(drill.subject).map(([key, value]) => [
                  key.replaceAll("_", " "),
                  key === "policy_id" && typeof value === "string" ? (
                    <Link key={key} to={`/policies/${value}` as never} className="hf-mono">
                      …{value.slice(-6)}
                    </Link>
                  ) : (
                    <span key={key} className="hf-mono">
                      {String(value ?? "–").slice(0, 40)}
                    </span>
                  ),
                ])}
              />
            </Panel>
          )}
        </Stack>
      </div>
      <div data-span="4">
        <Stack gap="sm">
          {drill.steps.length > 0 && (
            <Panel title={t.drills.times} flush>
              <Rows
                label={t.drills.times}
                items={drill.steps}
                rowKey={(it) => it.name}
                none="–"
                least={220}
                columns={[
                  { title: t.jobs.steps, cell: (it) => it.name },
                  {
                    title: t.jobs.took,
                    end: true,
                    cell: (it) =>
                      it.seconds === null ? (
                        running ? (
                          <StateMark state="RUNNING" compact />
                        ) : (
                          "–"
                        )
                      ) : it.seconds < 10 ? (
                        `${it.seconds.toFixed(1)}s`
                      ) : (
                        secondsText(it.seconds)
                      ),
                  },
                ]}
              />
            </Panel>
          )}
          {(running || job.data?.error !== null) && job.error === null && (
            <Panel title={t.jobs.steps} aside={<Link to={`/jobs/${drill.job_id}` as never}>{t.nav.jobs}</Link>}>
              <Answered query={job}>{(data) => <TaskTree job={data} />}</Answered>
            </Panel>
          )}
        </Stack>
      </div>
    </div>
  );
}

/** `41s of 1h promised`, with a sign. */
function Against({ seconds, target }: { seconds: number | null; target: number }) {
  if (seconds === null) return <>–</>;
  const met = seconds <= target;
  return (
    <span style={{ color: met ? "var(--hf-good)" : "var(--hf-bad)" }}>
      <Icon name={met ? "check" : "cross"} size={12} />{" "}
      <strong>{seconds < 10 ? `${seconds.toFixed(1)}s` : secondsText(seconds)}</strong>{" "}
      {met ? t.drills.of(secondsText(target)) : t.drills.over((seconds / target).toFixed(1))}
    </span>
  );
}

function Validations({ drill }: { drill: Drill }) {
  return (
    <Rows
      label={t.drills.validations}
      items={drill.validations}
      rowKey={(it) => it.name}
      none={t.drills.no_validations}
      columns={[
        { title: t.drills.state, cell: (it) => <StateMark state={it.passed ? "passed" : "failed"} /> },
        { title: t.drills.validations, cell: (it) => it.name },
        {
          title: t.alerts.details,
          cell: (it) => (
            <>
              <Told text={it.detail} />
              {it.problems.slice(0, 5).map((problem) => (
                <Text key={problem} size="xs" c="var(--hf-bad)">
                  {problem}
                </Text>
              ))}
            </>
          ),
        },
      ]}
    />
  );
}
