import { Button, Modal, NumberInput, Select, Stack, Table, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { IfMay } from "../../app/may.tsx";
import { queryClient } from "../../app/query.ts";
import { sayDone, sayFailed } from "../../app/toasts.tsx";
import { api, newKey, take } from "../../api/client.ts";
import { channelsQuery, deliveriesQuery, oncallQuery } from "../../api/queries-watch.ts";
import type { Answer, ItemOf } from "../../api/types.ts";
import { countText } from "../../parts/format.ts";
import { Answered, Empty, Failed, PageHead, Panel } from "../../parts/page.tsx";
import { StateMark } from "../../parts/state.tsx";
import { Ago, Stamp } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";

type OnCall = Answer<"/v1/oncall">;
const HOUR_MS = 3_600_000;

export function OnCallPage() {
  const query = useQuery(oncallQuery());
  const channels = useQuery(channelsQuery());
  const deliveries = useQuery(deliveriesQuery());
  const [rotation, setRotation] = useState<string | null>(null);
  return (
    <>
      <PageHead title={t.oncall.title} lead={t.oncall.lead} above={<Link to="/alerts">{t.alerts.title}</Link>} />
      <div className="hf-grid">
        <Answered query={query}>
          {({ on_call }) =>
            on_call.length === 0 ? (
              <Panel>
                <Empty icon="people" title={t.oncall.none}>
                  {t.oncall.none_more}
                </Empty>
              </Panel>
            ) : (
              on_call.map((now) => (
                <div key={now.rotation} data-span="4">
                  <Panel
                    title={now.rotation}
                    aside={
                      <IfMay scope="oncall:write">
                        <Button variant="default" onClick={() => setRotation(now.rotation)}>
                          {t.oncall.override}
                        </Button>
                      </IfMay>
                    }
                  >
                    <Text fw={600}>{now.person ?? t.oncall.nobody}</Text>
                    <Text size="sm" c="dimmed">
                      {t.oncall.until} <Stamp at={now.until} /> ({now.because})
                    </Text>
                    {now.next !== null && (
                      <Text size="sm">
                        {t.oncall.next} {now.next}
                      </Text>
                    )}
                  </Panel>
                </div>
              ))
            )
          }
        </Answered>
        <div>
          <Panel title={t.oncall.channels} flush>
            <Answered query={channels}>{({ items }) => <Channels items={items} />}</Answered>
          </Panel>
        </div>
        <div>
          <Panel title={t.oncall.deliveries} flush>
            <Answered query={deliveries}>{({ items }) => <Deliveries items={items} />}</Answered>
          </Panel>
        </div>
      </div>
      {rotation !== null && (
        <Override rotation={rotation} config={query.data?.config} close={() => setRotation(null)} />
      )}
    </>
  );
}

/** Names of the people that the configuration knows, whatever its shape. */
function peopleOf(config: OnCall["config"] | undefined): string[] {
  const people: unknown = config?.["people"];
  if (Array.isArray(people)) {
    return people.map((it: unknown) => String((it as { name?: unknown }).name ?? it)).filter(Boolean);
  }
  return typeof people === "object" && people !== null ? Object.keys(people) : [];
}

function Override(props: { rotation: string; config: OnCall["config"] | undefined; close: () => void }) {
  const people = peopleOf(props.config);
  const [person, setPerson] = useState("");
  const [hours, setHours] = useState<string | number>(8);
  const take_over = useMutation({
    mutationFn: () =>
      take(
        api.POST("/v1/oncall/overrides", {
          params: { header: newKey() },
          body: {
            rotation: props.rotation,
            person,
            until: new Date(Date.now() + Number(hours) * HOUR_MS).toISOString(),
          },
        }),
      ),
    onSuccess: () => {
      sayDone(t.oncall.taken, person);
      void queryClient.invalidateQueries({ queryKey: ["oncall"] });
      props.close();
    },
  });
  return (
    <Modal
      opened
      onClose={props.close}
      title={t.oncall.override_title(props.rotation)}
      closeButtonProps={{ "aria-label": t.common.close }}
    >
      <Stack>
        {people.length > 0 ? (
          <Select
            label={t.oncall.person}
            data={people}
            value={person === "" ? null : person}
            onChange={(next) => setPerson(next ?? "")}
          />
        ) : (
          <TextInput
            label={t.oncall.person}
            value={person}
            onChange={(event) => setPerson(event.currentTarget.value)}
          />
        )}
        <NumberInput label={t.oncall.hours} min={1} max={336} value={hours} onChange={setHours} />
        {take_over.error !== null && <Failed error={take_over.error} />}
        <Button disabled={person === ""} loading={take_over.isPending} onClick={() => take_over.mutate()}>
          {t.oncall.override}
        </Button>
      </Stack>
    </Modal>
  );
}

function Channels({ items }: { items: readonly ItemOf<"/v1/channels">[] }) {
  const test = useMutation({
    mutationFn: (id: string) =>
      take(api.POST("/v1/channels/{id}/test", { params: { path: { id }, header: newKey() } })),
    onSuccess: () => {
      sayDone(t.oncall.test_sent);
      void queryClient.invalidateQueries({ queryKey: ["deliveries"] });
    },
    onError: (error) => sayFailed(t.oncall.test, error),
  });
  if (items.length === 0) {
    return (
      <Text size="sm" c="dimmed" p="sm">
        {t.oncall.no_channels}
      </Text>
    );
  }
  return (
    <Table.ScrollContainer minWidth={560}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t.access.name}</Table.Th>
            <Table.Th>{t.oncall.kind}</Table.Th>
            <Table.Th>{t.oncall.last_ok}</Table.Th>
            <Table.Th ta="end">{t.oncall.failures}</Table.Th>
            <Table.Th />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map((channel) => (
            <Table.Tr key={channel.id}>
              <Table.Td>{channel.name}</Table.Td>
              <Table.Td>{channel.kind}</Table.Td>
              <Table.Td>
                <Ago at={channel.last_ok_at} />
              </Table.Td>
              <Table.Td ta="end" c={channel.failures_in_row > 0 ? "var(--hf-bad)" : undefined}>
                {channel.failures_in_row > 0 ? `⚠ ${countText(channel.failures_in_row)}` : "0"}
                {channel.last_error !== null && (
                  <Text size="xs" c="dimmed">
                    {channel.last_error}
                  </Text>
                )}
              </Table.Td>
              <Table.Td ta="end">
                <IfMay scope="oncall:write">
                  <Button variant="default" loading={test.isPending} onClick={() => test.mutate(channel.id)}>
                    {t.oncall.test}
                  </Button>
                </IfMay>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Deliveries({ items }: { items: readonly ItemOf<"/v1/deliveries">[] }) {
  if (items.length === 0) {
    return (
      <Text size="sm" c="dimmed" p="sm">
        {t.oncall.no_deliveries}
      </Text>
    );
  }
  return (
    <Table.ScrollContainer minWidth={560}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t.oncall.state}</Table.Th>
            <Table.Th>{t.oncall.why}</Table.Th>
            <Table.Th>{t.oncall.to}</Table.Th>
            <Table.Th ta="end">{t.oncall.attempt}</Table.Th>
            <Table.Th>{t.oncall.when}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map((delivery) => (
            <Table.Tr key={delivery.id}>
              <Table.Td>
                <StateMark state={delivery.state} reason={delivery.last_error} />
              </Table.Td>
              <Table.Td>
                {delivery.alert_id === null ? (
                  delivery.kind
                ) : (
                  <Link to={`/alerts/${delivery.alert_id}` as never}>{delivery.kind}</Link>
                )}
              </Table.Td>
              <Table.Td>
                {delivery.person ?? "–"} ({delivery.channel_name})
              </Table.Td>
              <Table.Td ta="end">{delivery.attempt}</Table.Td>
              <Table.Td>
                <Ago at={delivery.sent_at ?? delivery.created_at} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
