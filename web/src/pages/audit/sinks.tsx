import {
  Button,
  Checkbox,
  Group,
  Modal,
  NumberInput,
  SegmentedControl,
  Select,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useAddress } from "../../app/address.ts";
import { IfMay } from "../../app/may.tsx";
import { queryClient } from "../../app/query.ts";
import { sayDone } from "../../app/toasts.tsx";
import { api, newKey, take } from "../../api/client.ts";
import { sinksQuery } from "../../api/queries-watch.ts";
import type { ItemOf } from "../../api/types.ts";
import { AskRemoval } from "../../parts/ask-removal.tsx";
import { countText } from "../../parts/format.ts";
import { Icon } from "../../parts/icons.tsx";
import { Answered, Empty, Failed, PageHead, Panel } from "../../parts/page.tsx";
import { Rows } from "../../parts/rows.tsx";
import { Ago } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";

type Sink = ItemOf<"/v1/siem-sinks">;
const SYSLOG_TLS_PORT = 6514;
const renew = () => void queryClient.invalidateQueries({ queryKey: ["siem-sinks"] });

function whereTo({ kind, config }: Sink): string {
  return kind === "https" ? String(config["url"]) : `${String(config["host"])}:${String(config["port"])}`;
}

export function SinksPage() {
  const query = useQuery(sinksQuery());
  const [{ ask }, set] = useAddress<"ask">();
  const [leaving, setLeaving] = useState<Sink | null>(null);
  const add = (
    <IfMay scope="audit:write">
      <Button leftSection={<Icon name="plus" size={14} />} onClick={() => set({ ask: "sink" })}>
        {t.sinks.add}
      </Button>
    </IfMay>
  );
  return (
    <>
      <PageHead
        title={t.sinks.title}
        lead={t.sinks.lead}
        above={<Link to="/audit">{t.nav.audit}</Link>}
        actions={add}
      />
      <Panel flush>
        <Answered query={query} rows={4}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty icon="audit" title={t.sinks.none} action={add}>
                {t.sinks.none_more}
              </Empty>
            ) : (
              <Rows
                label={t.sinks.title}
                items={items}
                rowKey={({ id }) => id}
                none={t.sinks.none}
                least={760}
                columns={[
                  { title: t.sinks.name, cell: (sink) => <strong>{sink.name}</strong> },
                  {
                    title: t.sinks.to,
                    cell: (sink) => (
                      <>
                        {sink.kind === "https" ? t.sinks.https : t.sinks.syslog}{" "}
                        <span className="hf-mono hf-wrap">{whereTo(sink)}</span>
                      </>
                    ),
                  },
                  { title: t.sinks.format, cell: (sink) => t.sinks.formats[sink.format] ?? sink.format },
                  { title: t.sinks.arrived, end: true, cell: (sink) => countText(sink.sent_count) },
                  { title: t.sinks.waiting, end: true, cell: (sink) => <Waiting sink={sink} /> },
                  { title: t.sinks.last_ok, cell: (sink) => <Ago at={sink.last_ok_at} /> },
                  { title: t.sinks.trouble, cell: (sink) => <Trouble sink={sink} /> },
                  {
                    title: "",
                    end: true,
                    cell: (sink) => (
                      <IfMay scope="audit:write">
                        <Button
                          variant="default"
                          onClick={() => setLeaving(sink)}
                          aria-label={`${t.sinks.remove}: ${sink.name}`}
                        >
                          {t.sinks.remove}
                        </Button>
                      </IfMay>
                    ),
                  },
                ]}
              />
            )
          }
        </Answered>
      </Panel>
      {ask === "sink" && <AddSink close={() => set({ ask: undefined })} />}
      {leaving !== null && (
        <AskRemoval
          title={t.sinks.remove_title(leaving.name)}
          lead={t.sinks.remove_lead(countText(leaving.backlog))}
          button={t.sinks.remove}
          remove={() => take(api.DELETE("/v1/siem-sinks/{id}", { params: { path: { id: leaving.id } } }))}
          done={() => {
            sayDone(t.sinks.removed, leaving.name);
            renew();
          }}
          close={() => setLeaving(null)}
        />
      )}
    </>
  );
}

function Waiting({ sink }: { sink: Sink }) {
  return (
    <>
      {countText(sink.backlog)}
      {sink.oldest_unsent_at !== null && (
        <Text size="xs" c="dimmed">
          {t.sinks.oldest} <Ago at={sink.oldest_unsent_at} />
        </Text>
      )}
    </>
  );
}

function Trouble({ sink }: { sink: Sink }) {
  if (sink.failures_in_row === 0) {
    return (
      <Text span size="sm" c="var(--hf-good)">
        <Icon name="check" size={12} /> {t.common.none}
      </Text>
    );
  }
  return (
    <Text span size="xs" c="var(--hf-bad)" className="hf-wrap">
      <Icon name="warning" size={12} /> {sink.last_error} (<Ago at={sink.last_error_at} />)
    </Text>
  );
}

function AddSink({ close }: { close: () => void }) {
  const [kind, setKind] = useState<"https" | "syslog">("https");
  const [name, setName] = useState("");
  const [url, setUrl] = useState("");
  const [host, setHost] = useState("");
  const [port, setPort] = useState<string | number>(SYSLOG_TLS_PORT);
  const [format, setFormat] = useState<"ocsf" | "cef">("ocsf");
  const [ca_file, setCa] = useState("");
  const [secret_ref, setSecret] = useState("");
  const [from_start, setFromStart] = useState(false);
  const add = useMutation({
    mutationFn: () => {
      const trusted = ca_file === "" ? {} : { ca_file };
      const to =
        kind === "https"
          ? ({ kind, url, ...trusted } as const)
          : ({ kind, host, port: Number(port), ...trusted } as const);
      const secret = kind === "https" && secret_ref !== "" ? { secret_ref } : {};
      const body = { name, format, to, from_start, ...secret };
      return take(api.POST("/v1/siem-sinks", { params: { header: newKey() }, body }));
    },
    onSuccess: (made) => {
      sayDone(t.sinks.added, made.name);
      renew();
      close();
    },
  });
  return (
    <Modal opened onClose={close} title={t.sinks.add} closeButtonProps={{ "aria-label": t.common.close }}>
      <Stack>
        <TextInput
          label={t.sinks.name}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
        />
        <SegmentedControl
          aria-label={t.sinks.kind}
          data={[
            { value: "https", label: t.sinks.https },
            { value: "syslog", label: t.sinks.syslog },
          ]}
          value={kind}
          onChange={(next) => setKind(next === "syslog" ? "syslog" : "https")}
        />
        {kind === "https" ? (
          <>
            <TextInput
              label={t.sinks.url}
              placeholder="https://siem.example.com/ingest"
              value={url}
              onChange={(event) => setUrl(event.currentTarget.value)}
            />
            <TextInput
              label={t.sinks.secret}
              description={t.sinks.secret_hint}
              placeholder="file:/etc/holdfast/siem-token"
              value={secret_ref}
              onChange={(event) => setSecret(event.currentTarget.value)}
            />
          </>
        ) : (
          <Group grow align="flex-start">
            <TextInput label={t.sinks.host} value={host} onChange={(event) => setHost(event.currentTarget.value)} />
            <NumberInput label={t.sinks.port} min={1} max={65_535} value={port} onChange={setPort} hideControls />
          </Group>
        )}
        <Select
          label={t.sinks.format}
          data={Object.entries(t.sinks.formats).map(([value, label]) => ({ value, label }))}
          value={format}
          onChange={(next) => setFormat(next === "cef" ? "cef" : "ocsf")}
          allowDeselect={false}
        />
        <TextInput
          label={t.sinks.ca_file}
          placeholder="/etc/holdfast/siem-ca.pem"
          value={ca_file}
          onChange={(event) => setCa(event.currentTarget.value)}
        />
        <Checkbox
          label={t.sinks.from_start}
          checked={from_start}
          onChange={(event) => setFromStart(event.currentTarget.checked)}
        />
        {add.error !== null && <Failed error={add.error} />}
        <Button
          disabled={name === "" || (kind === "https" ? url === "" : host === "" || port === "")}
          loading={add.isPending}
          onClick={() => add.mutate()}
        >
          {t.sinks.add}
        </Button>
      </Stack>
    </Modal>
  );
}
