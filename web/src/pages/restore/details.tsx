import { Facts, Panel } from "../../parts/page.tsx";
import { Rows } from "../../parts/rows.tsx";
import { StateMark } from "../../parts/state.tsx";
import { t } from "../../texts/index.ts";

interface Validation {
  readonly name: string;
  readonly query: string;
  readonly value: string | null;
  readonly expected: string | null;
  readonly outcome: string;
}

/** What the source's own kind says of a restore: where it runs, how far it was recovered, what was asked of it. */
export function Details({ details }: { details: Readonly<Record<string, unknown>> }) {
  const { validations, ...rest } = details;
  const facts = Object.entries(rest).filter(
    ([, value]) => typeof value === "string" || typeof value === "number" || typeof value === "boolean",
  );
  const checks = Array.isArray(validations) ? (validations as Validation[]) : [];
  return (
    <>
      {facts.length > 0 && (
        <Panel title={t.restore.details}>
          <Facts
            rows={facts.map(([key, value]) => [
              key.replaceAll("_", " "),
              <span key={key} className="hf-mono">
                {String(value)}
              </span>,
            ])}
          />
        </Panel>
      )}
      {checks.length > 0 && (
        <Panel title={t.restore.validation} flush>
          <Rows
            label={t.restore.validation}
            items={checks}
            rowKey={(it) => it.name}
            none="–"
            columns={[
              { title: t.jobs.state, cell: (it) => <StateMark state={it.outcome} /> },
              { title: t.restore.validation, cell: (it) => it.name },
              {
                title: t.restore.asked_of,
                cell: (it) => <span className="hf-mono hf-wrap">{it.query}</span>,
              },
              {
                title: t.restore.answer,
                cell: (it) => (
                  <span className="hf-mono">
                    {it.value ?? "–"}
                    {it.outcome === "failed" ? ` ≠ ${it.expected ?? "–"}` : ""}
                  </span>
                ),
              },
            ]}
          />
        </Panel>
      )}
    </>
  );
}
