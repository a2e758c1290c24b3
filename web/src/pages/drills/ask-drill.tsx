import { Alert, Button, Modal, Select, Stack } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { queryClient } from "../../app/query.ts";
import { api, newKey, take } from "../../api/client.ts";
import { projectsQuery } from "../../api/queries.ts";
import { Failed } from "../../parts/page.tsx";
import { ProjectSelect } from "../../parts/project-select.tsx";
import { WorkloadSelect } from "../../parts/workload-select.tsx";
import { t } from "../../texts/index.ts";

const RANDOM = { choose: "random", within: "30d" } as const;

/** Drills one workload now. */
export function AskDrill({ close, workload: given }: { close: () => void; workload?: string }) {
  const navigate = useNavigate();
  const projects = useQuery(projectsQuery());
  const sandboxes = (projects.data?.items ?? []).filter((it) => it.sandbox);
  const [workload, setWorkload] = useState<string | null>(given ?? null);
  const [chosen, setSandbox] = useState<string | null>(null);
  const [backup, setBackup] = useState<string>("latest");
  const sandbox = chosen ?? sandboxes[0]?.name ?? null;
  const start = useMutation({
    mutationFn: () =>
      take(
        api.POST("/v1/drills", {
          params: { header: newKey() },
          body: {
            workload: workload ?? "",
            sandbox: sandbox ?? "",
            backup: backup === "random" ? RANDOM : { choose: "latest" },
          },
        }),
      ) as unknown as Promise<{ readonly resource_id: string }>,
    onSuccess: ({ resource_id }) => {
      void queryClient.invalidateQueries({ queryKey: ["drills"] });
      void navigate({ to: `/drills/${resource_id}` as never });
    },
  });
  return (
    <Modal opened onClose={close} title={t.drills.now} closeButtonProps={{ "aria-label": t.common.close }}>
      <Stack>
        {given === undefined && <WorkloadSelect label={t.drills.workload} value={workload} onChange={setWorkload} />}
        <Select
          label={t.drills.backup}
          data={[
            { value: "latest", label: t.drills.latest },
            { value: "random", label: t.drills.random },
          ]}
          value={backup}
          onChange={(next) => setBackup(next ?? "latest")}
          allowDeselect={false}
        />
        {projects.data !== undefined && sandboxes.length === 0 ? (
          <Alert color="yellow" variant="outline">
            {t.drills.no_sandbox}
          </Alert>
        ) : (
          <ProjectSelect sandbox label={t.drills.sandbox} value={sandbox} onChange={setSandbox} />
        )}
        {start.error !== null && <Failed error={start.error} />}
        <Button
          disabled={workload === null || sandbox === null}
          loading={start.isPending}
          onClick={() => start.mutate()}
        >
          {t.drills.start}
        </Button>
      </Stack>
    </Modal>
  );
}
