import { Alert, Button, FileButton, Group, Stack, Text, TextInput } from "@mantine/core";
import { queryOptions, useMutation, useQuery } from "@tanstack/react-query";
import { type DragEvent, useState } from "react";
import { sayFailed } from "../../app/toasts.tsx";
import { api, take } from "../../api/client.ts";
import { countText } from "../../parts/format.ts";
import { Icon } from "../../parts/icons.tsx";
import { Answered, Command, Facts, PageHead, Panel } from "../../parts/page.tsx";
import { Stamp } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";
import { verifySigned } from "../reports/genuine.ts";
import { ReportOutcome } from "../reports/outcome.tsx";
import classes from "./evidence.module.css";
import { readBundle, type Verdict, verifyBundle } from "./verify.ts";

const headQuery = () =>
  queryOptions({
    queryKey: ["evidence", "head"],
    queryFn: ({ signal }) => take(api.GET("/v1/evidence/head", { signal })),
  });

export function EvidencePage() {
  const head = useQuery(headQuery());
  return (
    <>
      <PageHead title={t.evidence.title} lead={t.evidence.lead} />
      <div className="hf-grid">
        <div data-span="6">
          <Stack gap="sm">
            <Panel title={t.evidence.log}>
              <Answered query={head}>
                {(it) => (
                  <Stack gap="sm">
                    <Facts
                      rows={[
                        [t.evidence.leaves, countText(it.leaves)],
                        [t.evidence.pending, countText(it.pending)],
                        [t.evidence.newest_head, it.day ?? t.evidence.no_head],
                        it.signed_at === null ? null : [t.backups.made, <Stamp key="s" at={it.signed_at} />],
                        [t.evidence.published, it.published_in.join(", ") || "–"],
                      ]}
                    />
                    <div>
                      <Text size="xs" c="dimmed">
                        {t.evidence.fingerprint}
                      </Text>
                      <Command>{it.fingerprint}</Command>
                      <Text size="xs" c="dimmed">
                        {t.evidence.fingerprint_hint}
                      </Text>
                    </div>
                  </Stack>
                )}
              </Answered>
            </Panel>
            <Panel title={t.evidence.export}>
              <Export />
            </Panel>
          </Stack>
        </div>
        <div data-span="6">
          <Panel title={t.evidence.check}>
            <Check />
          </Panel>
        </div>
      </div>
    </>
  );
}

function Export() {
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const make = useMutation({
    mutationFn: () => {
      const query = { ...(from === "" ? {} : { from }), ...(to === "" ? {} : { to }) };
      return take(api.GET("/v1/evidence/export", { params: { query } }));
    },
    onSuccess: (bundle) => {
      const url = URL.createObjectURL(new Blob([JSON.stringify(bundle)], { type: "application/json" }));
      const link = document.createElement("a");
      link.href = url;
      link.download = `holdfast-evidence-${bundle.exported_at.slice(0, 10)}.json`;
      link.click();
      URL.revokeObjectURL(url);
    },
    onError: (error) => sayFailed(t.evidence.export, error),
  });
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {t.evidence.export_lead}
      </Text>
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
      <Group>
        <Button loading={make.isPending} onClick={() => make.mutate()} leftSection={<Icon name="download" size={14} />}>
          {t.evidence.download}
        </Button>
      </Group>
    </Stack>
  );
}

function Check() {
  const [fingerprint, setFingerprint] = useState("");
  const check = useMutation({
    mutationFn: async (files: readonly File[]) => {
      if (!window.isSecureContext) throw new Error(t.evidence.insecure);
      const signed = files.find(({ name }) => name.endsWith(".jws"));
      if (signed !== undefined) {
        const others = files.filter((it) => it !== signed);
        const read = async (it: File) => ({ name: it.name, bytes: new Uint8Array(await it.arrayBuffer()) });
        return { report: await verifySigned(await signed.text(), await Promise.all(others.map(read))) };
      }
      const [file] = files;
      return { bundle: await verifyBundle(readBundle((await file?.text()) ?? ""), fingerprint.trim()) };
    },
  });
  const drop = (event: DragEvent) => {
    event.preventDefault();
    const files = [...event.dataTransfer.files];
    if (files.length > 0) check.mutate(files);
  };
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {t.evidence.check_lead}
      </Text>
      <TextInput
        label={`${t.evidence.expected} (${t.common.optional})`}
        description={t.evidence.expected_hint}
        value={fingerprint}
        onChange={(event) => setFingerprint(event.currentTarget.value)}
      />
      <div className={classes.drop} onDragOver={(event) => event.preventDefault()} onDrop={drop}>
        <FileButton multiple onChange={(files) => files.length > 0 && check.mutate(files)}>
          {(props) => (
            <Button {...props} variant="default" loading={check.isPending}>
              {t.evidence.choose}
            </Button>
          )}
        </FileButton>
      </div>
      {check.error !== null && (
        <Alert color="red" variant="outline" icon={<Icon name="cross" />} role="alert">
          {check.error.message}
        </Alert>
      )}
      {check.data?.bundle !== undefined && <Outcome verdict={check.data.bundle} pinned={fingerprint.trim() !== ""} />}
      {check.data?.report !== undefined && <ReportOutcome verdict={check.data.report} />}
    </Stack>
  );
}

function Outcome({ verdict, pinned }: { verdict: Verdict; pinned: boolean }) {
  const { ok, records, hidden, from_day, to_day, findings } = verdict;
  return (
    <Alert
      color={ok ? "green" : "red"}
      variant="outline"
      role="status"
      icon={<Icon name={ok ? "check" : "cross"} />}
      title={ok ? t.evidence.valid : t.evidence.broken(countText(findings.length))}
    >
      <Stack gap={4}>
        <Text size="sm">
          {t.evidence.summary(countText(records), countText(hidden), from_day ?? "?", to_day ?? "?")}
        </Text>
        {ok && !pinned && <Text size="sm">{t.evidence.valid_unpinned}</Text>}
        {findings.slice(0, 20).map((finding) => (
          <Text key={finding} size="sm">
            {finding}
          </Text>
        ))}
      </Stack>
    </Alert>
  );
}
