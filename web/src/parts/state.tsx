import { Tooltip } from "@mantine/core";
import { t } from "../texts/index.ts";
import { Icon, type IconName } from "./icons.tsx";
import classes from "./state.module.css";

export type Tone = "good" | "warn" | "bad" | "busy" | "idle";

const LOOKS: Readonly<Record<string, readonly [Tone, IconName]>> = {
  SUCCEEDED: ["good", "check"],
  SUCCEEDED_WITH_WARNINGS: ["warn", "warning"],
  FAILED: ["bad", "cross"],
  EXPIRED: ["bad", "waiting"],
  SKIPPED: ["idle", "skipped"],
  COVERED_BY: ["good", "check"],
  CANCELED: ["idle", "cross"],
  QUEUED: ["idle", "waiting"],
  WAITING_WINDOW: ["idle", "waiting"],
  RUNNING: ["busy", "running"],
  VERIFYING: ["busy", "running"],
  AVAILABLE: ["good", "check"],
  CREATING: ["busy", "running"],
  PENDING: ["idle", "waiting"],
  DAMAGED: ["bad", "warning"],
  DELETING: ["idle", "trash"],
  DELETED: ["idle", "trash"],
  VALID: ["good", "check"],
  PARTIAL: ["warn", "warning"],
  INVALID: ["bad", "cross"],
  UNVERIFIED: ["idle", "skipped"],
  protected: ["good", "check"],
  excepted: ["idle", "skipped"],
  at_risk: ["bad", "warning"],
  OPEN: ["bad", "warning"],
  ACKNOWLEDGED: ["warn", "waiting"],
  RESOLVED: ["good", "check"],
  SENT: ["good", "check"],
  DONE: ["good", "check"],
  SUPERSEDED: ["idle", "skipped"],
  ENABLED: ["good", "check"],
  DISABLED: ["warn", "skipped"],
  PENDING_DESTRUCTION: ["warn", "waiting"],
  DESTROYED: ["idle", "trash"],
  closed: ["good", "check"],
  active: ["good", "check"],
  critical: ["bad", "warning"],
  high: ["bad", "warning"],
  medium: ["warn", "warning"],
  warning: ["warn", "warning"],
  low: ["idle", "skipped"],
  info: ["idle", "skipped"],
  PASSED: ["good", "check"],
  MISSED_TARGET: ["warn", "warning"],
  MAKING: ["busy", "running"],
  READY: ["good", "check"],
  THAWING: ["busy", "running"],
  APPROVED: ["good", "check"],
  REJECTED: ["bad", "cross"],
  REFUSED: ["bad", "cross"],
  PENDING_APPROVAL: ["warn", "waiting"],
  STREAMING: ["good", "check"],
  STARTING: ["busy", "running"],
  RETRYING: ["warn", "warning"],
  STOPPED: ["bad", "cross"],
  ok: ["good", "check"],
  silent: ["bad", "warning"],
  revoked: ["idle", "cross"],
  proven: ["good", "check"],
  old: ["warn", "waiting"],
  void: ["warn", "warning"],
  passed: ["good", "check"],
  failed: ["bad", "cross"],
  noted: ["idle", "skipped"],
};

export function toneOf(state: string): Tone {
  return LOOKS[state]?.[0] ?? LOOKS[state.toUpperCase()]?.[0] ?? "idle";
}

/** A state: shape, word and colour say the same. */
export function StateMark({ state, reason, compact }: { state: string; reason?: string | null; compact?: boolean }) {
  const [tone, icon] = LOOKS[state] ?? LOOKS[state.toUpperCase()] ?? ["idle", "skipped"];
  const word = t.states[state] ?? state.replaceAll("_", " ").toLowerCase();
  const mark = (
    <span className={classes.mark} data-tone={tone} data-state={state}>
      <Icon name={icon} size={13} className={icon === "running" ? classes.turning : undefined} />
      <span className={compact ? "hf-hidden" : undefined}>{word}</span>
    </span>
  );
  const hint = reason ?? t.state_hints[state];
  return hint === undefined || hint === null ? mark : <Tooltip label={hint}>{mark}</Tooltip>;
}

/** A short word in a box: a class, a kind, a mode. */
export function Chip({ children, tone = "idle", title }: { children: React.ReactNode; tone?: Tone; title?: string }) {
  const chip = (
    <span className={classes.chip} data-tone={tone}>
      {children}
    </span>
  );
  return title === undefined ? chip : <Tooltip label={title}>{chip}</Tooltip>;
}
