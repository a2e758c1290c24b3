import { Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { policyVersionsQuery } from "../../api/queries.ts";
import { Answered, Panel } from "../../parts/page.tsx";
import { Stamp } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";
import { yamlOf } from "./draft.ts";
import { type DiffLine, diffLines } from "./line-diff.ts";
import classes from "./policies.module.css";

/** Each version and what it changed. */
export function VersionsTab({ id }: { id: string }) {
  const query = useQuery(policyVersionsQuery(id));
  return (
    <Answered query={query}>
      {({ items }) => (
        <Stack gap="sm">
          {items.map((item, index) => {
            const before = items[index + 1];
            return (
              <Panel
                key={item.version}
                title={t.policies.version_of(item.version)}
                aside={<Stamp at={item.created_at} />}
                flush
              >
                {before === undefined ? (
                  <Text size="sm" c="dimmed" p="sm">
                    {t.policies.first_version}
                  </Text>
                ) : (
                  <Diff lines={diffLines(yamlOf(before.spec), yamlOf(item.spec))} />
                )}
              </Panel>
            );
          })}
        </Stack>
      )}
    </Answered>
  );
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
