import { Button, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useId } from "../../app/address.ts";
import { href } from "../../app/href.ts";
import { IfMay, MayOrWhy } from "../../app/may.tsx";
import { sayDone, sayFailed } from "../../app/toasts.tsx";
import { api, newKey, take } from "../../api/client.ts";
import { backupQuery, jobQuery, verificationsQuery } from "../../api/queries.ts";
import type { BackupDetail } from "../../api/types.ts";
import { bytesText, countText, secondsText, stampText } from "../../parts/format.ts";
import { Icon } from "../../parts/icons.tsx";
import { Answered, Facts, PageHead, Panel } from "../../parts/page.tsx";
import { ProblemList } from "../../parts/problems.tsx";
import { Rows } from "../../parts/rows.tsx";
import { Chip, StateMark } from "../../parts/state.tsx";
import { JobFailure, TaskTree } from "../../parts/task-tree.tsx";
import { Ago, Stamp, Told } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";
import { HeldBy } from "../holds/held.tsx";
import { HoldButton } from "../holds/release.tsx";
import { DeleteDialog } from "./delete-dialog.tsx";
import { ThawPanel } from "./thaw.tsx";

export function BackupPage() {
  const id = useId();
  const query = useQuery(backupQuery(id));
  const backup = query.data;
  return (
    <>
      <PageHead
        title={backup === undefined ? t.common.one.backup : `${backup.workload_name}, ${stampText(backup.created_at)}`}
        lead={<span className="hf-mono">{id}</span>}
        above={<Link to="/backups">{t.backups.title}</Link>}
        actions={backup === undefined ? undefined : <Actions backup={backup} />}
      />
      <Answered query={query}>{(data) => <Detail backup={data} />}</Answered>
    </>
  );
}

function Actions({ backup }: { backup: BackupDetail }) {
  const [asking, { open, close }] = useDisclosure(false);
  const verify = useMutation({
    mutationFn: () =>
      take(api.POST("/v1/verifications", { params: { header: newKey() }, body: { backup_id: backup.id } })),
    onSuccess: () => sayDone(t.backups.verification_asked),
    onError: (error) => sayFailed(t.backups.verify, error),
  });
  const undelete = useMutation({
    mutationFn: () =>
      take(
        api.POST("/v1/backups/{id}/undelete", {
          params: { path: { id: backup.id }, header: newKey() },
        }),
      ),
    onSuccess: () => sayDone(t.backups.undelete_done),
    onError: (error) => sayFailed(t.backups.undelete, error),
  });
  if (backup.state === "DELETED" || backup.state === "DELETING") {
    return (
      <IfMay scope="backups:delete">
        <Button variant="default" loading={undelete.isPending} onClick={() => undelete.mutate()}>
          {t.backups.undelete}
        </Button>
      </IfMay>
    );
  }
  const usable = backup.state === "AVAILABLE" || backup.state === "DAMAGED";
  return (
    <>
      {usable && (
        <>
          <IfMay scope="restores:write">
            <Button
              component={Link}
              {...href(`/restore?workload=${backup.workload_id}&backup=${backup.id}&step=where`)}
              leftSection={<Icon name="restore" size={14} />}
            >
              {t.backups.restore}
            </Button>
          </IfMay>
          <IfMay scope="files:read">
            <Button
              variant="default"
              component={Link}
              to={`/backups/${backup.id}/files` as never}
              leftSection={<Icon name="folder" size={14} />}
            >
              {t.files.browse}
            </Button>
          </IfMay>
          <IfMay scope="backups:verify">
            <Button
              variant="default"
              loading={verify.isPending}
              onClick={() => verify.mutate()}
              title={t.backups.verify_hint}
            >
              {t.backups.verify}
            </Button>
          </IfMay>
          <IfMay scope="holds:write">
            <HoldButton of={{ backup_id: backup.id }} lead={t.holds.set_backup} />
          </IfMay>
        </>
      )}
      <MayOrWhy scope="backups:delete">
        {(allowed) => (
          <Button variant="default" leftSection={<Icon name="trash" size={14} />} onClick={open} disabled={!allowed}>
            {t.backups.delete}
          </Button>
        )}
      </MayOrWhy>
      {asking && <DeleteDialog backup={backup} close={close} />}
    </>
  );
}

function Detail({ backup }: { backup: BackupDetail }) {
  return (
    <div className="hf-grid">
      {backup.error !== null && (
        <div>
          <Panel title={t.backups.went_wrong}>
            <JobFailure
              job={{ id: backup.job_id ?? "", error: backup.error as never, finished_at: backup.completed_at }}
            />
          </Panel>
        </div>
      )}
      <div data-span="8">
        <Stack gap="sm">
          <HeldBy workload_id={backup.workload_id} backup_id={backup.id} />
          <Panel>
            <Facts
              rows={[
                [t.backups.state, <StateMark key="s" state={backup.state} reason={backup.status_reason} />],
                [t.backups.verified, <StateMark key="v" state={backup.verified_state} />],
                [
                  t.backups.workload,
                  <Link key="w" to={`/workloads/${backup.workload_id}` as never}>
                    {backup.workload_name}
                  </Link>,
                ],
                [t.backups.region, backup.region_name],
                [
                  t.backups.policy,
                  backup.policy_name === null ? (
                    "–"
                  ) : (
                    <Link key="p" to={`/policies/${backup.policy_name}` as never}>
                      {backup.policy_name} v{backup.policy_version}
                    </Link>
                  ),
                ],
                [t.backups.files, countText(backup.file_count)],
                [t.backups.size, bytesText(backup.source_bytes)],
                [t.backups.added, bytesText(backup.stored_bytes)],
                [
                  t.backups.kept_until,
                  backup.state === "FAILED" ? (
                    "–"
                  ) : backup.retain_until === null ? (
                    t.backups.kept_forever
                  ) : (
                    <Stamp key="r" at={backup.retain_until} />
                  ),
                ],
                [
                  t.backups.lock,
                  backup.lock_until === null ? (
                    t.backups.not_locked
                  ) : (
                    <span key="l">
                      <Stamp at={backup.lock_until} /> <Chip>{backup.lock_mode}</Chip>
                    </span>
                  ),
                ],
                backup.restorable === null ? null : [t.moment.title, backup.restorable.summary],
                [
                  t.backups.classes,
                  backup.gfs.length === 0 ? (
                    "–"
                  ) : (
                    <span key="c">
                      {backup.gfs.map((mark) => (
                        <Chip key={mark.class} title={`${mark.period}, until ${stampText(mark.retain_until)}`}>
                          {mark.class}
                        </Chip>
                      ))}
                    </span>
                  ),
                ],
              ]}
            />
          </Panel>
          {backup.problem_count > 0 && (
            <Panel title={t.backups.problems} aside={countText(backup.problem_count)}>
              <ProblemList problems={backup.problems} total={backup.problem_count} />
            </Panel>
          )}
          {backup.state !== "FAILED" && (
            <>
              <Panel title={t.backups.copies} flush>
                <Copies backup={backup} />
              </Panel>
              <Panel title={t.backups.verifications} flush>
                <Verifications backup_id={backup.id} />
              </Panel>
            </>
          )}
        </Stack>
      </div>
      <div data-span="4">
        <Stack gap="sm">
          {backup.retention_reasons.length > 0 && (
            <Panel title={t.backups.why_kept}>
              <Stack gap={6}>
                {backup.retention_reasons.map((reason) => (
                  <Text key={reason} size="sm" className="hf-sentence">
                    <Told text={reason} />
                  </Text>
                ))}
              </Stack>
            </Panel>
          )}
          <ThawPanel backup={backup} />
          {backup.job_id !== null && <Steps job_id={backup.job_id} told={backup.error !== null} />}
        </Stack>
      </div>
    </div>
  );
}

function Steps({ job_id, told }: { job_id: string; told: boolean }) {
  const query = useQuery(jobQuery(job_id));
  // History is deleted after a while; a backup outlives its job.
  if (query.error !== null) return null;
  return (
    <Panel title={t.backups.steps} aside={<Link to={`/jobs/${job_id}` as never}>{t.nav.jobs}</Link>}>
      <Answered query={query}>{(job) => <TaskTree job={job} told={told} />}</Answered>
    </Panel>
  );
}

function Copies({ backup }: { backup: BackupDetail }) {
  return (
    <Rows
      label={t.backups.copies}
      items={backup.copies}
      rowKey={(copy) => copy.id}
      none={t.backups.no_copies}
      least={360}
      columns={[
        { title: t.backups.region, cell: (copy) => copy.region_name },
        { title: t.backups.state, cell: (copy) => <StateMark state={copy.state} reason={copy.status_reason} /> },
        { title: t.backups.lag, end: true, cell: (copy) => secondsText(copy.lag_seconds) },
        { title: t.backups.added, end: true, cell: (copy) => bytesText(copy.copied_bytes) },
      ]}
    />
  );
}

function Verifications({ backup_id }: { backup_id: string }) {
  const query = useQuery(verificationsQuery({ filter: `backup_id=${backup_id}` }));
  return (
    <Answered query={query} rows={2}>
      {({ items }) => (
        <Rows
          label={t.backups.verifications}
          items={items}
          rowKey={(it) => it.id}
          none={t.backups.never_verified}
          least={360}
          columns={[
            {
              title: t.backups.verdict,
              cell: (it) => <StateMark state={it.verdict ?? "RUNNING"} reason={it.cause} />,
            },
            { title: t.backups.region, cell: (it) => it.region_name },
            { title: t.backups.checked, end: true, cell: (it) => bytesText(it.checked_bytes) },
            { title: t.backups.made, cell: (it) => <Ago at={it.started_at} /> },
          ]}
        />
      )}
    </Answered>
  );
}
