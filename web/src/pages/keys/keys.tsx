import { Button, Stack, Table, Text } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { api, take } from "../../api/client.ts";
import { keyEventsQuery, keyQuery, keysQuery } from "../../api/queries-watch.ts";
import type { Answer, ItemOf } from "../../api/types.ts";
import { countText } from "../../parts/format.ts";
import { Icon } from "../../parts/icons.tsx";
import { Answered, Empty, Failed, Facts, PageHead, Panel } from "../../parts/page.tsx";
import { Chip, StateMark } from "../../parts/state.tsx";
import { DataTable } from "../../parts/table.tsx";
import { Ago, Stamp } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";
import { Rotations } from "./rotations.tsx";

type Key = ItemOf<"/v1/keys">;

export function KeysPage() {
  const query = useQuery(keysQuery());
  const events = useQuery(keyEventsQuery());
  return (
    <>
      <PageHead title={t.keys.title} lead={t.keys.lead} />
      <div className="hf-grid">
        <Answered query={query}>
          {({ items }) =>
            items.length === 0 ? (
              <Panel>
                <Empty icon="keys" title={t.keys.none}>
                  {t.keys.none_more}
                </Empty>
              </Panel>
            ) : (
              items.map((key) => (
                <div key={key.key_id} data-span="6">
                  <KeyPanel of={key} />
                </div>
              ))
            )
          }
        </Answered>
        <div>
          <Rotations
            projects={(query.data?.items ?? []).flatMap(({ project }) => (project === null ? [] : [project]))}
          />
        </div>
        <div>
          <Panel title={t.keys.log} aside={<VerifyLog />} flush>
            <Text size="sm" c="dimmed" p="sm">
              {t.keys.log_lead}
            </Text>
            <Answered query={events}>{({ items }) => <Log items={items} />}</Answered>
          </Panel>
        </div>
      </div>
    </>
  );
}

function KeyPanel({ of: key }: { of: Key }) {
  const detail = useQuery(keyQuery(key.key_id));
  return (
    <Panel title={key.project ?? key.alias} aside={<StateMark state={key.state} />}>
      <Stack gap="sm">
        <Facts
          rows={[
            [
              t.keys.alias,
              <span key="a" className="hf-mono">
                {key.alias}
              </span>,
            ],
            [t.keys.made, <Stamp key="m" at={key.created_at} />],
            key.destroy_at === null ? null : [t.keys.destroy_at, <Stamp key="d" at={key.destroy_at} />],
          ]}
        />
        <Table.ScrollContainer minWidth={280}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t.keys.version}</Table.Th>
                <Table.Th>{t.keys.state}</Table.Th>
                <Table.Th>{t.keys.made}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {key.versions.map((version) => (
                <Table.Tr key={version.version}>
                  <Table.Td>{version.version}</Table.Td>
                  <Table.Td>
                    <StateMark state={version.state} />
                  </Table.Td>
                  <Table.Td>
                    <Ago at={version.created_at} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
        <Text size="sm" fw={600}>
          {t.keys.grants}
        </Text>
        <Answered query={detail} rows={2}>
          {({ grants }) => (
            <Stack gap={4}>
              {grants.map((grant) => (
                <Text key={`${grant.principal} ${grant.key_id} ${grant.denied}`} size="sm" component="div">
                  <strong>{grant.principal}</strong>{" "}
                  {grant.rights.map((right) => (
                    <Chip key={right} tone={grant.denied ? "bad" : "idle"}>
                      {right}
                      {grant.denied ? ` (${t.keys.denied})` : ""}
                    </Chip>
                  ))}
                </Text>
              ))}
            </Stack>
          )}
        </Answered>
      </Stack>
    </Panel>
  );
}

function VerifyLog() {
  const verify = useMutation({ mutationFn: () => take(api.GET("/v1/key-events/verification")) });
  const verdict = verify.data;
  return (
    <Stack gap={4} align="flex-end">
      <Button variant="default" loading={verify.isPending} onClick={() => verify.mutate()}>
        {t.keys.verify}
      </Button>
      {verify.error !== null && <Failed error={verify.error} />}
      {verdict !== undefined && (
        <Text size="sm" role="status" c={verdict.ok ? "var(--hf-good)" : "var(--hf-bad)"}>
          <Icon name={verdict.ok ? "check" : "warning"} size={13} />{" "}
          {verdict.ok || verdict.first_broken === null
            ? t.keys.chain_ok(countText(verdict.entries_count))
            : t.keys.chain_broken(countText(verdict.first_broken.seq), verdict.first_broken.reason)}
        </Text>
      )}
    </Stack>
  );
}

function Log({ items }: { items: Answer<"/v1/key-events">["items"] }) {
  return (
    <DataTable
      label={t.keys.log}
      rows={[...items].reverse()}
      rowKey={(entry) => String(entry.seq)}
      height="24rem"
      columns={[
        { key: "at", title: t.keys.at, width: "7rem", narrow: "4.5rem", cell: (entry) => <Ago at={entry.at} /> },
        {
          key: "who",
          title: t.keys.who,
          width: "minmax(6rem, 1fr)",
          narrow: "3.5rem",
          cell: (entry) => entry.principal,
        },
        { key: "what", title: t.keys.what, width: "minmax(8rem, 1fr)", cell: (entry) => entry.action },
        {
          key: "outcome",
          title: t.keys.outcome,
          width: "7rem",
          narrow: "5.5rem",
          cell: (entry) => (
            <Chip tone={entry.outcome === "OK" ? "good" : entry.outcome === "STARTED" ? "idle" : "bad"}>
              {t.keys.outcomes[entry.outcome] ?? entry.outcome.toLowerCase()}
            </Chip>
          ),
        },
        {
          key: "key",
          title: t.keys.key,
          width: "minmax(8rem, 2fr)",
          wide: true,
          cell: (entry) => (
            <span className="hf-mono">
              {entry.key_id ?? "–"}
              {entry.key_version === null ? "" : ` v${entry.key_version}`}
            </span>
          ),
        },
      ]}
    />
  );
}
