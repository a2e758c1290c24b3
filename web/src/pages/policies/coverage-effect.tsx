import { Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { PostAnswer } from "../../api/types.ts";
import { countText } from "../../parts/format.ts";
import { Icon } from "../../parts/icons.tsx";
import { t } from "../../texts/index.ts";
import classes from "./outcome.module.css";

type Coverage = NonNullable<PostAnswer<"/v1/policies/{id}/simulate">["coverage"]>;

/** Who would gain or lose coverage by the change, and why; before it is saved. */
export function CoverageEffect({ coverage, workloads }: { coverage: Coverage | null; workloads: number }) {
  if (coverage === null) return null;
  const { gains_total, loses_total, proofs_ended } = coverage;
  return (
    <div role="status" aria-label={t.policies.effect}>
      {loses_total > 0 && (
        <>
          <Text size="sm" fw={600} c="var(--hf-bad)">
            <Icon name="warning" size={13} /> {t.policies.loses(countText(loses_total), loses_total)}
          </Text>
          <List of={coverage.loses} />
        </>
      )}
      {gains_total > 0 && (
        <>
          <Text size="sm" fw={600} c="var(--hf-good)">
            <Icon name="check" size={13} /> {t.policies.gains(countText(gains_total), gains_total)}
          </Text>
          <List of={coverage.gains} />
        </>
      )}
      {gains_total + loses_total === 0 && (
        <Text size="sm">
          <Icon name="check" size={13} /> {t.policies.nobody_moves(countText(workloads), workloads)}
        </Text>
      )}
      {proofs_ended > 0 && (
        <Text size="xs" c="dimmed">
          {t.policies.proofs_end(countText(proofs_ended), proofs_ended)}
        </Text>
      )}
    </div>
  );
}

function List({ of }: { of: Coverage["gains"] }) {
  return (
    <ul className={classes.list} tabIndex={0}>
      {of.map(({ workload_id, name, why }) => (
        <li key={workload_id}>
          <Link to={`/workloads/${workload_id}` as never}>{name}</Link>: {why}
        </li>
      ))}
    </ul>
  );
}
