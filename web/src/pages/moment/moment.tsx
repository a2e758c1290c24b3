import { ActionIcon, Button, Slider, Text, TextInput, Tooltip } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Workload } from "../../api/types.ts";
import { shortText, stampText, utcText } from "../../parts/format.ts";
import { Icon } from "../../parts/icons.tsx";
import { Failed, Loading } from "../../parts/page.tsx";
import { Stamp } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";
import classes from "./moment.module.css";
import { type LogKind, type Reach, recoveryBaseQuery, useReach } from "./reach.ts";

const WAIT_MS = 250;
const STEPS_MS = [-60_000, -1000, 1000, 60_000] as const;

export interface Moment {
  readonly backup_id: string;
  /** ISO 8601, to the second. */
  readonly to_time: string;
}

interface PickerProps {
  readonly workload: Workload;
  readonly kind: LogKind;
  readonly button: string;
  readonly onPick: (moment: Moment) => void;
}

/** Any second of a database's past: a slider over what its backups and its log reach, and the same as a field. */
export function MomentPicker(props: PickerProps) {
  const { reach, error } = useReach(props.workload.id, props.kind);
  if (reach !== null) return <Picker {...props} reach={reach} />;
  return error === null ? <Loading rows={3} /> : <Failed error={error} />;
}

/** The value of a field of type datetime-local, in the reader's zone. */
function fieldText(at_ms: number): string {
  const at = new Date(at_ms);
  return new Date(at_ms - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

function Picker({ workload, reach, button, onPick }: PickerProps & { reach: Reach }) {
  const [chosen, setChosen] = useState<number | null>(null);
  const at_ms = Math.min(reach.to_ms, Math.max(reach.from_ms, chosen ?? reach.to_ms));
  const to_time = new Date(at_ms).toISOString();
  const [asked] = useDebouncedValue(to_time, WAIT_MS);
  const base = useQuery(recoveryBaseQuery(workload.id, asked));
  const of_backup = base.data?.backup_id;
  const settled = asked === to_time && !base.isPlaceholderData;
  return (
    <div>
      <Track reach={reach} />
      <Slider
        label={(value) => stampText(value)}
        thumbLabel={t.moment.slider}
        min={reach.from_ms}
        max={Math.max(reach.to_ms, reach.from_ms + 1000)}
        step={1000}
        value={at_ms}
        onChange={setChosen}
        thumbProps={{ "aria-valuetext": stampText(at_ms) }}
        size="sm"
      />
      <div className={classes.ends}>
        <span title={utcText(reach.from_ms)}>{shortText(reach.from_ms)}</span>
        <span title={utcText(reach.to_ms)}>{shortText(reach.to_ms)}</span>
      </div>
      <div className={classes.pick}>
        <TextInput
          type="datetime-local"
          step={1}
          label={t.moment.field}
          min={fieldText(reach.from_ms)}
          max={fieldText(reach.to_ms)}
          value={fieldText(at_ms)}
          onChange={(event) => {
            const next = new Date(event.currentTarget.value).getTime();
            if (!Number.isNaN(next)) setChosen(next);
          }}
        />
        {STEPS_MS.map((step) => (
          <Tooltip key={step} label={t.moment.steps[step]}>
            <ActionIcon
              variant="default"
              size={30}
              w={44}
              aria-label={t.moment.steps[step]}
              onClick={() => setChosen(at_ms + step)}
            >
              <Text size="xs">{t.moment.step_words[step]}</Text>
            </ActionIcon>
          </Tooltip>
        ))}
        <Button
          disabled={of_backup === undefined || !settled || base.error !== null}
          onClick={() => of_backup !== undefined && onPick({ backup_id: of_backup, to_time })}
          leftSection={<Icon name="restore" size={14} />}
        >
          {button}
        </Button>
      </div>
      <div className={classes.verdict} aria-live="polite">
        {base.error !== null && settled ? (
          <Text size="sm" c="var(--hf-bad)">
            <Icon name="warning" size={13} /> {base.error.message}
          </Text>
        ) : (
          <Text size="sm" c="dimmed">
            {t.moment.base(baseText(reach, of_backup))} <Stamp at={new Date(at_ms).toISOString()} />
          </Text>
        )}
      </div>
    </div>
  );
}

function baseText(reach: Reach, id: string | undefined): string {
  const found = reach.backups.find((it) => it.id === id);
  return found === undefined ? "…" : shortText(found.created_at);
}

/** What can be reached, with its backups as strokes and its holes hatched. */
function Track({ reach }: { reach: Reach }) {
  const span_ms = Math.max(1, reach.to_ms - reach.from_ms);
  const x = (at_ms: number) => Math.min(100, Math.max(0, ((at_ms - reach.from_ms) / span_ms) * 100));
  const words = t.moment.track(reach.backups.length, reach.gaps.length);
  return (
    <svg className={classes.track} role="img" aria-label={words}>
      <title>{words}</title>
      <defs>
        <pattern id="moment-gap" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width="6" height="6" fill="var(--hf-panel)" />
          <rect width="2.5" height="6" fill="var(--hf-bad-fill)" />
        </pattern>
      </defs>
      <rect x="0" y="9" width="100%" height="14" rx="3" className={classes.reach} />
      {reach.gaps.map((gap) => (
        <rect
          key={gap.from_ms}
          x={`${x(gap.from_ms)}%`}
          y="9"
          width={`${Math.max(0.6, x(gap.to_ms) - x(gap.from_ms))}%`}
          height="14"
          className={classes.gap}
        >
          <title>{gap.reason}</title>
        </rect>
      ))}
      {reach.backups.map((it) => (
        <line
          key={it.id}
          x1={`${x(Date.parse(it.completed_at ?? it.created_at))}%`}
          x2={`${x(Date.parse(it.completed_at ?? it.created_at))}%`}
          y1="4"
          y2="28"
          className={classes.backup}
        />
      ))}
    </svg>
  );
}
