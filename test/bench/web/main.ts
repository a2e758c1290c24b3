/**
 * `npm run bench:web`: what the console promises, measured in a real browser against a real server of this machine:
 * size of the first load, time until it can be used, a table of 100,000 rows, a year's chart. Ends with code 1 when a
 * bar is missed.
 */
import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { seedHistory, seedWorkloads } from "../../web/history.ts";
import { openStage, type Stage } from "../../web/stage.ts";
import { makeWorld } from "../../web/world.ts";

/** Of the table; a number on the command line takes fewer. */
const ROWS = Number(process.argv.slice(2).find((word) => /^\d+$/.test(word)) ?? 100_000);
const FIRST_LOAD_BYTES_MAX = 350_000;
const INTERACTIVE_MS_MAX = 1500;
const CHART_MS_MAX = 100;
/** A frame this long is one in which input waits noticeably (the web's own bound for a "long task" is 50 ms). */
const LONG_FRAME_MS = 200;
/** The web's own bound of a task in which input waits noticeably. */
const WHEEL_MS_MAX = 50;
const ROUNDS = 5;

interface Row {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly bar: number;
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

/** Scripts of the overview's first load, and how long until its figures are there; from an empty cache each time. */
async function firstLoad(stage: Stage): Promise<Row[]> {
  const times_ms: number[] = [];
  const busy_ms: number[] = [];
  let script_bytes = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const page = await stage.open("/workloads/none");
    const session = await page.context().newCDPSession(page);
    await session.send("Network.setCacheDisabled", { cacheDisabled: true });
    // Of the page's own thread, so that what else the machine does meanwhile does not count.
    await session.send("Performance.enable", { timeDomain: "threadTicks" });
    const begin_ms = performance.now();
    await page.goto(`${stage.url}/`);
    await page.getByRole("img", { name: /protected/ }).waitFor();
    times_ms.push(performance.now() - begin_ms);
    const { metrics } = await session.send("Performance.getMetrics");
    busy_ms.push((metrics.find(({ name }) => name === "TaskDuration")?.value ?? NaN) * 1000);
    await page.waitForTimeout(500);
    const scripts = (await page.evaluate(
      "performance.getEntriesByType('resource').map((it) => it.name).filter((it) => it.endsWith('.js'))",
    )) as string[];
    const sizes = scripts.map(async (url) => gzipSync(Buffer.from(await (await fetch(url)).arrayBuffer())).length);
    script_bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
    await page.context().close();
  }
  return [
    { what: "first load of the overview, script, gzip", value: script_bytes, unit: "B", bar: FIRST_LOAD_BYTES_MAX },
    {
      what: "overview interactive, cold cache, median of 5",
      value: median(times_ms),
      unit: "ms",
      bar: INTERACTIVE_MS_MAX,
    },
    {
      what: "of that, processor time of the page's thread, median of 5",
      value: median(busy_ms),
      unit: "ms",
      bar: INTERACTIVE_MS_MAX,
    },
  ];
}

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  /** Of the thread's own processor time; microseconds, like the others. */
  readonly tdur?: number;
}

/** What a frame costs beside its scripts: style, layout and paint of what they changed. */
const FRAME_WORK = new Set(["UpdateLayoutTree", "Layout", "PrePaint", "Paint", "Layerize", "Commit"]);
const AFTER_FRAME_US = 60_000;

/**
 * The processor time of the page's thread for drawing a year: the frame in which it is drawn with all its scripts, and
 * the style, layout and paint behind it. Not the wall clock: this machine does other things, too.
 */
async function chart(stage: Stage, workload_id: string): Promise<Row[]> {
  const costs_ms: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const page = await stage.open("/workloads/none");
    const browser = page.context().browser();
    if (browser === null) throw new Error("no browser to trace");
    await browser.startTracing(page, { categories: ["devtools.timeline", "blink.user_timing"] });
    await page.goto(`${stage.url}/workloads/${workload_id}`);
    await page
      .getByRole("img", { name: /^Size over time/ })
      .locator("canvas, svg")
      .waitFor();
    await page.waitForTimeout(500);
    const trace = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: readonly TraceEvent[] };
    costs_ms.push(costOf(trace.traceEvents) / 1000);
    await page.context().close();
  }
  return [
    {
      what: `chart of a year (366 points, two lines), processor time, median of ${ROUNDS}`,
      value: median(costs_ms),
      unit: "ms",
      bar: CHART_MS_MAX,
    },
  ];
}

/** Microseconds. */
function costOf(events: readonly TraceEvent[]): number {
  const mark = events.find(({ name }) => name === "hf-chart");
  const frame = events.find(
    ({ name, ts, dur = 0 }) =>
      name === "FireAnimationFrame" && mark !== undefined && ts <= mark.ts && mark.ts <= ts + dur,
  );
  if (frame === undefined) throw new Error("the trace has no frame in which the chart was drawn");
  const until = frame.ts + (frame.dur ?? 0) + AFTER_FRAME_US;
  const behind = events.filter(
    ({ name, tid, ts }) => tid === frame.tid && FRAME_WORK.has(name) && ts > frame.ts && ts < until,
  );
  return [frame, ...behind].reduce((sum, { tdur, dur }) => sum + (tdur ?? dur ?? 0), 0);
}

/** Runs in the page: notes what the table has shown when a wheel's frame is over, and each frame's length. */
const FRAMES = `
  globalThis.seen = { wheels: 0, frames: [], last_ms: performance.now() };
  const frame = (now_ms) => {
    seen.frames.push(now_ms - seen.last_ms);
    seen.last_ms = now_ms;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  addEventListener("wheel", () => { seen.wheels++; }, { passive: true, capture: true });
`;

interface Scrolled {
  /** Wheel events that were sent, and that the page got. */
  readonly sent: number;
  readonly got: number;
  /** After how many of them the table showed no row at all. */
  readonly blank: number;
  readonly rows: number;
  readonly longest_ms: number;
  /** Processor time of the page's thread for each wheel. */
  readonly busy_ms: number;
}

/** Wheels through the table until its end: each wheel has to arrive, and rows have to be there after it. */
async function scroll(page: Page): Promise<Scrolled> {
  const grid = page.getByRole("grid", { name: "Workloads" });
  await grid.waitFor();
  await grid.hover();
  await page.evaluate(FRAMES);
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const task_ms = async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return (metrics.find(({ name }) => name === "TaskDuration")?.value ?? NaN) * 1000;
  };
  const begin_ms = await task_ms();
  const until_ms = performance.now() + 240_000;
  let [rows, sent, blank] = [0, 0, 0];
  while (rows < ROWS && performance.now() < until_ms) {
    await page.mouse.wheel(0, 40_000);
    sent++;
    await page.waitForTimeout(30);
    rows = Number(await grid.getAttribute("aria-rowcount")) - 1;
    const shown = await page.evaluate(
      "(() => { const grid = document.querySelector('[role=grid]').getBoundingClientRect(); return [...document.querySelectorAll('[role=rowgroup] [role=row]')].some((row) => { const box = row.getBoundingClientRect(); return box.bottom > grid.top + 40 && box.top < grid.bottom; }); })()",
    );
    if (shown !== true) blank++;
  }
  await page.waitForTimeout(500);
  const seen = (await page.evaluate("seen")) as { wheels: number; frames: number[] };
  const busy_ms = ((await task_ms()) - begin_ms) / Math.max(1, sent);
  return { sent, got: seen.wheels, blank, rows, longest_ms: Math.max(...seen.frames), busy_ms };
}

/** `load`, `chart`, `table`: only these. */
const only = process.argv.slice(2).filter((word) => !/^\d+$/.test(word));
const wanted = (part: string) => only.length === 0 || only.includes(part);
const stage = await openStage();
const rows: Row[] = [];
try {
  const world = await makeWorld(stage);
  if (wanted("load")) rows.push(...(await firstLoad(stage)));
  if (wanted("chart")) {
    await seedHistory(stage.db, world.workload_id);
    rows.push(...(await chart(stage, world.workload_id)));
  }
  if (wanted("table")) {
    await seedWorkloads(stage.db, ROWS);
    const page = await stage.open("/workloads");
    const it = await scroll(page);
    rows.push(
      {
        what: `scroll of ${it.rows} rows: wheel events dropped of ${it.sent}`,
        value: it.sent - it.got,
        unit: "",
        bar: 0,
      },
      { what: "wheels after which no row was in sight", value: it.blank, unit: "", bar: 0 },
      { what: "processor time of the page's thread for each wheel", value: it.busy_ms, unit: "ms", bar: WHEEL_MS_MAX },
      { what: "longest frame, by the clock", value: it.longest_ms, unit: "ms", bar: LONG_FRAME_MS },
    );
  }
} finally {
  await stage.close();
}
for (const { what, value, unit, bar } of rows) {
  const held = value <= bar;
  if (!held) process.exitCode = 1;
  process.stdout.write(`${held ? "ok  " : "MISS"}  ${what}: ${Math.round(value)} ${unit} (bar ${bar} ${unit})\n`);
}
