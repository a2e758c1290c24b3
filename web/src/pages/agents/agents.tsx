import { Button, Modal, Stack, Text } from "@mantine/core";
import { queryOptions, useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useAddress } from "../../app/address.ts";
import { IfMay } from "../../app/may.tsx";
import { queryClient } from "../../app/query.ts";
import { sayDone } from "../../app/toasts.tsx";
import { api, take } from "../../api/client.ts";
import type { ItemOf } from "../../api/types.ts";
import { countText, dayText, spanText } from "../../parts/format.ts";
import { Icon } from "../../parts/icons.tsx";
import { Answered, Command, Empty, Failed, PageHead, Panel } from "../../parts/page.tsx";
import { Rows } from "../../parts/rows.tsx";
import { StateMark } from "../../parts/state.tsx";
import { Ago } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";
import { AskToken } from "./ask-token.tsx";

type Agent = ItemOf<"/v1/agents">;
const POLL_MS = 10_000;
const MINUTE_MS = 60_000;

const agentsQuery = () =>
  queryOptions({
    queryKey: ["agents"],
    queryFn: ({ signal }) => take(api.GET("/v1/agents", { signal, params: { query: { page_size: 1000 } } })),
    refetchInterval: POLL_MS,
  });

export function AgentsPage() {
  const [{ ask }, set] = useAddress<"ask">();
  const query = useQuery(agentsQuery());
  const [revoking, setRevoking] = useState<Agent | null>(null);
  return (
    <>
      <PageHead
        title={t.agents.title}
        lead={t.agents.lead}
        actions={
          <IfMay scope="agents:write">
            <Button leftSection={<Icon name="plus" size={14} />} onClick={() => set({ ask: "token" })}>
              {t.agents.add}
            </Button>
          </IfMay>
        }
      />
      <Panel flush>
        <Answered query={query}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty icon="workloads" title={t.agents.none}>
                <Stack gap="xs" align="center">
                  {t.agents.none_more}
                  <Command>baas agent token create web-1</Command>
                </Stack>
              </Empty>
            ) : (
              <Agents items={items} revoke={setRevoking} />
            )
          }
        </Answered>
      </Panel>
      {ask === "token" && <AskToken close={() => set({ ask: undefined })} />}
      {revoking !== null && <Revoke agent={revoking} close={() => setRevoking(null)} />}
    </>
  );
}

function Agents({ items, revoke }: { items: readonly Agent[]; revoke: (agent: Agent) => void }) {
  return (
    <Rows
      label={t.agents.title}
      items={items}
      rowKey={(it) => it.id}
      none={t.agents.none}
      least={720}
      columns={[
        {
          title: t.agents.name,
          cell: (it) => (
            <>
              <strong>{it.name}</strong>
              <Text size="xs" c="dimmed">
                {it.hostname ?? t.agents.not_enrolled}
              </Text>
            </>
          ),
        },
        {
          title: t.agents.health,
          cell: (it) => <StateMark state={it.health} reason={t.agents.health_hints[it.health] ?? null} />,
        },
        { title: t.agents.last_contact, cell: (it) => <Ago at={it.last_contact_at} /> },
        { title: t.agents.project, cell: (it) => it.project_name },
        { title: t.agents.version, cell: (it) => it.version ?? "–" },
        { title: t.agents.backlog, end: true, cell: (it) => countText(it.backlog) },
        { title: t.agents.offline_runs, end: true, cell: (it) => countText(it.offline_runs) },
        { title: t.agents.alert_after, end: true, cell: (it) => spanText(it.silence_minutes * MINUTE_MS) },
        {
          title: t.agents.certificate,
          cell: (it) => (it.certificate_until === null ? "–" : dayText(it.certificate_until)),
        },
        {
          title: "",
          end: true,
          cell: (it) =>
            it.revoked_at !== null ? null : (
              <IfMay scope="agents:write">
                <Button variant="default" onClick={() => revoke(it)} aria-label={`${t.agents.revoke}: ${it.name}`}>
                  {t.agents.revoke}
                </Button>
              </IfMay>
            ),
        },
      ]}
    />
  );
}

function Revoke({ agent, close }: { agent: Agent; close: () => void }) {
  const revoke = useMutation({
    mutationFn: () => take(api.DELETE("/v1/agents/{id}", { params: { path: { id: agent.id } } })),
    onSuccess: () => {
      sayDone(t.agents.revoked, agent.name);
      void queryClient.invalidateQueries({ queryKey: ["agents"] });
      close();
    },
  });
  return (
    <Modal
      opened
      onClose={close}
      title={t.agents.revoke_title(agent.name)}
      closeButtonProps={{ "aria-label": t.common.close }}
    >
      <Stack>
        <Text size="sm">{t.agents.revoke_lead}</Text>
        {revoke.error !== null && <Failed error={revoke.error} />}
        <Button color="red" loading={revoke.isPending} onClick={() => revoke.mutate()}>
          {t.agents.revoke}
        </Button>
      </Stack>
    </Modal>
  );
}
