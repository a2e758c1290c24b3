import { Group, Select, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useAddress } from "../../app/address.ts";
import { policyVersionsQuery } from "../../api/queries.ts";
import type { Answer } from "../../api/types.ts";
import { stampText } from "../../parts/format.ts";
import { Answered, Panel } from "../../parts/page.tsx";
import { Rows } from "../../parts/rows.tsx";
import { Chip } from "../../parts/state.tsx";
import { Stamp } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";
import { yamlOf } from "./draft.ts";
import { type DiffLine, diffLines } from "./line-diff.ts";
import classes from "./policies.module.css";

type Version = Answer<"/v1/policies/{id}/versions">["items"][number];

/** What any two versions differ in; the address says which. Without a word of it: the newest and the one before. */
export function VersionsTab({ id }: { id: string }) {
  const query = useQuery(policyVersionsQuery(id));
  return <Answered query={query}>{({ items }) => <Compare items={items} />}</Answered>;
}

function Compare({ items }: { items: readonly Version[] }) {
  const [address, set] = useAddress<"from" | "to">();
  const [newest, before] = items;
  const find = (wanted: string | undefined, otherwise: Version | undefined) =>
    items.find(({ version }) => String(version) === wanted) ?? otherwise;
  const to = find(address.to, newest);
  const from = find(address.from, before);
  if (to === undefined) return null;
  const choices = items.map(({ version, created_at }) => ({
    value: String(version),
    label: `${t.policies.version_of(version)}, ${stampText(created_at)}`,
  }));
  return (
    <div className="hf-grid">
      <div data-span="8">
        <Panel
          title={t.policies.versions}
          aside={from === undefined ? undefined : `${from.version} → ${to.version}`}
          flush
        >
          {from === undefined ? (
            <>
              <Text size="sm" c="dimmed" p="md">
                {t.policies.only_version}
              </Text>
              <Diff
                lines={yamlOf(to.spec)
                  .trimEnd()
                  .split("\n")
                  .map((text) => ({ kind: " ", text }))}
              />
            </>
          ) : (
            <>
              <Group p="md" gap="sm" align="flex-end">
                <Select
                  label={t.policies.compare_from}
                  data={choices}
                  value={String(from.version)}
                  onChange={(next) => set({ from: next ?? undefined })}
                  allowDeselect={false}
                  w={270}
                />
                <Select
                  label={t.policies.compare_to}
                  data={choices}
                  value={String(to.version)}
                  onChange={(next) => set({ to: next ?? undefined })}
                  allowDeselect={false}
                  w={270}
                />
              </Group>
              <Difference from={from} to={to} />
            </>
          )}
        </Panel>
      </div>
      <div data-span="4">
        <Panel title={t.policies.all_versions} flush>
          <Rows
            label={t.policies.all_versions}
            items={items}
            rowKey={({ version }) => String(version)}
            none="–"
            least={220}
            columns={[
              {
                title: t.policies.version,
                cell: ({ version }) => (
                  <span>
                    {t.policies.version_of(version)}{" "}
                    {version === newest?.version && <Chip>{t.policies.made_by_now}</Chip>}
                  </span>
                ),
              },
              { title: t.policies.saved_at, end: true, cell: ({ created_at }) => <Stamp at={created_at} /> },
            ]}
          />
        </Panel>
      </div>
    </div>
  );
}

function Difference({ from, to }: { from: Version; to: Version }) {
  const lines = diffLines(yamlOf(from.spec), yamlOf(to.spec));
  if (lines.every(({ kind }) => kind === " ")) {
    return (
      <Text size="sm" c="dimmed" p="md">
        {t.policies.same}
      </Text>
    );
  }
  return <Diff lines={lines} />;
}

function Diff({ lines }: { lines: readonly DiffLine[] }) {
  return (
    <pre className={classes.diff} tabIndex={0}>
      {lines.map(({ kind, text }, index) => (
        <span key={index} data-kind={kind}>
          {kind} {text}
          {kind !== " " && (
            <span className="hf-hidden"> ({kind === "+" ? t.policies.lines_added : t.policies.lines_removed})</span>
          )}
        </span>
      ))}
    </pre>
  );
}
