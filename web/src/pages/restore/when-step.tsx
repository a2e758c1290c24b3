import { Button, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useAddress } from "../../app/address.ts";
import { recoveryPointsQuery, workloadQuery } from "../../api/queries.ts";
import { bytesText, countText, stampText, utcText } from "../../parts/format.ts";
import { Answered } from "../../parts/page.tsx";
import { Chip, StateMark } from "../../parts/state.tsx";
import { Ago } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";
import { MomentPicker } from "../moment/moment.tsx";
import { logKindOf } from "../moment/reach.ts";
import classes from "./restore.module.css";
import type { WizardKey } from "./wizard.tsx";

/** As many as one looks through; more on demand. */
const SHOWN_FIRST = 40;

/** The recovery points as a line through time, newest first. */
export function WhenStep() {
  const [{ workload = "" }, set] = useAddress<WizardKey>();
  const of = useQuery(workloadQuery(workload));
  const query = useQuery(recoveryPointsQuery(workload));
  const [shown, setShown] = useState(SHOWN_FIRST);
  const kind = of.data === undefined ? null : logKindOf(of.data);
  return (
    <Stack gap="sm" maw={720}>
      <Title order={2}>
        {of.data === undefined ? t.restore.when_title : `${of.data.name}: ${t.restore.when_title}`}
      </Title>
      <Answered query={query}>
        {(items) => {
          const usable = items.filter((it) => it.state === "AVAILABLE" || it.state === "DAMAGED");
          if (usable.length === 0) return <Text size="sm">{t.restore.when_none}</Text>;
          return (
            <>
              {kind !== null && of.data !== undefined && (
                <>
                  <Title order={3}>{t.moment.title}</Title>
                  <MomentPicker
                    workload={of.data}
                    kind={kind}
                    button={t.common.next}
                    onPick={({ backup_id, to_time }) =>
                      set({ backup: backup_id, to_time, step: "where" }, { replace: false })
                    }
                  />
                  <Title order={3}>{t.moment.or_backup}</Title>
                </>
              )}
              <ol className={classes.line}>
                {usable.slice(0, shown).map((backup, index) => (
                  <li key={backup.id}>
                    <button
                      type="button"
                      className={classes.choice}
                      onClick={() => set({ backup: backup.id, to_time: undefined, step: "where" }, { replace: false })}
                      title={utcText(backup.created_at)}
                    >
                      <span className={classes.choice_title}>
                        {stampText(backup.created_at)} {index === 0 && <Chip tone="busy">{t.restore.latest}</Chip>}
                      </span>
                      <span className={classes.quiet}>
                        <Ago at={backup.created_at} /> · {t.jobs.files(countText(backup.file_count))} ·{" "}
                        {bytesText(backup.source_bytes)}
                      </span>
                      <span className={classes.marks}>
                        {backup.state === "DAMAGED" && <StateMark state="DAMAGED" />}
                        <StateMark state={backup.verified_state} />
                      </span>
                    </button>
                  </li>
                ))}
              </ol>
              {usable.length > shown && (
                <Button variant="default" onClick={() => setShown(shown * 4)} style={{ alignSelf: "flex-start" }}>
                  {t.restore.older(countText(usable.length - shown))}
                </Button>
              )}
            </>
          );
        }}
      </Answered>
    </Stack>
  );
}
