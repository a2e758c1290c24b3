import { Checkbox, Text } from "@mantine/core";
import { DragLine } from "../../parts/drag-line.tsx";
import { countText, spanText } from "../../parts/format.ts";
import { t } from "../../texts/index.ts";
import classes from "./board.module.css";
import type { Draft } from "./draft.ts";
import { type DraggedRule, placeRule, RULE_LINES } from "./rule-words.ts";

const HOUR_MS = 3_600_000;
/** Hours of a period of each class, and the most that a drag reaches; more is typed. */
const CLASSES = {
  hourly: { hours: 1, max: 336 },
  daily: { hours: 24, max: 120 },
  weekly: { hours: 168, max: 104 },
  monthly: { hours: 730.5, max: 120 },
  yearly: { hours: 8766, max: 20 },
} as const;
type GfsClass = keyof typeof CLASSES;
const RULES = ["hourly", "daily", "weekly", "monthly"] as const;
/** All classes share one line of time, by powers, so that they can be compared: from half an hour to twenty years. */
const HOURS_MIN = 0.5;
const HOURS_MAX = 20 * 8766;
const SCALE = Math.log(HOURS_MAX / HOURS_MIN);
const TICKS: readonly (readonly [string, number])[] = [
  ["1h", 1],
  ["1d", 24],
  ["1w", 168],
  ["1mo", 730.5],
  ["1y", 8766],
  ["10y", 87_660],
];
const shareOf = (hours: number) => Math.min(1, Math.max(0, Math.log(Math.max(hours, HOURS_MIN) / HOURS_MIN) / SCALE));
const hoursAt = (share: number) => HOURS_MIN * Math.exp(share * SCALE);

/** How long each class is kept and when runs begin: by dragging, by arrow keys, or by what is typed beside it. */
export function Board({ draft }: { draft: Draft }) {
  const { value, setField } = draft;
  const part = (key: string) => {
    const found = value?.[key];
    return (typeof found === "object" && found !== null ? found : {}) as Readonly<Record<string, unknown>>;
  };
  const [retention, schedule] = [part("retention"), part("schedule")];
  const zone = typeof value?.["timezone"] === "string" ? "" : ` ${Intl.DateTimeFormat().resolvedOptions().timeZone}`;
  return (
    <div>
      <Text size="xs" c="dimmed" mb={6}>
        {t.policies.board_lead}
      </Text>
      <h3 className={classes.head}>{t.policies.retention_head}</h3>
      {(Object.keys(CLASSES) as GfsClass[]).map((gfs_class) => (
        <KeptLane
          key={gfs_class}
          gfs_class={gfs_class}
          count={Number(retention[gfs_class] ?? 0) || 0}
          disabled={value === null}
          set={(next) => setField(["retention", gfs_class], next === 0 ? undefined : next)}
        />
      ))}
      <div className={classes.lane} aria-hidden="true">
        <span />
        <div className={classes.axis}>
          {TICKS.map(([word, hours]) => (
            <span key={word} style={{ left: `${shareOf(hours) * 100}%` }} data-close={word === "1w"}>
              {word}
            </span>
          ))}
        </div>
        <span />
      </div>
      <h3 className={classes.head}>{t.policies.schedule_head}</h3>
      {RULES.map((rule) => (
        <RuleLane
          key={rule}
          rule={rule}
          text={schedule[rule]}
          disabled={value === null}
          zone={zone}
          set={(next) => setField(["schedule", rule], next)}
        />
      ))}
      {typeof schedule["cron"] === "string" && (
        <Text size="xs" c="dimmed">
          {t.policies.cron}: <span className="hf-mono">{schedule["cron"]}</span> · {t.policies.in_the_text}
        </Text>
      )}
    </div>
  );
}

interface KeptLaneProps {
  readonly gfs_class: GfsClass;
  readonly count: number;
  readonly disabled: boolean;
  readonly set: (next: number) => void;
}

function KeptLane({ gfs_class, count, disabled, set }: KeptLaneProps) {
  const { hours, max } = CLASSES[gfs_class];
  const label = t.policies.classes[gfs_class] ?? gfs_class;
  const reach = spanText(count * hours * HOUR_MS).split(" ")[0] ?? "";
  const words = count === 0 ? t.policies.none_kept : t.policies.reaches(countText(count), reach);
  // More than a drag reaches has been typed: its points are drawn up to there.
  const drawn = Array.from({ length: Math.min(count, max) }, (_, index) => shareOf((index + 1) * hours) * 1000);
  return (
    <div className={classes.lane}>
      <Text size="sm">{label}</Text>
      <DragLine
        label={t.policies.drag_kept(label)}
        value={count}
        min={0}
        max={max}
        step={1}
        leap={10}
        text={words}
        disabled={disabled}
        toShare={(at) => (at === 0 ? 0 : shareOf(at * hours))}
        fromShare={(share) => Math.min(max, Math.round(hoursAt(share) / hours))}
        onChange={set}
      >
        <svg viewBox="0 0 1000 30" preserveAspectRatio="none" className={classes.track} aria-hidden="true">
          {TICKS.map(([word, at]) => (
            <path key={word} d={`M${shareOf(at) * 1000} 0V30`} className={classes.tick} />
          ))}
          <path d="M0 15H1000" className={classes.rail} />
          <path d={drawn.map((x) => `M${x.toFixed(1)} 8V22`).join("")} className={classes.points} />
        </svg>
      </DragLine>
      <Text size="xs" c={count === 0 ? "dimmed" : undefined} className={classes.value}>
        {words}
      </Text>
    </div>
  );
}

interface RuleLaneProps {
  readonly rule: DraggedRule;
  readonly text: unknown;
  readonly zone: string;
  readonly disabled: boolean;
  readonly set: (next: string | undefined) => void;
}

function RuleLane({ rule, text, zone, disabled, set }: RuleLaneProps) {
  const line = RULE_LINES[rule];
  const on = typeof text === "string" && text.trim() !== "";
  const placed = on ? placeRule(rule, text) : null;
  const share = (at: number) => (at - line.min) / (line.max - line.min);
  const label = t.policies.rules[rule];
  return (
    <div className={classes.lane} data-words={placed !== null}>
      <Checkbox
        label={label}
        checked={on}
        disabled={disabled}
        onChange={(event) => set(event.currentTarget.checked ? `${line.first}${zone}` : undefined)}
      />
      {placed === null ? (
        <Text size="xs" c="dimmed">
          {on && t.policies.in_the_text}
        </Text>
      ) : (
        <DragLine
          label={t.policies.drag_rule(label)}
          value={placed.at}
          min={line.min}
          max={line.max}
          step={line.step}
          leap={line.leap}
          text={String(text)}
          disabled={disabled}
          toShare={share}
          fromShare={(at) => {
            const whole = Math.round((line.min + at * (line.max - line.min)) / line.step) * line.step;
            return Math.min(line.max, Math.max(line.min, whole));
          }}
          onChange={(at) => set(placed.write(at))}
        >
          <svg viewBox="0 0 1000 30" preserveAspectRatio="none" className={classes.track} aria-hidden="true">
            <path d="M0 15H1000" className={classes.rail} />
            <path d={line.ticks.map(([at]) => `M${share(at) * 1000} 11V19`).join("")} className={classes.tick} />
          </svg>
          <div className={classes.words} aria-hidden="true">
            {line.ticks.map(([at, word]) => (
              <span key={word} style={{ left: `${share(at) * 100}%` }}>
                {word}
              </span>
            ))}
          </div>
        </DragLine>
      )}
      <Text size="xs" className={classes.value}>
        {on ? String(text) : "–"}
      </Text>
    </div>
  );
}
