import { Alert, Button, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useId } from "../../app/address.ts";
import { jobQuery, restoreQuery } from "../../api/queries.ts";
import type { Answer, JobDetail } from "../../api/types.ts";
import { bytesText, countText } from "../../parts/format.ts";
import { Icon } from "../../parts/icons.tsx";
import { Answered, Facts, PageHead, Panel } from "../../parts/page.tsx";
import { ProblemList } from "../../parts/problems.tsx";
import { TaskTree } from "../../parts/task-tree.tsx";
import { Stamp, Took } from "../../parts/time.tsx";
import { Ref } from "../../parts/ref.tsx";
import { t } from "../../texts/index.ts";
import { Details } from "./details.tsx";
import { modeText } from "./mode-text.ts";

/** A restore while it runs, and its report when it has ended: the same address. */
export function RestoreReportPage() {
  const id = useId();
  const query = useQuery({
    ...restoreQuery(id),
    refetchInterval: ({ state }) => (state.data !== undefined && state.data.completed_at === null ? 2000 : false),
  });
  const job = useQuery({ ...jobQuery(query.data?.job_id ?? ""), enabled: query.data !== undefined });
  const title = query.data === undefined ? t.restore.title : `${t.restore.title}: ${query.data.workload_name}`;
  return (
    <>
      <PageHead
        title={title}
        lead={<span className="hf-mono">{id}</span>}
        above={<Link to="/restores">{t.restores.title}</Link>}
        actions={
          <Button variant="default" component={Link} to="/restore">
            {t.restore.another}
          </Button>
        }
      />
      <Answered query={query}>
        {(restore) => (
          <div className="hf-grid">
            <div data-span="8">
              <Stack gap="sm">
                {job.data !== undefined && <Outcome job={job.data} problems={restore.problem_count} />}
                <Panel title={t.restore.report}>
                  <Report restore={restore} />
                </Panel>
                <Details details={restore.details} />
                {restore.problem_count > 0 && (
                  <Panel title={t.restore.problems} aside={countText(restore.problem_count)}>
                    <ProblemList problems={restore.problems} total={restore.problem_count} />
                  </Panel>
                )}
              </Stack>
            </div>
            <div data-span="4">
              <Panel title={t.jobs.steps}>
                <Answered query={job}>{(data) => <TaskTree job={data} />}</Answered>
              </Panel>
            </div>
          </div>
        )}
      </Answered>
    </>
  );
}

function Outcome({ job, problems }: { job: JobDetail; problems: number }) {
  if (job.finished_at === null) {
    return (
      <Alert color="accent" variant="outline" icon={<Icon name="running" />} title={t.restore.run_title} role="status">
        {t.restore.resume_hint}
      </Alert>
    );
  }
  const failed = !job.state.startsWith("SUCCEEDED");
  const partial = !failed && problems > 0;
  const color = failed ? "red" : partial ? "yellow" : "green";
  const title = failed ? t.restore.failed : partial ? t.restore.done_warnings : t.restore.done;
  return (
    <Alert
      color={color}
      variant="outline"
      role="status"
      icon={<Icon name={failed ? "cross" : partial ? "warning" : "check"} />}
      title={title}
    >
      <Text size="sm">
        {t.restore.taken} <Took from={job.started_at} to={job.finished_at} />
      </Text>
    </Alert>
  );
}

function Report({ restore }: { restore: Answer<"/v1/restores/{id}"> }) {
  return (
    <Facts
      rows={[
        [t.jobs.for_backup, <Ref key="b" id={restore.backup_id} />],
        [t.restores.mode, modeText(restore)],
        ...Object.entries(restore.target)
          .filter(([key, value]) => !key.endsWith("_id") && (typeof value === "string" || typeof value === "number"))
          .map(
            ([key, value]) =>
              [
                key.replaceAll("_", " "),
                <span key={key} className="hf-mono">
                  {String(value)}
                </span>,
              ] as const,
          ),
        [t.restore.plan_from, restore.region_name],
        [t.restores.files, countText(restore.restored_files)],
        [t.restores.bytes, bytesText(restore.restored_bytes)],
        [t.restores.asked, <Stamp key="c" at={restore.created_at} />],
        [t.restore.ended, <Stamp key="e" at={restore.completed_at} />],
      ]}
    />
  );
}
