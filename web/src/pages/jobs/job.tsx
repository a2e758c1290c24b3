import { Button, Code } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useId } from "../../app/address.ts";
import { IfMay } from "../../app/may.tsx";
import { sayDone, sayFailed } from "../../app/toasts.tsx";
import { api, newKey, take } from "../../api/client.ts";
import { jobQuery } from "../../api/queries.ts";
import { Answered, Facts, PageHead, Panel } from "../../parts/page.tsx";
import { TaskTree } from "../../parts/task-tree.tsx";
import { Stamp } from "../../parts/time.tsx";
import { Ref } from "../../parts/ref.tsx";
import { t } from "../../texts/index.ts";

export function JobPage() {
  const id = useId();
  const query = useQuery(jobQuery(id));
  const job = query.data;
  const cancel = useMutation({
    mutationFn: () => take(api.POST("/v1/jobs/{id}/cancel", { params: { path: { id }, header: newKey() } })),
    onSuccess: () => sayDone(t.jobs.cancel_asked),
    onError: (error) => sayFailed(t.jobs.cancel, error),
  });
  const title = job === undefined ? t.common.one.job : `${t.jobs.kinds[job.kind] ?? job.kind}`;
  return (
    <>
      <PageHead
        title={job === undefined || job.workload_name === null ? title : `${title}: ${job.workload_name}`}
        lead={<span className="hf-mono">{id}</span>}
        above={<Link to="/jobs">{t.jobs.title}</Link>}
        actions={
          job !== undefined && job.finished_at === null ? (
            <IfMay scope="jobs:write">
              <Button variant="default" loading={cancel.isPending} onClick={() => cancel.mutate()}>
                {t.jobs.cancel}
              </Button>
            </IfMay>
          ) : undefined
        }
      />
      <Answered query={query}>
        {(job) => (
          <div className="hf-grid">
            <div data-span="8">
              <Panel title={t.jobs.steps}>
                <TaskTree job={job} />
              </Panel>
            </div>
            <div data-span="4">
              <Panel>
                <Facts
                  rows={[
                    [t.jobs.started, <Stamp key="s" at={job.started_at} />],
                    [t.jobs.ended, <Stamp key="e" at={job.finished_at} />],
                    job.workload_id === null
                      ? null
                      : [
                          t.jobs.workload,
                          <Link key="w" to={`/workloads/${job.workload_id}` as never}>
                            {job.workload_name ?? job.workload_id}
                          </Link>,
                        ],
                    job.backup_id === null ? null : [t.jobs.for_backup, <Ref key="b" id={job.backup_id} />],
                  ]}
                />
              </Panel>
              {job.result !== null && (
                <Panel title={t.jobs.result}>
                  <Code block tabIndex={0}>
                    {JSON.stringify(job.result, null, 2)}
                  </Code>
                </Panel>
              )}
            </div>
          </div>
        )}
      </Answered>
    </>
  );
}
