import { useElementSize } from "@mantine/hooks";
import type { PostAnswer } from "../../api/types.ts";
import { bytesText } from "../../parts/format.ts";
import { t } from "../../texts/index.ts";
import classes from "./outcome.module.css";

type Months = PostAnswer<"/v1/policies/{id}/simulate">["current"]["months"];

const HEIGHT = 96;
const LEFT = 64;
const RIGHT = 8;
const TOP = 8;
const BOTTOM = 18;
/** Until it has been measured. */
const WIDTH = 480;

const sum = (month: Months[number] | undefined) =>
  month === undefined ? 0 : month.bytes.hot + month.bytes.warm + month.bytes.cold;
const monthWord = (month: string | undefined) =>
  month === undefined
    ? ""
    : new Date(`${month}-15T12:00:00Z`).toLocaleString("en-GB", { month: "short", year: "numeric" });

/** Bytes held month by month: as it is, dashed; as it would be, drawn through. */
export function BytesAhead({ current, changed }: { current: Months; changed: Months | null }) {
  const { ref, width: measured } = useElementSize();
  const width = measured === 0 ? WIDTH : measured;
  const top = Math.max(...current.map(sum), ...(changed ?? []).map(sum));
  if (top === 0 || current.length < 2) return null;
  const x = (index: number) => LEFT + (index / (current.length - 1)) * (width - LEFT - RIGHT);
  const y = (bytes: number) => TOP + (1 - bytes / top) * (HEIGHT - TOP - BOTTOM);
  const path = (months: Months) =>
    months.map((month, at) => `${at === 0 ? "M" : "L"}${x(at).toFixed(1)} ${y(sum(month)).toFixed(1)}`).join("");
  const end = (months: Months) => bytesText(sum(months.at(-1)));
  const words =
    changed === null ? t.policies.bytes_now(end(current)) : t.policies.bytes_change(end(current), end(changed));
  return (
    <div ref={ref}>
      <svg width={width} height={HEIGHT} role="img" aria-label={words} className={classes.chart}>
        {[0, 0.5, 1].map((share) => (
          <g key={share}>
            <line x1={LEFT} x2={width - RIGHT} y1={y(top * share)} y2={y(top * share)} className={classes.grid} />
            <text x={LEFT - 6} y={y(top * share) + 4} textAnchor="end" className={classes.word}>
              {bytesText(top * share)}
            </text>
          </g>
        ))}
        <path d={path(current)} className={classes.line} data-of={changed === null ? "then" : "now"} />
        {changed !== null && <path d={path(changed)} className={classes.line} data-of="then" />}
        <text x={LEFT} y={HEIGHT - 3} className={classes.word}>
          {monthWord(current[0]?.month)}
        </text>
        <text x={width - RIGHT} y={HEIGHT - 3} textAnchor="end" className={classes.word}>
          {monthWord(current.at(-1)?.month)}
        </text>
      </svg>
    </div>
  );
}
