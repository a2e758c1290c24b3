import { Button, Code, Group, Modal, Stack, Switch, Text } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { IfMay, MayOrWhy } from "../../app/may.tsx";
import { queryClient } from "../../app/query.ts";
import { useMay, useSession } from "../../app/session.ts";
import { sayDone, sayFailed } from "../../app/toasts.tsx";
import { api, newKey, take } from "../../api/client.ts";
import { approvalRulesQuery, approvalsQuery } from "../../api/queries-assure.ts";
import type { Answer, ItemOf } from "../../api/types.ts";
import { countText } from "../../parts/format.ts";
import { Answered, Empty, Failed, PageHead, Panel } from "../../parts/page.tsx";
import { Rows } from "../../parts/rows.tsx";
import { StateMark } from "../../parts/state.tsx";
import { Ago } from "../../parts/time.tsx";
import { Ref } from "../../parts/ref.tsx";
import { t } from "../../texts/index.ts";

type Approval = ItemOf<"/v1/approvals">;
type Rule = Answer<"/v1/approval-rules">["items"][number];

export function ApprovalsPage() {
  const query = useQuery(approvalsQuery());
  const rules = useQuery(approvalRulesQuery());
  const [asked, setAsked] = useState<{ readonly approval: Approval; readonly verb: "approve" | "reject" } | null>(null);
  return (
    <>
      <PageHead title={t.approvals.title} lead={t.approvals.lead} />
      <div className="hf-grid">
        <div data-span="8">
          <Stack gap="sm">
            <Answered query={query}>
              {({ items }) => {
                const waiting = items.filter(({ state }) => state === "PENDING");
                return (
                  <>
                    <Panel title={t.approvals.waiting} aside={countText(waiting.length)} flush>
                      {waiting.length === 0 ? (
                        <Empty icon="check" title={t.approvals.none} />
                      ) : (
                        <Waiting items={waiting} ask={(approval, verb) => setAsked({ approval, verb })} />
                      )}
                    </Panel>
                    <Panel title={t.approvals.decided} flush>
                      <Decided items={items.filter(({ state }) => state !== "PENDING")} />
                    </Panel>
                  </>
                );
              }}
            </Answered>
          </Stack>
        </div>
        <div data-span="4">
          <Panel title={t.approvals.rules}>
            <Answered query={rules}>{({ items }) => <Rules rules={items} />}</Answered>
          </Panel>
        </div>
      </div>
      {asked !== null && <Decide {...asked} close={() => setAsked(null)} />}
    </>
  );
}

function Waiting(props: { items: readonly Approval[]; ask: (it: Approval, verb: "approve" | "reject") => void }) {
  const session = useSession();
  const me = session.status === "in" ? session.me.display_name : "";
  return (
    <Rows
      label={t.approvals.waiting}
      items={props.items}
      rowKey={(it) => it.id}
      none={t.approvals.none}
      least={560}
      columns={[
        {
          title: t.approvals.what,
          cell: (it) => (
            <>
              <strong>{t.approvals.kinds[it.kind] ?? it.kind}</strong>
              <Text size="xs" c="dimmed" className="hf-mono hf-wrap">
                <Ref id={/[a-z]{3}_[0-9a-z]{20,}/.exec(it.path)?.[0] ?? it.path} />
              </Text>
            </>
          ),
        },
        { title: t.approvals.by, cell: (it) => it.requested_by },
        { title: t.approvals.why, cell: (it) => it.reason ?? "–" },
        { title: t.approvals.expires, cell: (it) => <Ago at={it.expires_at} /> },
        {
          title: "",
          end: true,
          cell: (it) =>
            it.requested_by === me ? (
              <Group gap="xs" justify="flex-end">
                <Text size="xs" c="dimmed">
                  {t.approvals.own}
                </Text>
                <IfMay scope="approvals:write">
                  <Button variant="default" onClick={() => props.ask(it, "reject")}>
                    {t.approvals.reject}
                  </Button>
                </IfMay>
              </Group>
            ) : (
              <MayOrWhy scope="approvals:write">
                {(allowed) => (
                  <Group gap="xs" justify="flex-end" wrap="nowrap">
                    <Button disabled={!allowed} onClick={() => props.ask(it, "approve")}>
                      {t.approvals.approve}
                    </Button>
                    <Button disabled={!allowed} variant="default" onClick={() => props.ask(it, "reject")}>
                      {t.approvals.reject}
                    </Button>
                  </Group>
                )}
              </MayOrWhy>
            ),
        },
      ]}
    />
  );
}

function Decided({ items }: { items: readonly Approval[] }) {
  return (
    <Rows
      label={t.approvals.decided}
      items={items}
      rowKey={(it) => it.id}
      none={t.approvals.none_decided}
      columns={[
        { title: t.approvals.what, cell: (it) => t.approvals.kinds[it.kind] ?? it.kind },
        { title: t.jobs.state, cell: (it) => <StateMark state={it.state} /> },
        { title: t.approvals.by, cell: (it) => it.requested_by },
        { title: t.approvals.decided_by, cell: (it) => it.decided_by ?? "–" },
        { title: t.audit.at, cell: (it) => <Ago at={it.decided_at ?? it.expires_at} /> },
      ]}
    />
  );
}

function Decide(props: { approval: Approval; verb: "approve" | "reject"; close: () => void }) {
  const { approval, verb, close } = props;
  const words = verb === "approve" ? t.approvals.approve : t.approvals.reject;
  const decide = useMutation({
    mutationFn: () => {
      const params = { path: { id: approval.id }, header: newKey() };
      return verb === "approve"
        ? take(api.POST("/v1/approvals/{id}/approve", { params }))
        : take(api.POST("/v1/approvals/{id}/reject", { params }));
    },
    onSuccess: () => {
      sayDone(verb === "approve" ? t.approvals.approved : t.approvals.rejected);
      void queryClient.invalidateQueries({ queryKey: ["approvals"] });
      close();
    },
  });
  return (
    <Modal
      opened
      onClose={close}
      title={`${words}: ${t.approvals.kinds[approval.kind] ?? approval.kind}`}
      closeButtonProps={{ "aria-label": t.common.close }}
    >
      <Stack>
        {verb === "approve" && <Text size="sm">{t.approvals.approve_title}</Text>}
        <div>
          <Text size="sm" fw={600}>
            {t.approvals.request}
          </Text>
          <Code block>{`${approval.path}\n${JSON.stringify(approval.body ?? {}, null, 2)}`}</Code>
        </div>
        {decide.error !== null && <Failed error={decide.error} />}
        <Button
          color={verb === "approve" ? undefined : "red"}
          loading={decide.isPending}
          onClick={() => decide.mutate()}
        >
          {words}
        </Button>
      </Stack>
    </Modal>
  );
}

function Rules({ rules }: { rules: readonly Rule[] }) {
  const may = useMay("access:write");
  const set = useMutation({
    mutationFn: ({ kind, required }: { kind: Rule["kind"]; required: boolean }) =>
      take(api.POST("/v1/approval-rules", { params: { header: newKey() }, body: { kind, required } })),
    onSuccess: () => {
      sayDone(t.approvals.rule_saved);
      void queryClient.invalidateQueries({ queryKey: ["approvals"] });
    },
    onError: (error) => sayFailed(t.approvals.rules, error),
  });
  return (
    <Stack gap="sm">
      {Object.entries(t.approvals.kinds).map(([kind, label]) => {
        const everywhere = rules.some((it) => it.kind === kind && it.project_id === null);
        const projects = rules.filter((it) => it.kind === kind && it.project_id !== null).length;
        return (
          <Switch
            key={kind}
            label={label}
            description={projects === 0 ? undefined : `${countText(projects)} ${t.workloads.project}`}
            checked={everywhere}
            disabled={!may || set.isPending}
            onChange={(event) => set.mutate({ kind: kind as Rule["kind"], required: event.currentTarget.checked })}
          />
        );
      })}
    </Stack>
  );
}
