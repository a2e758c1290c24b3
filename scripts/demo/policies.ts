/** The two policies of the demo, as their user would write them. */

export const DAILY_NAME = "prod-daily-7d-30d-monthly-1y";
export const SECOND_REGION = "bd-ctg-1";

export const DAILY = `name: ${DAILY_NAME}
schedule:
  daily: "02:00 Asia/Dhaka"
retention:
  daily: 7
  weekly: 4
  monthly: 12
copy:
  cross_region: ${SECOND_REGION}
target:
  storage_class: ARCHIVE
  object_lock:
    mode: GOVERNANCE
    days: 365
`;

export const HOURLY_NAME = "every-hour";
/** The server looks at the inventory first; a run that is due at once would be missed, as it should. */
const LEAD_MS_MIN = 5_000;

export interface Hourly {
  readonly yaml: string;
  readonly due_ms: number;
}

/** An hourly policy whose next minute is the next that the server can meet. */
export function hourly(now_ms: number): Hourly {
  const due_ms = Math.ceil((now_ms + LEAD_MS_MIN) / 60_000) * 60_000;
  const minute = String(new Date(due_ms).getUTCMinutes()).padStart(2, "0");
  const yaml = `name: ${HOURLY_NAME}
schedule:
  hourly: ":${minute}"
retention:
  hourly: 24
copy:
  cross_region: ${SECOND_REGION}
`;
  return { yaml, due_ms };
}
