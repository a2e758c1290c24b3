import { Button, Group, Modal, Select, Stack, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { queryClient } from "../../app/query.ts";
import { api, newKey, take } from "../../api/client.ts";
import { Failed } from "../../parts/page.tsx";
import { ProjectSelect } from "../../parts/project-select.tsx";
import { t } from "../../texts/index.ts";

const KINDS = ["attestation", "health", "integrity", "compliance"] as const;
const DAY_MS = 86_400_000;
const WINDOW_DAYS = 30;
const dayOf = (at_ms: number) => new Date(at_ms).toISOString().slice(0, 10);

export function AskReport({ close }: { close: () => void }) {
  const navigate = useNavigate();
  const [kind, setKind] = useState<(typeof KINDS)[number]>("attestation");
  const [project, setProject] = useState<string | null>(null);
  const [from, setFrom] = useState(() => dayOf(Date.now() - (WINDOW_DAYS - 1) * DAY_MS));
  const [to, setTo] = useState(() => dayOf(Date.now()));
  const make = useMutation({
    mutationFn: () =>
      take(
        api.POST("/v1/reports", {
          params: { header: newKey() },
          body: { kind, from, to, ...(project === null ? {} : { project }) },
        }),
      ) as unknown as Promise<{ readonly resource_id: string }>,
    onSuccess: ({ resource_id }) => {
      void queryClient.invalidateQueries({ queryKey: ["reports"] });
      void navigate({ to: `/reports/${resource_id}` as never });
    },
  });
  return (
    <Modal opened onClose={close} title={t.reports.make} closeButtonProps={{ "aria-label": t.common.close }}>
      <Stack>
        <Select
          label={t.reports.kind}
          description={t.reports.kind_hints[kind]}
          data={KINDS.map((value) => ({ value, label: t.reports.kinds[value] ?? value }))}
          value={kind}
          onChange={(next) => setKind(KINDS.find((it) => it === next) ?? kind)}
          allowDeselect={false}
          data-autofocus
        />
        <ProjectSelect value={project} onChange={setProject} clearable />
        <Group grow>
          <TextInput
            type="date"
            label={t.evidence.from}
            value={from}
            onChange={(event) => setFrom(event.currentTarget.value)}
          />
          <TextInput
            type="date"
            label={t.evidence.to}
            value={to}
            onChange={(event) => setTo(event.currentTarget.value)}
          />
        </Group>
        {make.error !== null && <Failed error={make.error} />}
        <Button disabled={from === "" || to === ""} loading={make.isPending} onClick={() => make.mutate()}>
          {t.reports.make}
        </Button>
      </Stack>
    </Modal>
  );
}
