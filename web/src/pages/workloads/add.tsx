import { Button, Modal, Select, Stack, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { sayDone } from "../../app/toasts.tsx";
import { api, newKey, take } from "../../api/client.ts";
import { policiesQuery, projectsQuery } from "../../api/queries.ts";
import { Failed } from "../../parts/page.tsx";
import { mostUsed } from "../../parts/project-select.tsx";
import { t } from "../../texts/index.ts";

const TYPES = ["host", "vm", "volume", "share", "database", "bucket", "application"] as const;
const lines = (text: string) =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);

/** A workload of folders; other sources come by agents and the command line. */
export function AddWorkload({ opened, close }: { opened: boolean; close: () => void }) {
  const projects = useQuery({ ...projectsQuery(), enabled: opened });
  const policies = useQuery({ ...policiesQuery(), enabled: opened });
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [project, setProject] = useState<string | null>(null);
  const [type, setType] = useState<string>("host");
  const [paths, setPaths] = useState("");
  const [exclude, setExclude] = useState("");
  const [policy, setPolicy] = useState<string | null>("standard-daily");
  const chosen_project = project ?? mostUsed(projects.data?.items ?? []);
  const add = useMutation({
    mutationFn: () =>
      take(
        api.POST("/v1/workloads", {
          params: { header: newKey() },
          body: {
            name,
            project: chosen_project ?? "",
            type: type as (typeof TYPES)[number],
            source: { kind: "files", paths: lines(paths), exclude: lines(exclude) },
            tags: policy === null ? {} : { "backup-policy": policy },
          },
        }),
      ),
    onSuccess: (made) => {
      sayDone(t.workloads.added, made.name);
      close();
      void navigate({ to: `/workloads/${made.id}` as never });
    },
  });
  return (
    <Modal opened={opened} onClose={close} title={t.workloads.add} closeButtonProps={{ "aria-label": t.common.close }}>
      <Stack gap="sm">
        <TextInput
          label={t.workloads.name}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
          required
        />
        <Select
          label={t.workloads.project}
          data={(projects.data?.items ?? []).map((it) => it.name)}
          value={chosen_project}
          onChange={setProject}
          required
        />
        <Select
          label={t.workloads.type}
          data={TYPES.map((value) => ({ value, label: t.workloads.types[value] ?? value }))}
          value={type}
          onChange={(value) => setType(value ?? "host")}
          allowDeselect={false}
        />
        <Textarea
          label={t.workloads.paths}
          description={t.workloads.paths_hint}
          value={paths}
          onChange={(event) => setPaths(event.currentTarget.value)}
          autosize
          minRows={2}
          required
        />
        <Textarea
          label={`${t.workloads.exclude} (${t.common.optional})`}
          description={t.workloads.exclude_hint}
          value={exclude}
          onChange={(event) => setExclude(event.currentTarget.value)}
          autosize
        />
        <Select
          label={t.policies.name}
          data={(policies.data?.items ?? []).map((it) => it.name)}
          value={policy}
          onChange={setPolicy}
          clearable
        />
        {add.error !== null && <Failed error={add.error} />}
        <Button
          loading={add.isPending}
          disabled={name === "" || chosen_project === null || lines(paths).length === 0}
          onClick={() => add.mutate()}
        >
          {t.workloads.add}
        </Button>
      </Stack>
    </Modal>
  );
}
