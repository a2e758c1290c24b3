import { Text } from "@mantine/core";
import type { Answer } from "../../api/types.ts";
import { Rows } from "../../parts/rows.tsx";
import { t } from "../../texts/index.ts";

export function InvoiceLines({ invoice }: { invoice: Answer<"/v1/invoices/{id}"> }) {
  const money = (amount: string) => `${amount} ${invoice.currency}`;
  return (
    <>
      <Rows
        label={t.billing.lines}
        items={invoice.lines}
        rowKey={(it, index) => `${it.item} ${index}`}
        none="–"
        least={520}
        columns={[
          {
            title: t.billing.item,
            cell: (it) => (
              <>
                {it.title}
                <Text size="xs" c="dimmed">
                  {it.from} – {it.until}
                </Text>
              </>
            ),
          },
          { title: t.billing.quantity, end: true, cell: (it) => `${it.quantity} ${it.unit}` },
          { title: t.billing.unit_price, end: true, cell: (it) => it.unit_price ?? "–" },
          { title: t.billing.line_amount, end: true, cell: (it) => it.amount },
        ]}
      />
      <Text size="sm" ta="end" px="md" pb="sm" component="div" className="hf-figures">
        <div>
          {t.billing.net} {money(invoice.net)}
        </div>
        <div>
          {t.billing.tax(String(Number(invoice.tax_percent)))} {money(invoice.tax)}
        </div>
        <strong>
          {t.billing.total} {money(invoice.total)}
        </strong>
      </Text>
    </>
  );
}
