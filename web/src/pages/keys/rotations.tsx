import { Button, Modal, Progress, Stack, Table, Text } from "@mantine/core";
import { queryOptions, useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { IfMay } from "../../app/may.tsx";
import { queryClient } from "../../app/query.ts";
import { api, newKey, take } from "../../api/client.ts";
import type { ItemOf } from "../../api/types.ts";
import { bytesText, countText, dayText, secondsText } from "../../parts/format.ts";
import { Answered, Failed, Panel } from "../../parts/page.tsx";
import { StateMark } from "../../parts/state.tsx";
import { Ago } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";

type Rotation = ItemOf<"/v1/rotations">;
const POLL_MS = 3000;

const rotationsQuery = () =>
  queryOptions({
    queryKey: ["keys", "rotations"],
    queryFn: ({ signal }) => take(api.GET("/v1/rotations", { signal })),
    refetchInterval: ({ state }) => (state.data?.items.some((it) => it.state === "RUNNING") === true ? POLL_MS : false),
  });

/** What was sealed anew, what is left, and what is locked and until when, tier by tier. */
export function Rotations({ projects }: { projects: readonly string[] }) {
  const query = useQuery(rotationsQuery());
  const [asking, setAsking] = useState<string | null>(null);
  return (
    <Panel
      title={t.keys.rotations}
      aside={
        <IfMay scope="keys:write">
          {projects.map((project) => (
            <Button key={project} variant="default" ml={4} onClick={() => setAsking(project)}>
              {t.keys.rotate(project)}
            </Button>
          ))}
        </IfMay>
      }
    >
      <Answered query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Text size="sm" c="dimmed">
              {t.keys.no_rotation}
            </Text>
          ) : (
            <Stack gap="md">
              {items.map((rotation) => (
                <One key={rotation.id} rotation={rotation} />
              ))}
            </Stack>
          )
        }
      </Answered>
      {asking !== null && <AskRotation project={asking} close={() => setAsking(null)} />}
    </Panel>
  );
}

function One({ rotation }: { rotation: Rotation }) {
  return (
    <div>
      <Text size="sm" component="div">
        <strong>{rotation.project}</strong> <StateMark state={rotation.state} />{" "}
        {t.keys.from_to(rotation.old_version, rotation.new_version)} · <Ago at={rotation.created_at} /> ·{" "}
        {rotation.requested_by} · <Link to={`/jobs/${rotation.job_id}` as never}>{t.nav.jobs}</Link>
      </Text>
      <Table.ScrollContainer minWidth={560}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t.keys.phase}</Table.Th>
              <Table.Th>{t.keys.progress}</Table.Th>
              <Table.Th ta="end">{t.keys.left}</Table.Th>
              <Table.Th>{t.keys.locked}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rotation.phases.map((phase) => {
              const percent = phase.bytes_total === 0 ? 100 : (phase.bytes_done / phase.bytes_total) * 100;
              return (
                <Table.Tr key={`${phase.region} ${phase.phase}`}>
                  <Table.Td>
                    {phase.region}, {phase.phase}
                  </Table.Td>
                  <Table.Td miw={180}>
                    <Progress value={percent} aria-label={`${phase.region} ${phase.phase}`} />
                    <Text size="xs" c="dimmed">
                      {t.jobs.progress(bytesText(phase.bytes_done), bytesText(phase.bytes_total))}
                    </Text>
                  </Table.Td>
                  <Table.Td ta="end">
                    {countText(phase.packs_left)} · {secondsText(phase.left_seconds)}
                  </Table.Td>
                  <Table.Td>
                    {phase.locked_packs === 0 || phase.locked_until === null
                      ? "–"
                      : t.keys.locked_until(countText(phase.locked_packs), dayText(phase.locked_until))}
                  </Table.Td>
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </div>
  );
}

function AskRotation({ project, close }: { project: string; close: () => void }) {
  const start = useMutation({
    mutationFn: () =>
      take(api.POST("/v1/rotations", { params: { header: newKey() }, body: { project, emergency: false } })),
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: ["keys"] });
      close();
    },
  });
  return (
    <Modal opened onClose={close} title={t.keys.rotate(project)} closeButtonProps={{ "aria-label": t.common.close }}>
      <Stack>
        <Text size="sm">{t.keys.rotate_lead}</Text>
        {start.error !== null && <Failed error={start.error} />}
        <Button loading={start.isPending} onClick={() => start.mutate()}>
          {t.keys.rotate(project)}
        </Button>
      </Stack>
    </Modal>
  );
}
