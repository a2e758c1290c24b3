import { Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { workloadCostQuery } from "../../api/queries-business.ts";
import type { Answer } from "../../api/types.ts";
import { bytesText, monthText } from "../../parts/format.ts";
import { Answered, Facts, Panel } from "../../parts/page.tsx";
import { Rows } from "../../parts/rows.tsx";
import { t } from "../../texts/index.ts";

type Cost = Answer<"/v1/workloads/{id}/cost">;

/** What this workload costs: the month so far by its parts, and what it stores now for a whole month. */
export function CostPanel({ workload_id }: { workload_id: string }) {
  const query = useQuery(workloadCostQuery(workload_id));
  return (
    <Panel title={t.cost.title}>
      <Answered query={query} rows={4}>
        {(it) => <Parts cost={it} />}
      </Answered>
    </Panel>
  );
}

/** What is less than a cent is not nothing. */
function amountText(amount: string): string {
  return Number(amount) === 0 ? t.cost.under_a_cent : amount;
}

function Parts({ cost }: { cost: Cost }) {
  const { lines, net, currency, month, stored_bytes, storage_month, unpriced } = cost;
  const money = (amount: string) => `${amountText(amount)} ${currency}`;
  return (
    <Stack gap="sm">
      <Facts
        rows={[
          [
            t.cost.so_far(monthText(month)),
            lines.every((line) => line.unit_price === null) ? "–" : <strong key="n">{money(net)}</strong>,
          ],
          [t.cost.stored, bytesText(stored_bytes)],
          [t.cost.a_month, stored_bytes === 0 || storage_month === null ? "–" : money(storage_month)],
        ]}
      />
      {lines.length > 0 && (
        <Rows
          label={t.cost.parts}
          items={lines}
          rowKey={(it) => it.item}
          none="–"
          least={260}
          columns={[
            { title: t.cost.part, cell: (it) => it.title },
            { title: t.billing.quantity, end: true, cell: (it) => quantityText(it) },
            {
              title: t.billing.amount_of(currency),
              end: true,
              cell: (it) => (it.unit_price === null ? "–" : amountText(it.amount)),
            },
          ]}
        />
      )}
      {unpriced.length > 0 && (
        <Text size="xs" c="dimmed">
          {t.cost.unpriced(currency)}
        </Text>
      )}
      <Text size="xs" c="dimmed">
        {t.cost.lead}
      </Text>
    </Stack>
  );
}

/** As people read it: twelve places are for those who compute it again. */
function quantityText({ quantity, unit }: Cost["lines"][number]): string {
  const value = Number(quantity);
  const digits = value >= 100 ? 0 : value >= 0.01 ? 2 : 6;
  return `${value.toLocaleString("en", { maximumFractionDigits: digits })} ${unit}`.trim();
}
