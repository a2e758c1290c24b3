import { Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { Alert } from "../../api/types.ts";
import { countText } from "../../parts/format.ts";
import { Icon } from "../../parts/icons.tsx";
import { Ago } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";
import classes from "./overview.module.css";

const SHOWN = 4;

/** The worst of what is open; the rest is behind the last line. */
export function OpenAlerts({ alerts }: { alerts: readonly Alert[] }) {
  if (alerts.length === 0) {
    return (
      <Text size="sm" c="var(--hf-good)">
        <Icon name="check" size={13} /> {t.alerts.none}
      </Text>
    );
  }
  const worst = [...alerts].sort((a, b) => a.severity - b.severity || a.opened_at.localeCompare(b.opened_at));
  return (
    <Stack gap={6}>
      {worst.slice(0, SHOWN).map((alert) => (
        <Link key={alert.id} to={`/alerts/${alert.id}` as never} className={classes.rpo_row}>
          <span className={classes.rpo_head}>
            <span className={classes.one_line}>{alert.summary}</span>
            <span className={classes.rpo_count} data-bad={alert.severity <= 2}>
              S{alert.severity} · <Ago at={alert.opened_at} />
            </span>
          </span>
        </Link>
      ))}
      {worst.length > SHOWN && <Link to="/alerts">{t.overview.all_alerts(countText(worst.length))}</Link>}
    </Stack>
  );
}
