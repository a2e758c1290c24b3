import { Button, Select, Stack, Text, TextInput } from "@mantine/core";
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useAddress } from "../../app/address.ts";
import { api, take } from "../../api/client.ts";
import { itemsOf } from "../../api/queries.ts";
import { auditQuery } from "../../api/queries-assure.ts";
import type { ItemOf } from "../../api/types.ts";
import { actionText, countText } from "../../parts/format.ts";
import { Icon } from "../../parts/icons.tsx";
import { Answered, Empty, Failed, PageHead, Panel } from "../../parts/page.tsx";
import { StateMark } from "../../parts/state.tsx";
import { DataTable } from "../../parts/table.tsx";
import { Ago } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";
import { AuditEntry } from "./entry.tsx";

type Entry = ItemOf<"/v1/audit">;
type Keys = "actor" | "action" | "subject" | "outcome" | "from" | "to";
const DAY_MS = 86_400_000;
const OUTCOMES = ["DONE", "REFUSED", "PENDING_APPROVAL"];

/** A value with a comma, a bar or a quote stands in quotes. */
const quoted = (value: string) => (/[,|"\s]/.test(value) ? JSON.stringify(value) : value);

function filterOf(search: { readonly [Key in Keys]?: string }): string {
  const { actor, action, subject, outcome, from, to } = search;
  return [
    actor === undefined ? "" : `actor=${quoted(actor)}`,
    action === undefined ? "" : `action=${quoted(action)}`,
    subject === undefined ? "" : `subject=${quoted(subject)}`,
    outcome === undefined ? "" : `outcome=${outcome}`,
    from === undefined ? "" : `time>=${from}T00:00:00Z`,
    to === undefined ? "" : `time<${new Date(Date.parse(to) + DAY_MS).toISOString().slice(0, 19)}Z`,
  ]
    .filter(Boolean)
    .join(",");
}

/** An action may be typed in the words it is shown in. */
const asked = (key: Keys, text: string) =>
  key === "action" ? text.trim().toLowerCase().replaceAll(" ", "_") : text.trim();

export function AuditPage() {
  const [search, set] = useAddress<Keys>();
  const query = useInfiniteQuery(auditQuery(filterOf(search)));
  const [shown, setShown] = useState<Entry | null>(null);
  const field = (key: Keys, label: string, hint: string) => (
    <TextInput
      key={`${key} ${search[key] ?? ""}`}
      label={label}
      placeholder={hint}
      defaultValue={search[key] ?? ""}
      onBlur={(event) => set({ [key]: asked(key, event.currentTarget.value) })}
      onKeyDown={(event) => event.key === "Enter" && set({ [key]: asked(key, event.currentTarget.value) })}
    />
  );
  const day = (key: "from" | "to", label: string) => (
    <TextInput
      type="date"
      label={label}
      value={search[key] ?? ""}
      onChange={(event) => set({ [key]: event.currentTarget.value })}
    />
  );
  return (
    <>
      <PageHead
        title={t.audit.title}
        lead={t.audit.lead}
        actions={
          <>
            <Button component={Link} to="/audit/sinks" variant="default">
              {t.sinks.title}
            </Button>
            <VerifyChain />
          </>
        }
      />
      <div className="hf-filters">
        {field("actor", t.audit.actor, t.audit.actor_hint)}
        {field("action", t.audit.action, t.audit.action_hint)}
        {field("subject", t.audit.subject, t.audit.subject_hint)}
        <Select
          label={t.audit.outcome}
          data={OUTCOMES.map((value) => ({ value, label: t.states[value] ?? value }))}
          value={search.outcome ?? null}
          onChange={(next) => set({ outcome: next ?? undefined })}
          placeholder={t.common.all}
          clearable
        />
        {day("from", t.audit.from)}
        {day("to", t.audit.to)}
      </div>
      <Answered query={query} rows={10}>
        {(data) => {
          const rows = itemsOf(data);
          return rows.length === 0 ? (
            <Panel>
              <Empty icon="audit" title={t.audit.none}>
                {t.audit.none_more}
              </Empty>
            </Panel>
          ) : (
            <Entries
              rows={rows}
              more={query.hasNextPage && !query.isFetchingNextPage}
              onEnd={() => void query.fetchNextPage()}
              show={setShown}
            />
          );
        }}
      </Answered>
      {shown !== null && <AuditEntry entry={shown} close={() => setShown(null)} />}
    </>
  );
}

function Entries(props: { rows: readonly Entry[]; more: boolean; onEnd: () => void; show: (entry: Entry) => void }) {
  return (
    <DataTable
      label={t.audit.title}
      rows={props.rows}
      rowKey={(it) => String(it.sequence)}
      more={props.more}
      onEnd={props.onEnd}
      columns={[
        {
          key: "action",
          title: t.audit.action,
          width: "minmax(10rem, 2fr)",
          cell: (it) => (
            <button type="button" className="hf-row-button" onClick={() => props.show(it)}>
              {actionText(it.action)}
            </button>
          ),
        },
        { key: "actor", title: t.audit.actor, width: "minmax(6rem, 1fr)", wide: true, cell: (it) => it.actor_name },
        {
          key: "outcome",
          title: t.audit.outcome,
          width: "9.5rem",
          narrow: "5.5rem",
          cell: (it) => <StateMark state={it.outcome} reason={it.outcome === "REFUSED" ? String(it.status) : null} />,
        },
        {
          key: "subject",
          title: t.audit.subject,
          width: "minmax(8rem, 2fr)",
          wide: true,
          cell: (it) => <span className="hf-mono">{it.subject ?? "–"}</span>,
        },
        { key: "why", title: t.audit.why, width: "minmax(6rem, 1fr)", wide: true, cell: (it) => it.reason ?? "–" },
        { key: "from", title: t.audit.address, width: "8rem", wide: true, cell: (it) => it.address },
        { key: "at", title: t.audit.at, width: "5.5rem", narrow: "4.5rem", cell: (it) => <Ago at={it.time} /> },
      ]}
    />
  );
}

function VerifyChain() {
  const verify = useMutation({ mutationFn: () => take(api.GET("/v1/audit/verify")) });
  const verdict = verify.data;
  return (
    <Stack gap={4} align="flex-end">
      <Button variant="default" loading={verify.isPending} onClick={() => verify.mutate()}>
        {t.audit.verify}
      </Button>
      {verify.error !== null && <Failed error={verify.error} />}
      {verdict !== undefined && (
        <Text size="sm" role="status" c={verdict.valid ? "var(--hf-good)" : "var(--hf-bad)"}>
          <Icon name={verdict.valid ? "check" : "warning"} size={13} />{" "}
          {verdict.valid
            ? t.audit.chain_ok(countText(verdict.entries))
            : t.audit.chain_broken(countText(verdict.broken_at), verdict.detail ?? "")}
        </Text>
      )}
    </Stack>
  );
}
