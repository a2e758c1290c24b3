import type { ItemOf } from "../../api/types.ts";
import { spanText } from "../../parts/format.ts";
import { Icon } from "../../parts/icons.tsx";
import { useNow } from "../../parts/now.ts";
import { t } from "../../texts/index.ts";

/** Whether somebody responds, and how long there is until somebody must. */
export function ResponseClock({ incident }: { incident: ItemOf<"/v1/incidents"> }) {
  const now_ms = useNow();
  if (incident.state === "CLOSED") return <span>{t.incidents.states["CLOSED"]}</span>;
  if (incident.responded_by !== null) {
    return (
      <span style={{ color: "var(--hf-busy)" }}>
        <Icon name="running" size={13} /> {t.incidents.responded_by(incident.responded_by)}
      </span>
    );
  }
  const left_ms = Date.parse(incident.response_due_at) - now_ms;
  return (
    <span style={{ color: left_ms < 0 ? "var(--hf-bad)" : "var(--hf-warn)", fontWeight: 600 }}>
      <Icon name={left_ms < 0 ? "warning" : "waiting"} size={13} />{" "}
      {left_ms < 0 ? t.incidents.late(spanText(-left_ms)) : t.incidents.due(spanText(left_ms))}
    </span>
  );
}
