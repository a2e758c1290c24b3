import { Button, Stack, Text } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useId } from "../../app/address.ts";
import { api, take } from "../../api/client.ts";
import { invoiceQuery } from "../../api/queries-business.ts";
import type { Answer } from "../../api/types.ts";
import { monthText } from "../../parts/format.ts";
import { Icon } from "../../parts/icons.tsx";
import { Answered, Facts, Failed, PageHead, Panel } from "../../parts/page.tsx";
import { saveFile } from "../../parts/save.ts";
import { Stamp } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";
import { InvoiceLines } from "./lines.tsx";

type Invoice = Answer<"/v1/invoices/{id}">;

export function InvoicePage() {
  const id = useId();
  const query = useQuery(invoiceQuery(id));
  const it = query.data;
  const title =
    it === undefined
      ? t.common.one.invoice
      : it.kind === "INVOICE"
        ? t.billing.invoice(it.number)
        : t.billing.credit_note(it.number);
  return (
    <>
      <PageHead
        title={title}
        lead={it === undefined ? undefined : `${it.project}, ${monthText(it.month)}`}
        above={<Link to="/billing">{t.billing.title}</Link>}
        actions={
          it === undefined ? undefined : (
            <Button
              variant="default"
              leftSection={<Icon name="download" size={14} />}
              onClick={() => saveFile(`invoice-${it.number}.csv`, it.csv, "text/csv")}
            >
              {t.billing.csv}
            </Button>
          )
        }
      />
      <Answered query={query}>{(invoice) => <Detail invoice={invoice} />}</Answered>
    </>
  );
}

function Detail({ invoice }: { invoice: Invoice }) {
  return (
    <div className="hf-grid">
      <div data-span="8">
        <Panel title={t.billing.lines} flush>
          <InvoiceLines invoice={invoice} />
        </Panel>
      </div>
      <div data-span="4">
        <Stack gap="sm">
          <Panel>
            <Facts
              rows={[
                [t.billing.kind, t.billing.kinds[invoice.kind] ?? invoice.kind],
                [t.billing.project, invoice.project],
                [t.billing.month, invoice.month],
                [t.backups.made, <Stamp key="m" at={invoice.created_at} />],
                [t.reports.asked_by, invoice.created_by],
                invoice.corrects === null
                  ? null
                  : [
                      t.billing.corrects,
                      <Link key="c" to={`/invoices/${invoice.corrects}` as never} className="hf-mono">
                        {invoice.corrects}
                      </Link>,
                    ],
                invoice.reason === null ? null : [t.audit.why, invoice.reason],
              ]}
            />
          </Panel>
          {invoice.kind === "INVOICE" && (
            <Panel title={t.billing.recompute}>
              <Recompute invoice={invoice} />
            </Panel>
          )}
        </Stack>
      </div>
    </div>
  );
}

function Recompute({ invoice }: { invoice: Invoice }) {
  const again = useMutation({
    mutationFn: () => take(api.GET("/v1/invoices/{id}/recomputation", { params: { path: { id: invoice.id } } })),
  });
  const verdict = again.data;
  return (
    <Stack gap="sm" align="flex-start">
      <Button variant="default" loading={again.isPending} onClick={() => again.mutate()}>
        {t.billing.recompute}
      </Button>
      {again.error !== null && <Failed error={again.error} />}
      {verdict !== undefined && (
        <Text size="sm" role="status" c={verdict.same ? "var(--hf-good)" : "var(--hf-bad)"}>
          <Icon name={verdict.same ? "check" : "cross"} size={13} />{" "}
          {verdict.same ? t.billing.same : t.billing.differs(`${verdict.total} ${invoice.currency}`)}{" "}
          {verdict.total_with_later_usage !== verdict.total &&
            t.billing.later(`${verdict.total_with_later_usage} ${invoice.currency}`)}
        </Text>
      )}
    </Stack>
  );
}
