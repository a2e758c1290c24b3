import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import type { Backup } from "../../api/types.ts";
import { init } from "../../parts/chart.ts";
import { bytesText, dayText } from "../../parts/format.ts";
import { t } from "../../texts/index.ts";

const HEIGHT_PX = 180;
const STEPS_MAX = 6;

/** What was protected and what each backup added, over time. */
export default function SizeChart({ backups }: { backups: readonly Backup[] }) {
  const box = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme("light");
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    let leave = () => {};
    // By the next frame the page has taken on the scheme that this was called for, and its colours can be read.
    const frame = requestAnimationFrame(() => {
      leave = draw(element, backups);
    });
    return () => {
      cancelAnimationFrame(frame);
      leave();
    };
  }, [backups, scheme]);
  const [newest] = backups;
  const words = `${t.backups.size} ${bytesText(newest?.source_bytes)}, ${t.backups.added} ${bytesText(newest?.stored_bytes)}`;
  return <div ref={box} role="img" aria-label={`${t.workloads.size}: ${words}`} style={{ height: HEIGHT_PX }} />;
}

/** Between lines of the chart, such that each is a round figure in KiB, MiB, GiB … */
function byteStep(max_bytes: number): number {
  const unit = 1024 ** Math.floor(Math.log2(Math.max(1, max_bytes / STEPS_MAX)) / 10);
  const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1024].map((each) => each * unit);
  return steps.find((step) => max_bytes / step <= STEPS_MAX) ?? unit * 1024;
}

/** Returns what takes the chart away again. */
function draw(element: HTMLElement, backups: readonly Backup[]): () => void {
  const begin_ms = performance.now();
  const style = getComputedStyle(document.documentElement);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const chart = init(element, null, { renderer: "svg", height: HEIGHT_PX });
  const points = [...backups].reverse();
  const line = (name: string, width: number, dash: boolean, value: (backup: Backup) => number | null) => ({
    name,
    type: "line" as const,
    showSymbol: points.length < 40,
    symbolSize: 5,
    animation: false,
    lineStyle: { width, type: dash ? ("dashed" as const) : ("solid" as const) },
    data: points.map((backup) => [Date.parse(backup.created_at), value(backup)]),
  });
  const largest = Math.max(
    1,
    ...points.flatMap(({ source_bytes, stored_bytes }) => [source_bytes ?? 0, stored_bytes ?? 0]),
  );
  const step = byteStep(largest);
  chart.setOption({
    color: [color("--hf-busy-fill"), color("--hf-idle")],
    grid: { left: 70, right: 16, top: 12, bottom: 24 },
    textStyle: { color: color("--hf-quiet"), fontFamily: "inherit" },
    // Rich text is drawn; the other kind would put styles into the page, which the content policy forbids.
    tooltip: {
      trigger: "axis",
      renderMode: "richText",
      confine: true,
      formatter: (rows: unknown) => {
        const all = rows as readonly { seriesName: string; value: readonly [number, number | null] }[];
        const at = all[0]?.value[0];
        return [
          at === undefined ? "" : dayText(at),
          ...all.map((row) => `${row.seriesName}: ${bytesText(row.value[1])}`),
        ].join("\n");
      },
    },
    xAxis: {
      type: "time",
      axisLine: { lineStyle: { color: color("--hf-line") } },
      axisLabel: { color: color("--hf-quiet") },
    },
    yAxis: {
      type: "value",
      interval: step,
      max: Math.ceil(largest / step) * step,
      axisLabel: { color: color("--hf-quiet"), formatter: (value: number) => bytesText(value) },
      splitLine: { lineStyle: { color: color("--hf-line") } },
    },
    series: [
      line(t.backups.size, 2, false, (backup) => backup.source_bytes),
      line(t.backups.added, 1.5, true, (backup) => backup.stored_bytes),
    ],
  });
  performance.measure("hf-chart", { start: begin_ms, end: performance.now() });
  const resize = new ResizeObserver(() => chart.resize());
  resize.observe(element);
  return () => {
    resize.disconnect();
    chart.dispose();
  };
}
