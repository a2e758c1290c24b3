import { Button, Tabs, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useAddress } from "../../app/address.ts";
import { IfMay } from "../../app/may.tsx";
import { invoicesQuery, pricesQuery, subscriptionsQuery } from "../../api/queries-business.ts";
import type { ItemOf } from "../../api/types.ts";
import { Icon } from "../../parts/icons.tsx";
import { Answered, Empty, PageHead, Panel } from "../../parts/page.tsx";
import { Rows } from "../../parts/rows.tsx";
import { Chip } from "../../parts/state.tsx";
import { t } from "../../texts/index.ts";
import { AskInvoice } from "./ask-invoice.tsx";

type Price = ItemOf<"/v1/prices">;
type Drives = Price["drives"];
const TABS = ["invoices", "subscriptions", "prices"] as const;

export function BillingPage() {
  const [{ tab, ask }, set] = useAddress<"tab" | "ask">();
  const at = TABS.find((it) => it === tab) ?? "invoices";
  return (
    <>
      <PageHead
        title={t.billing.title}
        lead={t.billing.lead}
        actions={
          <IfMay scope="billing:write">
            <Button leftSection={<Icon name="plus" size={14} />} onClick={() => set({ ask: "invoice" })}>
              {t.billing.make}
            </Button>
          </IfMay>
        }
      />
      <Tabs value={at} onChange={(next) => set({ tab: next ?? undefined })} keepMounted={false}>
        <Tabs.List mb="sm">
          {TABS.map((it) => (
            <Tabs.Tab key={it} value={it}>
              {t.billing.tabs[it]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="invoices">
          <Invoices />
        </Tabs.Panel>
        <Tabs.Panel value="subscriptions">
          <Subscriptions />
        </Tabs.Panel>
        <Tabs.Panel value="prices">
          <Prices />
        </Tabs.Panel>
      </Tabs>
      {ask === "invoice" && <AskInvoice close={() => set({ ask: undefined })} />}
    </>
  );
}

function Invoices() {
  const query = useQuery(invoicesQuery());
  return (
    <Panel flush>
      <Answered query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty icon="price" title={t.billing.no_invoice}>
              {t.billing.make_lead}
            </Empty>
          ) : (
            <Rows
              label={t.billing.tabs["invoices"] ?? ""}
              items={items}
              rowKey={(it) => it.id}
              none={t.billing.no_invoice}
              columns={[
                {
                  title: t.billing.number,
                  cell: (it) => (
                    <Link to={`/invoices/${it.id}` as never}>
                      {it.kind === "INVOICE" ? t.billing.invoice(it.number) : t.billing.credit_note(it.number)}
                    </Link>
                  ),
                },
                { title: t.billing.project, cell: (it) => it.project },
                { title: t.billing.month, cell: (it) => it.month },
                { title: t.billing.net, end: true, cell: (it) => `${it.net} ${it.currency}` },
                { title: t.billing.total, end: true, cell: (it) => <strong>{`${it.total} ${it.currency}`}</strong> },
              ]}
            />
          )
        }
      </Answered>
    </Panel>
  );
}

function drivesText(drives: Drives): string {
  if (drives === null) return "–";
  const text = t.billing.drives_text(
    drives.drills,
    drives.rotation,
    drives.assists?.toString() ?? t.billing.any_number,
  );
  const on_call = drives.on_call === undefined ? "" : t.billing.drives_on_call;
  return `${text}${on_call}${drives.evidence === undefined ? "" : t.billing.drives_evidence}`;
}

function Subscriptions() {
  const query = useQuery(subscriptionsQuery());
  return (
    <Panel flush>
      <Answered query={query}>
        {({ items }) => (
          <Rows
            label={t.billing.tabs["subscriptions"] ?? ""}
            items={items}
            rowKey={(it) => it.id}
            none={t.billing.no_subscription}
            least={640}
            columns={[
              { title: t.billing.project, cell: (it) => it.project },
              {
                title: t.billing.tier,
                cell: (it) => (
                  <>
                    {it.tier} {it.effective_until === null && <Chip tone="good">{t.billing.now}</Chip>}
                  </>
                ),
              },
              {
                title: t.billing.addons,
                cell: (it) =>
                  Object.entries(it.addons)
                    .map(([name, count]) => `${count} × ${name.split(".").at(-1)}`)
                    .join(", ") || "–",
              },
              { title: t.billing.billing, cell: (it) => it.billing },
              { title: t.billing.from, cell: (it) => it.effective_from },
              { title: t.billing.until, cell: (it) => it.effective_until ?? t.billing.open_end },
              { title: t.billing.drives, cell: (it) => <Text size="xs">{drivesText(it.drives)}</Text> },
            ]}
          />
        )}
      </Answered>
    </Panel>
  );
}

function Prices() {
  const query = useQuery(pricesQuery());
  return (
    <Panel flush>
      <Answered query={query}>
        {({ items }) => (
          <Rows
            label={t.billing.tabs["prices"] ?? ""}
            items={items}
            rowKey={(it) => `${it.item} ${it.currency} ${it.effective_from}`}
            none={t.billing.no_price}
            least={640}
            columns={[
              {
                title: t.billing.item,
                cell: (it) => (
                  <>
                    {it.title}
                    <Text size="xs" c="dimmed" className="hf-mono">
                      {it.item}
                    </Text>
                  </>
                ),
              },
              { title: t.billing.kind, cell: (it) => <Chip>{it.kind.replaceAll("_", " ").toLowerCase()}</Chip> },
              { title: t.billing.amount, end: true, cell: (it) => <strong>{`${it.amount} ${it.currency}`}</strong> },
              { title: t.billing.unit, cell: (it) => it.unit },
              { title: t.billing.from, cell: (it) => <span className="hf-figures">{it.effective_from}</span> },
              { title: t.billing.drives, cell: (it) => <Text size="xs">{drivesText(it.drives)}</Text> },
            ]}
          />
        )}
      </Answered>
    </Panel>
  );
}
