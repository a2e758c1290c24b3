import { createRequire } from "node:module";
import type * as echarts from "echarts";
import type { EChartsOption } from "echarts";

export const COLOURS = { good: "#2b8a3e", warn: "#e67700", bad: "#c92a2a", plain: "#364fc7", pale: "#ced4da" } as const;
/** Loaded with the first chart: a server has no use for it when it starts. */
const require = createRequire(import.meta.url);
const INK = "#343a40";
const QUIET = "#868e96";
const FONT = "Roboto";

export interface ChartSize {
  readonly width: number;
  readonly height: number;
}

export interface Series {
  readonly name: string;
  readonly values: readonly (number | null)[];
  readonly colour: string;
}

/** Categories of a column chart that all have their names written below. */
const NAMED_MAX = 8;
const LETTER_PX = 5;
const LINES_MAX = 2;

/**
 * A name on at most two lines of so many letters, broken between words and behind hyphens and the like; what is longer
 * ends with an ellipsis, for half a word on the next line reads as another word.
 */
export function nameLines(name: string, letters: number): string {
  const fitted = (text: string) => (text.length <= letters ? text : `${text.slice(0, Math.max(1, letters - 1))}…`);
  const lines: string[] = [];
  for (const word of name.match(/[^\s_/:.-]*[_/:.-]+|[^\s_/:.-]+|\s+/g) ?? []) {
    const last = lines.at(-1);
    if (last !== undefined && (lines.length === LINES_MAX || (last + word).trimEnd().length <= letters))
      lines[lines.length - 1] = last + word;
    else if (word.trim() !== "") lines.push(word);
  }
  return lines.map((line) => fitted(line.trimEnd())).join("\n");
}

/** Columns, stacked or beside each other, over categories. */
export function columnChart(
  data: { readonly categories: readonly string[]; readonly series: readonly Series[]; readonly stacked?: boolean },
  size: ChartSize,
): string {
  const each_px = (size.width - 44) / Math.max(1, data.categories.length);
  // Few are named all of them, on two lines where one is too short; of many, as many as there is room for.
  const few = data.categories.length <= NAMED_MAX;
  const letters = Math.max(3, Math.floor((each_px - 4) / LETTER_PX));
  const names = few ? data.categories.map((name) => nameLines(name, letters)) : data.categories;
  const wrapped = names.some((name) => name.includes("\n"));
  // What the only series counts, the title says already.
  const legend = data.series.length > 1;
  const empty = data.series.every(({ values }) => values.every((value) => (value ?? 0) === 0));
  return render(
    {
      legend: { show: legend, bottom: 0, itemWidth: 10, itemHeight: 10, textStyle: text(10) },
      ...(empty ? { title: nothing(size) } : {}),
      grid: { left: 36, right: 8, top: 12, bottom: (wrapped ? 38 : 24) + (legend ? 22 : 0) },
      xAxis: {
        type: "category",
        data: [...names],
        axisLabel: few ? { ...text(9), interval: 0 } : text(9),
        axisLine: { lineStyle: { color: COLOURS.pale } },
        axisTick: { show: false },
      },
      yAxis: {
        type: "value",
        minInterval: 1,
        axisLabel: { ...text(9), show: !empty },
        splitLine: { show: !empty, lineStyle: { color: "#f1f3f5" } },
      },
      series: data.series.map(({ name, values, colour }) => ({
        type: "bar",
        name,
        data: [...values],
        itemStyle: { color: colour },
        barMaxWidth: 28,
        ...(data.stacked === true ? { stack: "all" } : {}),
      })),
    },
    size,
  );
}

/** A ring of parts, with the share that matters in its middle. */
export function ringChart(
  data: { readonly parts: readonly { name: string; value: number; colour: string }[]; readonly middle: string },
  size: ChartSize,
): string {
  return render(
    {
      legend: { bottom: 0, itemWidth: 10, itemHeight: 10, textStyle: text(10) },
      title: {
        text: data.middle,
        left: "center",
        top: size.height * 0.38 - 11,
        textStyle: { fontFamily: FONT, fontSize: 22, fontWeight: "bold", color: INK },
      },
      series: [
        {
          type: "pie",
          radius: ["48%", "70%"],
          center: ["50%", "42%"],
          label: { show: false },
          data: data.parts.map(({ name, value, colour }) => ({ name, value, itemStyle: { color: colour } })),
        },
      ],
    },
    size,
  );
}

/** Measured against its target, in hours, each class a pair of bars. */
export function targetChart(
  data: readonly { readonly name: string; readonly measured: number | null; readonly target: number }[],
  size: ChartSize,
): string {
  const share = data.map(({ measured, target }) =>
    measured === null ? null : Math.round((measured / target) * 1000) / 10,
  );
  const most = Math.max(110, ...share.map((value) => value ?? 0));
  return render(
    {
      grid: { left: 62, right: 42, top: 18, bottom: 26 },
      xAxis: {
        type: "value",
        max: Math.ceil(most / 10) * 10,
        axisLabel: { ...text(9), formatter: "{value} %" },
        splitLine: { lineStyle: { color: "#f1f3f5" } },
      },
      yAxis: {
        type: "category",
        inverse: true,
        data: data.map(({ name }) => name),
        axisLabel: text(10),
        axisLine: { show: false },
        axisTick: { show: false },
      },
      series: [
        {
          type: "bar",
          barMaxWidth: 18,
          data: share.map((value) => ({
            value,
            itemStyle: { color: value !== null && value > 100 ? COLOURS.bad : COLOURS.good },
          })),
          label: { show: true, position: "right", formatter: "{c} %", ...text(9) },
          markLine: {
            silent: true,
            symbol: "none",
            label: { show: false },
            lineStyle: { color: COLOURS.bad, type: "dashed" },
            data: [{ xAxis: 100 }],
          },
        },
      ],
    },
    size,
  );
}

/** In the middle of axes over which there is nothing to draw. */
function nothing({ height }: ChartSize) {
  const textStyle = { fontFamily: FONT, fontSize: 11, fontWeight: "normal" as const, color: QUIET };
  return { text: "none", left: "center", top: height * 0.36, textStyle };
}

function text(size: number) {
  return { fontFamily: FONT, fontSize: size, color: INK };
}

function render(option: EChartsOption, { width, height }: ChartSize): string {
  const { init } = require("echarts") as typeof echarts;
  const chart = init(null, null, { renderer: "svg", ssr: true, width, height });
  try {
    chart.setOption({ animation: false, backgroundColor: "transparent", textStyle: { fontFamily: FONT }, ...option });
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}
