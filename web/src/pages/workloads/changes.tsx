import { Text } from "@mantine/core";
import { useQueries, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMay } from "../../app/session.ts";
import { api, take } from "../../api/client.ts";
import { policyVersionsQuery } from "../../api/queries.ts";
import type { Backup } from "../../api/types.ts";
import { actionText, bytesText, countText } from "../../parts/format.ts";
import { Ago } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";
import classes from "./changes.module.css";

const SHOWN_MAX = 30;
const POLICIES_MAX = 5;

interface Change {
  readonly key: string;
  readonly at: string;
  readonly words: string;
  readonly to: string | null;
  readonly who: string | null;
}

const signed = (value: number, text: (value: number) => string) =>
  value === 0 ? "±0" : `${value > 0 ? "+" : "−"}${text(Math.abs(value))}`;

/** Each backup beside the one before it: what was added, what has gone. */
function ofBackups(backups: readonly Backup[]): Change[] {
  const good = backups.filter((it) => it.source_bytes !== null && it.file_count !== null);
  return good.slice(0, SHOWN_MAX).flatMap((it, index) => {
    const before = good[index + 1];
    if (before === undefined) return [];
    const files = signed((it.file_count ?? 0) - (before.file_count ?? 0), countText);
    const bytes = signed((it.source_bytes ?? 0) - (before.source_bytes ?? 0), bytesText);
    return [
      {
        key: it.id,
        at: it.created_at,
        words: t.workloads.change_backup(files, bytes, bytesText(it.stored_bytes), /^.1$/.test(files)),
        to: `/backups/${it.id}`,
        who: null,
      },
    ];
  });
}

/** What changed of a workload and around it: data, policies, and what people did to it. */
export function Changes(props: { workload_id: string; backups: readonly Backup[]; policies: readonly string[] }) {
  const may_audit = useMay("audit:read");
  const audit = useQuery({
    queryKey: ["audit", "subject", props.workload_id],
    enabled: may_audit,
    queryFn: ({ signal }) =>
      take(
        api.GET("/v1/audit", {
          signal,
          params: { query: { filter: `subject=${props.workload_id},outcome=DONE`, page_size: SHOWN_MAX } },
        }),
      ),
  });
  const versions = useQueries({
    queries: props.policies.slice(0, POLICIES_MAX).map((name) => policyVersionsQuery(name)),
  });
  const changes: Change[] = [
    ...ofBackups(props.backups),
    ...versions.flatMap(({ data }, index) => {
      const name = props.policies[index] ?? "";
      return (data?.items ?? []).map((it) => ({
        key: `${name} ${it.version}`,
        at: it.created_at,
        words: t.workloads.change_policy(name, it.version),
        to: `/policies/${name}?tab=versions`,
        who: null,
      }));
    }),
    ...(audit.data?.items ?? []).map((it) => ({
      key: String(it.sequence),
      at: it.time,
      words: actionText(it.action),
      to: null,
      who: it.actor_name,
    })),
  ]
    .sort((a, b) => Date.parse(b.at) - Date.parse(a.at))
    .slice(0, SHOWN_MAX);
  if (changes.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t.workloads.no_change}
      </Text>
    );
  }
  return (
    <ol className={classes.list} tabIndex={0} aria-label={t.workloads.changed}>
      {changes.map(({ key, at, words, to, who }) => (
        <li key={key}>
          {to === null ? <span>{words}</span> : <Link to={to.split("?")[0] as never}>{words}</Link>}
          <span className={classes.quiet}>
            {who === null ? "" : `${who} · `}
            <Ago at={at} />
          </span>
        </li>
      ))}
    </ol>
  );
}
