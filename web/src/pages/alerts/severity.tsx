import { t } from "../../texts/index.ts";
import classes from "./alerts.module.css";

/** 1 is the worst: more bars, and the number. */
export function Severity({ severity }: { severity: number }) {
  return (
    <span className={classes.severity} data-severity={severity} title={t.alerts.severity(severity)}>
      <span aria-hidden="true" className={classes.bars}>
        {[4, 3, 2, 1].map((bar) => (
          <i key={bar} data-on={bar >= severity} />
        ))}
      </span>
      <span className="hf-hidden">{t.alerts.severity(severity)}</span>
      <span aria-hidden="true">S{severity}</span>
    </span>
  );
}
