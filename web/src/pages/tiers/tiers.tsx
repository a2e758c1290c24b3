import { Button, Stack, Text } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IfMay } from "../../app/may.tsx";
import { queryClient } from "../../app/query.ts";
import { sayDone, sayFailed } from "../../app/toasts.tsx";
import { api, newKey, take } from "../../api/client.ts";
import { thawsQuery, tierPlanQuery, tiersQuery } from "../../api/queries-business.ts";
import type { ItemOf } from "../../api/types.ts";
import { bytesText, countText } from "../../parts/format.ts";
import { Answered, Empty, Facts, PageHead, Panel } from "../../parts/page.tsx";
import { Rows } from "../../parts/rows.tsx";
import { Chip, StateMark } from "../../parts/state.tsx";
import { Ago, Stamp } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";

type Place = ItemOf<"/v1/tiers">;
const TIERS = ["hot", "warm", "cold"] as const;

export function TiersPage() {
  const query = useQuery(tiersQuery());
  const thaws = useQuery(thawsQuery());
  return (
    <>
      <PageHead title={t.tiers.title} lead={t.tiers.lead} />
      <Stack gap="sm">
        <Answered query={query}>
          {({ items }) =>
            items.length === 0 ? (
              <Panel>
                <Empty icon="tiers" title={t.tiers.none}>
                  {t.tiers.none_more}
                </Empty>
              </Panel>
            ) : (
              items.map((place) => <PlacePanel key={place.project_id + place.region_id} place={place} />)
            )
          }
        </Answered>
        <Panel title={t.tiers.thaws} flush>
          <Answered query={thaws}>{({ items }) => <Thaws items={items} />}</Answered>
        </Panel>
      </Stack>
    </>
  );
}

function PlacePanel({ place }: { place: Place }) {
  const run = useMutation({
    mutationFn: () =>
      take(
        api.POST("/v1/tiers/run", {
          params: { header: newKey() },
          body: { project: place.project, region: place.region },
        }),
      ),
    onSuccess: () => {
      sayDone(t.tiers.run_asked);
      void queryClient.invalidateQueries({ queryKey: ["tiers"] });
    },
    onError: (error) => sayFailed(t.tiers.run, error),
  });
  return (
    <Panel
      title={`${place.project}, ${place.region}`}
      aside={
        <>
          <Chip tone={place.enabled ? "good" : "idle"}>{place.enabled ? t.tiers.on : t.tiers.off}</Chip>{" "}
          <IfMay scope="tiers:write">
            <Button variant="default" loading={run.isPending} onClick={() => run.mutate()}>
              {t.tiers.run}
            </Button>
          </IfMay>
        </>
      }
    >
      <Stack gap="sm">
        <Facts
          rows={[
            [t.tiers.last_run, place.last_run_at === null ? t.tiers.never : <Ago key="l" at={place.last_run_at} />],
            [t.tiers.moved, countText(place.packs_moved)],
            [t.tiers.thawing, countText(place.packs_thawing)],
          ]}
        />
        <Plan place={place} />
      </Stack>
    </Panel>
  );
}

/** What stands where, and what a run would do about it. */
function Plan({ place }: { place: Place }) {
  const query = useQuery(tierPlanQuery(place.project, place.region));
  return (
    <Answered query={query} rows={3}>
      {(plan) => (
        <Stack gap="sm">
          <Rows
            label={t.tiers.tier}
            items={TIERS}
            rowKey={(it) => it}
            none="–"
            columns={[
              { title: t.tiers.tier, cell: (it) => <Chip>{t.tiers.names[it]}</Chip> },
              {
                title: t.tiers.now,
                end: true,
                cell: (it) => `${bytesText(plan.now[it].bytes)}, ${t.tiers.packs(countText(plan.now[it].packs))}`,
              },
              {
                title: t.tiers.after,
                end: true,
                cell: (it) => `${bytesText(plan.after[it].bytes)}, ${t.tiers.packs(countText(plan.after[it].packs))}`,
              },
              { title: t.tiers.backups, end: true, cell: (it) => countText(plan.backups[it]) },
            ]}
          />
          <Text size="sm" component="div">
            <strong>{t.tiers.moves}:</strong>{" "}
            {plan.moves_by.length === 0
              ? t.tiers.no_moves
              : plan.moves_by.map((it) => `${t.tiers.move(it.from, it.to)} ${bytesText(it.bytes)}`).join("; ")}
          </Text>
          {Object.entries(plan.deferred)
            .filter(([, sum]) => sum.packs > 0)
            .map(([why, sum]) => (
              <Text key={why} size="sm" c="dimmed">
                {t.tiers.deferred}: {bytesText(sum.bytes)}, {t.tiers.deferred_by[why] ?? why}
              </Text>
            ))}
          <Text size="sm">
            {t.tiers.saves}: {plan.saves_month === null ? t.tiers.saves_unknown : plan.saves_month.toFixed(2)}
          </Text>
        </Stack>
      )}
    </Answered>
  );
}

function Thaws({ items }: { items: readonly ItemOf<"/v1/thaws">[] }) {
  return (
    <Rows
      label={t.tiers.thaws}
      items={items}
      rowKey={(it) => it.id}
      none={t.tiers.no_thaws}
      columns={[
        { title: t.jobs.state, cell: (it) => <StateMark state={it.state} /> },
        {
          title: t.tiers.backup,
          cell: (it) => (
            <Link to={`/backups/${it.backup_id}` as never} className="hf-mono">
              {it.backup_id}
            </Link>
          ),
        },
        { title: t.usage.region, cell: (it) => it.region },
        { title: t.files.size, end: true, cell: (it) => bytesText(it.bytes) },
        { title: t.tiers.ready_by, cell: (it) => <Stamp at={it.ready_at ?? it.expected_at} /> },
        { title: t.tiers.until, cell: (it) => <Stamp at={it.expires_at} /> },
        { title: t.tiers.cost, end: true, cell: (it) => it.cost?.toFixed(2) ?? "–" },
      ]}
    />
  );
}
