import { Button, Group, Modal, NumberInput, Select, Stack, TagsInput, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { IfMay } from "../../app/may.tsx";
import { queryClient } from "../../app/query.ts";
import { sayDone, sayFailed } from "../../app/toasts.tsx";
import { api, newKey, take } from "../../api/client.ts";
import type { ItemOf, PostBody } from "../../api/types.ts";
import { countText } from "../../parts/format.ts";
import { Empty, Failed } from "../../parts/page.tsx";
import { Rows } from "../../parts/rows.tsx";
import { Ago } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";

type Kind = PostBody<"/v1/channels">["kind"];
const KINDS = ["email", "webhook", "slack", "pagerduty", "alertmanager"] as const;
const SUBMISSION_PORT = 587;

export function Channels({ items }: { items: readonly ItemOf<"/v1/channels">[] }) {
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
      <Empty icon="alerts" title={t.oncall.no_channels}>
        {t.oncall.channel_lead}
      </Empty>
    );
  }
  return (
    <Rows
      label={t.oncall.channels}
      items={items}
      rowKey={(channel) => channel.id}
      none={t.oncall.no_channels}
      least={560}
      columns={[
        { title: t.access.name, cell: (channel) => channel.name },
        { title: t.oncall.kind, cell: (channel) => t.oncall.channel_kinds[channel.kind] ?? channel.kind },
        { title: t.oncall.last_ok, cell: (channel) => <Ago at={channel.last_ok_at} /> },
        {
          title: t.oncall.failures,
          end: true,
          cell: (channel) => (
            <div>
              <Text span size="sm" c={channel.failures_in_row > 0 ? "var(--hf-bad)" : undefined}>
                {channel.failures_in_row > 0 ? `⚠ ${countText(channel.failures_in_row)}` : "0"}
              </Text>
              {channel.last_error !== null && (
                <Text size="xs" c="dimmed">
                  {channel.last_error}
                </Text>
              )}
            </div>
          ),
        },
        {
          title: "",
          end: true,
          cell: (channel) => (
            <IfMay scope="oncall:write">
              <Button
                variant="default"
                loading={test.isPending && test.variables === channel.id}
                aria-label={`${t.oncall.test}: ${channel.name}`}
                onClick={() => test.mutate(channel.id)}
              >
                {t.oncall.test}
              </Button>
            </IfMay>
          ),
        },
      ]}
    />
  );
}

export function AddChannel({ close }: { close: () => void }) {
  const [name, setName] = useState("");
  const [kind, setKind] = useState<Kind>("email");
  const [url, setUrl] = useState("");
  const [host, setHost] = useState("");
  const [port, setPort] = useState<string | number>(SUBMISSION_PORT);
  const [from, setFrom] = useState("");
  const [to, setTo] = useState<string[]>([]);
  const [secret_ref, setSecret] = useState("");
  const add = useMutation({
    mutationFn: () => {
      const config = kind === "email" ? { host, port: Number(port), from, to } : url === "" ? {} : { url };
      const body = { name, kind, config, ...(secret_ref === "" ? {} : { secret_ref }) };
      return take(api.POST("/v1/channels", { params: { header: newKey() }, body }));
    },
    onSuccess: () => {
      sayDone(t.oncall.channel_added, name);
      void queryClient.invalidateQueries({ queryKey: ["channels"] });
      close();
    },
  });
  const ready = name !== "" && (kind === "email" ? host !== "" && from !== "" && to.length > 0 : true);
  return (
    <Modal opened onClose={close} title={t.oncall.add_channel} closeButtonProps={{ "aria-label": t.common.close }}>
      <Stack>
        <Text size="sm" c="dimmed">
          {t.oncall.channel_lead}
        </Text>
        <TextInput
          label={t.access.name}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
        />
        <Select
          label={t.oncall.kind}
          data={KINDS.map((value) => ({ value, label: t.oncall.channel_kinds[value] ?? value }))}
          value={kind}
          onChange={(next) => setKind(KINDS.find((it) => it === next) ?? kind)}
          allowDeselect={false}
        />
        {kind === "email" ? (
          <>
            <Group grow align="flex-start">
              <TextInput
                label={t.oncall.mail_host}
                value={host}
                onChange={(event) => setHost(event.currentTarget.value)}
              />
              <NumberInput
                label={t.oncall.mail_port}
                min={1}
                max={65_535}
                value={port}
                onChange={setPort}
                hideControls
              />
            </Group>
            <TextInput
              label={t.oncall.mail_from}
              value={from}
              onChange={(event) => setFrom(event.currentTarget.value)}
            />
            <TagsInput label={t.oncall.mail_to} value={to} onChange={setTo} />
          </>
        ) : (
          <TextInput label={t.oncall.url} value={url} onChange={(event) => setUrl(event.currentTarget.value)} />
        )}
        <TextInput
          label={t.oncall.secret}
          description={t.oncall.secret_hint}
          value={secret_ref}
          onChange={(event) => setSecret(event.currentTarget.value)}
        />
        {add.error !== null && <Failed error={add.error} />}
        <Button disabled={!ready} loading={add.isPending} onClick={() => add.mutate()}>
          {t.oncall.add_channel}
        </Button>
      </Stack>
    </Modal>
  );
}
