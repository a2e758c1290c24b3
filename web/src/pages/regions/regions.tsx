import { Button, Modal, Stack, Table, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useAddress } from "../../app/address.ts";
import { IfMay } from "../../app/may.tsx";
import { queryClient } from "../../app/query.ts";
import { sayDone } from "../../app/toasts.tsx";
import { api, newKey, take } from "../../api/client.ts";
import { regionsQuery, replicationQuery } from "../../api/queries.ts";
import type { Answer, Region } from "../../api/types.ts";
import { bytesText, countText, secondsText } from "../../parts/format.ts";
import { Icon } from "../../parts/icons.tsx";
import { Answered, Empty, Failed, Facts, PageHead, Panel } from "../../parts/page.tsx";
import { Chip } from "../../parts/state.tsx";
import { Rows } from "../../parts/rows.tsx";
import { Ago } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";

export function RegionsPage() {
  const regions = useQuery(regionsQuery());
  const replication = useQuery(replicationQuery());
  const [{ ask }, set] = useAddress<"ask">();
  const open = () => set({ ask: "region" });
  return (
    <>
      <PageHead
        title={t.regions.title}
        lead={t.regions.lead}
        actions={
          <IfMay scope="regions:write">
            <Button variant="default" leftSection={<Icon name="plus" size={14} />} onClick={open}>
              {t.regions.add}
            </Button>
          </IfMay>
        }
      />
      <div className="hf-grid">
        <Answered query={regions}>
          {({ items }) =>
            items.length === 0 ? (
              <Panel>
                <Empty icon="regions" title={t.regions.empty} />
              </Panel>
            ) : (
              items.map((region) => (
                <div key={region.id} data-span="6">
                  <RegionPanel region={region} />
                </div>
              ))
            )
          }
        </Answered>
        <div>
          <Panel title={t.regions.replication} flush>
            <Answered query={replication}>{(status) => <Pairs status={status} />}</Answered>
          </Panel>
        </div>
      </div>
      <AddRegion opened={ask === "region"} close={() => set({ ask: undefined })} />
    </>
  );
}

function RegionPanel({ region }: { region: Region }) {
  const test = useMutation({
    mutationFn: () =>
      take(api.POST("/v1/regions/{id}/test", { params: { path: { id: region.id }, header: newKey() } })),
  });
  const { store } = region;
  const place = store.kind === "fs" ? store.path : `${store.endpoint ?? "s3"} ${store.bucket}/${store.prefix}`;
  return (
    <Panel
      title={region.name}
      aside={
        <IfMay scope="regions:write">
          <Button variant="default" loading={test.isPending} onClick={() => test.mutate()}>
            {t.regions.test}
          </Button>
        </IfMay>
      }
    >
      <Facts
        rows={[
          [t.regions.country, region.country],
          [t.regions.kind, store.kind === "fs" ? "folder" : "bucket (S3)"],
          [
            t.regions.place,
            <span key="p" className="hf-mono">
              {place}
            </span>,
          ],
        ]}
      />
      {test.error !== null && <Failed error={test.error} />}
      {test.data !== undefined && (
        <Stack gap="xs" mt="sm" role="status">
          <Text size="sm" fw={600} c={test.data.usable ? "var(--hf-good)" : "var(--hf-bad)"}>
            <Icon name={test.data.usable ? "check" : "warning"} size={14} />{" "}
            {test.data.usable ? t.regions.usable : t.regions.not_usable}
          </Text>
          <Text size="sm">
            {t.regions.lock_modes}:{" "}
            {test.data.lock_modes.length === 0
              ? t.regions.no_lock
              : test.data.lock_modes.map((mode) => <Chip key={mode}>{mode}</Chip>)}
          </Text>
          <Table.ScrollContainer minWidth={320}>
            <Table>
              <Table.Tbody>
                {test.data.findings.map((finding) => (
                  <Table.Tr key={finding.what}>
                    <Table.Td>{finding.what}</Table.Td>
                    <Table.Td>
                      <Chip tone={finding.verdict === "yes" ? "good" : finding.verdict === "bad" ? "bad" : "idle"}>
                        {t.regions.verdicts[finding.verdict]}
                      </Chip>
                    </Table.Td>
                    <Table.Td c="dimmed">{finding.detail}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        </Stack>
      )}
    </Panel>
  );
}

function Pairs({ status }: { status: Answer<"/v1/replication"> }) {
  return (
    <Rows
      label={t.overview.replication}
      items={status.pairs}
      rowKey={(pair) => `${pair.from_region} ${pair.to_region}`}
      none={t.overview.replication_none}
      least={620}
      columns={[
        { title: t.nav.regions, cell: (pair) => t.regions.pair(pair.from_region, pair.to_region) },
        { title: t.overview.lag, end: true, cell: (pair) => secondsText(pair.lag_seconds) },
        { title: t.overview.pending, end: true, cell: (pair) => countText(pair.pending) },
        { title: t.overview.copy_failures, end: true, cell: (pair) => countText(pair.failures_24h) },
        {
          title: t.regions.rate,
          end: true,
          cell: ({ bytes_per_second_24h: rate }) => (rate === null ? "–" : `${bytesText(rate)}/s`),
        },
        { title: t.regions.newest, cell: (pair) => <Ago at={pair.newest_copy_at} /> },
        { title: t.regions.waits_for, cell: (pair) => pair.cause_text ?? "–" },
      ]}
    />
  );
}

function AddRegion({ opened, close }: { opened: boolean; close: () => void }) {
  const [name, setName] = useState("");
  const [country, setCountry] = useState("");
  const [path, setPath] = useState("");
  const add = useMutation({
    mutationFn: () =>
      take(
        api.POST("/v1/regions", {
          params: { header: newKey() },
          body: { name, country: country.toUpperCase(), store: { kind: "fs", path } },
        }),
      ),
    onSuccess: (made) => {
      sayDone(t.regions.added, made.name);
      void queryClient.invalidateQueries({ queryKey: ["regions"] });
      close();
    },
  });
  return (
    <Modal opened={opened} onClose={close} title={t.regions.add} closeButtonProps={{ "aria-label": t.common.close }}>
      <Stack>
        <Text size="sm" c="dimmed">
          {t.regions.add_hint}
        </Text>
        <TextInput
          label={t.regions.name}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
        />
        <TextInput
          label={t.regions.country}
          description={t.regions.country_hint}
          value={country}
          maxLength={2}
          onChange={(event) => setCountry(event.currentTarget.value)}
        />
        <TextInput label={t.regions.path} value={path} onChange={(event) => setPath(event.currentTarget.value)} />
        {add.error !== null && <Failed error={add.error} />}
        <Button
          loading={add.isPending}
          disabled={name === "" || country.length !== 2 || path === ""}
          onClick={() => add.mutate()}
        >
          {t.regions.add}
        </Button>
      </Stack>
    </Modal>
  );
}
