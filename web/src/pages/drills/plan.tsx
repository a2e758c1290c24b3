import { Button, Stack, Text } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useId } from "../../app/address.ts";
import { IfMay } from "../../app/may.tsx";
import { queryClient } from "../../app/query.ts";
import { sayDone, sayFailed } from "../../app/toasts.tsx";
import { api, newKey, take } from "../../api/client.ts";
import { drillPlanQuery, drillsQuery } from "../../api/queries-assure.ts";
import type { Answer } from "../../api/types.ts";
import { countText } from "../../parts/format.ts";
import { Answered, Facts, PageHead, Panel } from "../../parts/page.tsx";
import { Rows } from "../../parts/rows.tsx";
import { Chip, StateMark } from "../../parts/state.tsx";
import { Ago, Stamp } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";
import { DrillList } from "./drill-list.tsx";

type Plan = Answer<"/v1/drill-plans/{id}">;

export function DrillPlanPage() {
  const id = useId();
  const query = useQuery(drillPlanQuery(id));
  const plan = query.data;
  const turn = useMutation({
    mutationFn: (on: boolean) => {
      const params = { path: { id }, header: newKey() };
      return on
        ? take(api.POST("/v1/drill-plans/{id}/enable", { params }))
        : take(api.POST("/v1/drill-plans/{id}/disable", { params }));
    },
    onSuccess: (_, on) => {
      sayDone(on ? t.drills.enabled : t.drills.disabled);
      void queryClient.invalidateQueries({ queryKey: ["drills"] });
    },
    onError: (error) => sayFailed(t.drills.plan, error),
  });
  return (
    <>
      <PageHead
        title={plan?.name ?? t.drills.plan}
        lead={plan?.cadence}
        above={<Link to="/drills">{t.drills.title}</Link>}
        actions={
          plan === undefined ? undefined : (
            <IfMay scope="drills:write">
              <Button variant="default" loading={turn.isPending} onClick={() => turn.mutate(!plan.enabled)}>
                {plan.enabled ? t.drills.disable : t.drills.enable}
              </Button>
            </IfMay>
          )
        }
      />
      <Answered query={query}>{(it) => <Detail plan={it} />}</Answered>
    </>
  );
}

function Detail({ plan }: { plan: Plan }) {
  const drills = useQuery(drillsQuery(`plan=${plan.name}`));
  const { select } = plan.spec;
  return (
    <div className="hf-grid">
      <div data-span="8">
        <Stack gap="sm">
          <Panel>
            <Facts
              rows={[
                [
                  t.drills.next_due,
                  plan.next_due_at === null ? t.drills.rests : <Stamp key="n" at={plan.next_due_at} />,
                ],
                [
                  t.drills.selector,
                  <span key="s" className="hf-mono">
                    {Object.entries(select)
                      .map(([key, value]) => {
                        const text = Array.isArray(value) ? value.join(", ") : String(value);
                        return key === "selector" ? text : `${key}: ${text}`;
                      })
                      .join("; ")}
                  </span>,
                ],
                [t.drills.backup, plan.spec.backup.choose === "latest" ? t.drills.latest : t.drills.random],
                [t.drills.sandbox, plan.spec.sandbox],
                [t.drills.owner, plan.spec.owner],
              ]}
            />
          </Panel>
          <Answered query={drills}>{({ items }) => <DrillList drills={items} />}</Answered>
        </Stack>
      </div>
      <div data-span="4">
        <Stack gap="sm">
          <Panel title={t.drills.would_drill} aside={countText(plan.workloads.length)}>
            <Text size="sm" component="div">
              {plan.workloads.length === 0 ? "–" : plan.workloads.map((name) => <Chip key={name}>{name}</Chip>)}
            </Text>
          </Panel>
          <Panel title={t.drills.dues} flush>
            <Rows
              label={t.drills.dues}
              items={plan.dues}
              rowKey={(it) => it.due_at}
              none={t.drills.no_dues}
              least={240}
              columns={[
                { title: t.drills.due, cell: (it) => <Ago at={it.due_at} /> },
                {
                  title: t.drills.outcome,
                  cell: (it) => t.drills.outcomes[it.outcome] ?? <StateMark state={it.outcome} />,
                },
                { title: t.nav.workloads, end: true, cell: (it) => countText(it.workloads) },
              ]}
            />
          </Panel>
        </Stack>
      </div>
    </div>
  );
}
