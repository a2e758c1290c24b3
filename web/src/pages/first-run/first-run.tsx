import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useEffect, useState } from "react";
import { useAddress } from "../../app/address.ts";
import { queryClient } from "../../app/query.ts";
import { api, newKey, take } from "../../api/client.ts";
import { jobQuery, projectsQuery, workloadQuery } from "../../api/queries.ts";
import type { JobDetail } from "../../api/types.ts";
import { bytesText, countText, spanText } from "../../parts/format.ts";
import { Icon } from "../../parts/icons.tsx";
import { Answered, Command, Failed, PageHead, Panel } from "../../parts/page.tsx";
import { TaskTree } from "../../parts/task-tree.tsx";
import { t } from "../../texts/index.ts";
import classes from "./first-run.module.css";

type Key = "workload" | "job" | "verify" | "restore" | "since" | "to";
const POLICY = "standard-daily";

/** From a folder to a verified restore: each step starts by itself when the one before it has succeeded. */
export function FirstRunPage() {
  const [search, set] = useAddress<Key>();
  const backup = useQuery({ ...jobQuery(search.job ?? ""), enabled: search.job !== undefined });
  const verify = useQuery({ ...jobQuery(search.verify ?? ""), enabled: search.verify !== undefined });
  const restore = useQuery({ ...jobQuery(search.restore ?? ""), enabled: search.restore !== undefined });
  const backup_id = backup.data?.backup_id ?? null;
  const startVerify = useMutation({
    mutationFn: (id: string) =>
      take(api.POST("/v1/verifications", { params: { header: keyFor("verify", id) }, body: { backup_id: id } })),
    onSuccess: ({ job_id }) => set({ verify: job_id }),
  });
  const startRestore = useMutation({
    mutationFn: async (id: string) =>
      (await take(
        api.POST("/v1/restores", {
          params: { header: keyFor("restore", id) },
          body: { backup_id: id, target_path: search.to ?? "" },
        }),
      )) as unknown as { readonly job_id: string },
    onSuccess: ({ job_id }) => set({ restore: job_id }),
  });
  const [verified, restored] = [succeeded(verify.data), succeeded(restore.data)];
  const { mutate: goVerify } = startVerify;
  const { mutate: goRestore } = startRestore;
  useEffect(() => {
    if (succeeded(backup.data) && backup_id !== null && search.verify === undefined) goVerify(backup_id);
  }, [backup.data, backup_id, search.verify, goVerify]);
  useEffect(() => {
    if (verified && backup_id !== null && search.restore === undefined) goRestore(backup_id);
  }, [verified, backup_id, search.restore, goRestore]);
  const error = startVerify.error ?? startRestore.error;
  return (
    <>
      <PageHead title={t.first_run.title} lead={t.first_run.lead} />
      <ol className={classes.steps}>
        <Step number={1} title={t.first_run.folder} state={search.workload === undefined ? "now" : "done"}>
          {search.workload === undefined ? <FolderForm onStarted={set} /> : <Folder id={search.workload} />}
        </Step>
        <Step number={2} title={t.first_run.backing_up} state={stateOf(search.job, backup.data)}>
          <Text size="sm" c="dimmed">
            {t.first_run.backing_up_lead}
          </Text>
          {search.job !== undefined && <Answered query={backup}>{(job) => <TaskTree job={job} />}</Answered>}
        </Step>
        <Step number={3} title={t.first_run.verify} state={stateOf(search.verify, verify.data)}>
          <Text size="sm" c="dimmed">
            {t.first_run.verify_lead}
          </Text>
          {search.verify !== undefined && <Answered query={verify}>{(job) => <TaskTree job={job} />}</Answered>}
        </Step>
        <Step number={4} title={t.first_run.restore} state={stateOf(search.restore, restore.data)}>
          <Text size="sm" c="dimmed">
            {t.first_run.restore_lead(search.to ?? "…")}
          </Text>
          {search.restore !== undefined && <Answered query={restore}>{(job) => <TaskTree job={job} />}</Answered>}
        </Step>
        {restored && restore.data !== undefined && (
          <Step number={5} title={t.first_run.done} state="done">
            <Done job={restore.data} search={search} />
          </Step>
        )}
      </ol>
      {error !== null && <Failed error={error} />}
    </>
  );
}

/** The same key for the same step of the same backup: a reload in between starts nothing twice. */
function keyFor(step: string, id: string): { readonly "idempotency-key": string } {
  return { "idempotency-key": `first-run-${step}-${id}` };
}

function succeeded(job: JobDetail | undefined): boolean {
  return job?.state === "SUCCEEDED" || job?.state === "SUCCEEDED_WITH_WARNINGS";
}

function stateOf(id: string | undefined, job: JobDetail | undefined): "later" | "now" | "done" | "failed" {
  if (id === undefined) return "later";
  if (job === undefined || job.finished_at === null) return "now";
  return succeeded(job) ? "done" : "failed";
}

function Step(props: {
  number: number;
  title: string;
  state: "later" | "now" | "done" | "failed";
  children: ReactNode;
}) {
  const mark = { later: props.number, now: props.number, done: null, failed: null }[props.state];
  return (
    <li className={classes.step} data-state={props.state} aria-current={props.state === "now" ? "step" : undefined}>
      <span className={classes.number} aria-hidden="true">
        {mark ?? <Icon name={props.state === "done" ? "check" : "cross"} size={14} />}
      </span>
      <Panel title={props.title}>{props.children}</Panel>
    </li>
  );
}

function Folder({ id }: { id: string }) {
  const query = useQuery(workloadQuery(id));
  return (
    <Answered query={query} rows={1}>
      {(workload) => (
        <Text size="sm">
          <Link to={`/workloads/${workload.id}` as never}>{workload.name}</Link>:{" "}
          <span className="hf-mono">{(workload.source as { paths?: readonly string[] }).paths?.join(", ")}</span>
        </Text>
      )}
    </Answered>
  );
}

function FolderForm({ onStarted }: { onStarted: (search: { readonly [K in Key]?: string }) => void }) {
  const projects = useQuery(projectsQuery());
  const [path, setPath] = useState("");
  const [name, setName] = useState("");
  const [to, setTo] = useState("");
  const plain = path.replace(/\/+$/, "");
  const guess =
    plain
      .split("/")
      .at(-1)
      ?.replace(/[^A-Za-z0-9._-]/g, "-")
      .replace(/^[^A-Za-z0-9]+/, "") ?? "";
  const chosen = name === "" ? guess : name;
  const target = to === "" ? `${plain}-restored` : to;
  const start = useMutation({
    mutationFn: async () => {
      const since = new Date().toISOString();
      const project = projects.data?.items[0]?.id ?? "";
      const workload = await take(
        api.POST("/v1/workloads", {
          params: { header: newKey() },
          body: {
            name: chosen,
            project,
            type: "host",
            source: { kind: "files", paths: [plain], exclude: [] },
            tags: {},
          },
        }),
      );
      const { job_id } = await take(
        api.POST("/v1/backups", { params: { header: newKey() }, body: { workload: workload.id } }),
      );
      return { workload: workload.id, job: job_id, since, to: target };
    },
    onSuccess: onStarted,
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        start.mutate();
      }}
    >
      <Stack gap="sm" maw={560}>
        <TextInput
          label={t.first_run.folder_label}
          description={t.first_run.folder_hint}
          placeholder="/home/me/documents"
          value={path}
          onChange={(event) => setPath(event.currentTarget.value)}
          required
        />
        <Group grow align="flex-start">
          <TextInput
            label={t.first_run.name_label}
            value={name}
            placeholder={guess}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <TextInput
            label={t.first_run.target_label}
            value={to}
            placeholder={plain === "" ? "" : target}
            onChange={(event) => setTo(event.currentTarget.value)}
          />
        </Group>
        {start.error !== null && <Failed error={start.error} />}
        <Group>
          <Button type="submit" size="sm" loading={start.isPending} disabled={!path.startsWith("/") || chosen === ""}>
            {t.first_run.protect}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Done({ job, search }: { job: JobDetail; search: { readonly [K in Key]?: string } }) {
  const workload = useQuery(workloadQuery(search.workload ?? ""));
  const took_ms = Date.parse(job.finished_at ?? "") - Date.parse(search.since ?? "");
  const figure = (name: string) => (typeof job.result?.[name] === "number" ? Number(job.result[name]) : null);
  const [path] = (workload.data?.source as { paths?: readonly string[] } | undefined)?.paths ?? [];
  const attach = useMutation({
    mutationFn: () =>
      take(
        api.PATCH("/v1/workloads/{id}", {
          params: { path: { id: search.workload ?? "" } },
          body: { tags: { "backup-policy": POLICY } },
        }),
      ),
    onSuccess: () => void queryClient.invalidateQueries(),
  });
  return (
    <Stack gap="sm">
      <Text size="sm">
        {t.first_run.done_lead(
          countText(figure("restored_files") ?? job.progress?.done_files),
          bytesText(figure("restored_bytes") ?? job.progress?.done_bytes),
          spanText(took_ms),
        )}
      </Text>
      {path !== undefined && <Command>{`diff -r ${path} ${search.to}`}</Command>}
      <div>
        <Text size="sm" fw={600}>
          {t.first_run.keep}
        </Text>
        <Text size="sm" c="dimmed">
          {t.first_run.keep_lead}
        </Text>
      </div>
      <Group>
        {attach.isSuccess ? (
          <Text size="sm" c="var(--hf-good)" role="status">
            <Icon name="check" size={14} /> {t.first_run.attached(POLICY)}
          </Text>
        ) : (
          <Button loading={attach.isPending} onClick={() => attach.mutate()}>
            {t.first_run.attach(POLICY)}
          </Button>
        )}
        <Button variant="default" component={Link} to="/">
          {t.first_run.to_overview}
        </Button>
      </Group>
      {attach.error !== null && <Failed error={attach.error} />}
    </Stack>
  );
}
