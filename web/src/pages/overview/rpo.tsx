import { Stack, Text, Tooltip } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { href } from "../../app/href.ts";
import type { Overview } from "../../api/types.ts";
import { countText, secondsText } from "../../parts/format.ts";
import { Icon } from "../../parts/icons.tsx";
import { t } from "../../texts/index.ts";
import classes from "./overview.module.css";

/** For each policy, how many of its workloads have a good backup that is young enough. */
export function RpoList({ rpo }: { rpo: Overview["rpo"] }) {
  if (rpo.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t.overview.rpo_none}
      </Text>
    );
  }
  return (
    <Stack gap="sm">
      {rpo.map(({ policy, rpo_seconds, workloads, met, missed }) => {
        const all = met === workloads;
        const row = (
          <Link
            {...href(`/workloads/at-risk?show=${all ? "all" : "missed"}&policy=${encodeURIComponent(policy)}`)}
            className={classes.rpo_row}
          >
            <span className={classes.rpo_head}>
              <span>
                {policy} <span className={classes.quiet}>≤ {secondsText(rpo_seconds)}</span>
              </span>
              <span className={classes.rpo_count} data-bad={!all}>
                <Icon name={all ? "check" : "warning"} size={13} />
                {t.overview.rpo_row(countText(met), countText(workloads))}
              </span>
            </span>
            <span className={classes.bar} aria-hidden="true">
              <span style={{ width: `${(met / workloads) * 100}%` }} />
            </span>
          </Link>
        );
        return missed.length === 0 ? (
          <div key={policy}>{row}</div>
        ) : (
          <Tooltip key={policy} label={t.overview.missed_by(missed.join(", "))}>
            <div>{row}</div>
          </Tooltip>
        );
      })}
    </Stack>
  );
}
