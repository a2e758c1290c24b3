import { Alert, Group, SegmentedControl, Stack, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, take } from "../../api/client.ts";
import type { PostAnswer } from "../../api/types.ts";
import { bytesText, countText, dayText, secondsText } from "../../parts/format.ts";
import { Icon } from "../../parts/icons.tsx";
import { Answered } from "../../parts/page.tsx";
import { t } from "../../texts/index.ts";
import { BytesAhead } from "./bytes-ahead.tsx";
import { CoverageEffect } from "./coverage-effect.tsx";
import type { Draft } from "./draft.ts";
import classes from "./outcome.module.css";
import { PointsCalendar } from "./points-calendar.tsx";

type Simulation = PostAnswer<"/v1/policies/{id}/simulate">;
type Forecast = Simulation["current"];
/** The draft itself waits, too, before it is asked about. */
const WAIT_MS = 120;
const SPANS = ["30", "90", "365", "1095"] as const;

/** What the policy would keep, take and cost, beside what it does now; moves as the draft does. */
export function Outcome({ id, draft, changed }: { id: string; draft: Draft; changed: boolean }) {
  const [days, setDays] = useState<string>("365");
  const valid = draft.preview !== undefined && draft.problems.length === 0;
  const [yaml] = useDebouncedValue(changed && valid ? draft.yaml : null, WAIT_MS);
  const query = useQuery({
    queryKey: ["policies", "simulate", id, days, yaml],
    queryFn: ({ signal }) =>
      take(
        api.POST("/v1/policies/{id}/simulate", {
          signal,
          params: { path: { id } },
          body: { days: Number(days), currency: "EUR", ...(yaml === null ? {} : { yaml }) },
        }),
      ),
    placeholderData: keepPreviousData,
    retry: false,
  });
  return (
    <div>
      <Group justify="space-between" mb="sm">
        <Text size="sm" fw={600} component="h3" m={0}>
          {t.policies.year}
        </Text>
        <SegmentedControl
          data={SPANS.map((value) => ({ value, label: t.policies.spans[value] ?? value }))}
          value={days}
          onChange={setDays}
          aria-label={t.policies.span}
        />
      </Group>
      <Answered query={query} rows={6}>
        {(it) => <Figures simulation={it} />}
      </Answered>
    </div>
  );
}

const heldBytes = (forecast: Forecast) => {
  const last = forecast.months.at(-1)?.bytes;
  return last === undefined ? 0 : last.hot + last.warm + last.cold;
};

function Figures({ simulation }: { simulation: Simulation }) {
  const { current, changed, currency, coverage } = simulation;
  const next = changed ?? current;
  const money = (amount: string | null) => (amount === null ? "–" : `${amount} ${currency}`);
  const rows: readonly (readonly [string, string, string])[] = [
    [t.policies.points_end, countText(current.kept.length), countText(next.kept.length)],
    [t.policies.bytes_end, bytesText(heldBytes(current)), bytesText(heldBytes(next))],
    [t.policies.cost, money(current.cost_total), money(next.cost_total)],
    [t.policies.runs_of, countText(current.runs), countText(next.runs)],
    [t.policies.longest_gap, secondsText(current.longest_gap_seconds), secondsText(next.longest_gap_seconds)],
  ];
  return (
    <Stack gap="sm" aria-live="polite">
      <dl className={classes.figures}>
        {rows.map(([name, before, after]) => (
          <div key={name} data-moved={before !== after}>
            <dt>{name}</dt>
            <dd>
              {before !== after && (
                <span className={classes.before}>
                  <span className="hf-hidden">{t.policies.as_is}: </span>
                  {before} →{" "}
                </span>
              )}
              <strong>{after}</strong>
            </dd>
          </div>
        ))}
      </dl>
      {current.cost_total === null && (
        <Text size="xs" c="dimmed">
          {t.policies.no_price(currency)}
        </Text>
      )}
      {!next.rpo_held && (
        <Alert color="red" variant="outline" icon={<Icon name="warning" />} title={t.policies.rpo_broken} p="xs">
          {t.policies.rpo_first(next.rpo_misses.slice(0, 3).map(dayText).join(", "))}
        </Alert>
      )}
      <CoverageEffect coverage={coverage} workloads={simulation.workloads} />
      <PointsCalendar current={current.kept} changed={changed?.kept ?? null} />
      <BytesAhead current={current.months} changed={changed?.months ?? null} />
      <Text size="xs" c="dimmed">
        {t.policies.reckoned(
          countText(simulation.workloads),
          bytesText(simulation.base_bytes),
          bytesText(simulation.change_bytes_per_day),
        )}
        {simulation.unmeasured > 0 && ` ${t.policies.unmeasured(countText(simulation.unmeasured))}`}
      </Text>
    </Stack>
  );
}
