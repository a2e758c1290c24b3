import assert from "node:assert/strict";
import test from "node:test";
import { formatBytes, formatCount, formatDuration, formatTime, printable } from "./format.ts";
import { progressText } from "./progress.ts";
import { renderDetails, renderTable } from "./table.ts";

test("sizes keep three digits and never read 1000", () => {
  const cases: readonly (readonly [number, string])[] = [
    [0, "0 B"],
    [999, "999 B"],
    [1000, "0.98 KiB"],
    [1024, "1.00 KiB"],
    [17_700, "17.3 KiB"],
    [276_824_064, "264 MiB"],
    [1023.7 * 1024 * 1024, "1.00 GiB"],
    [4 * 1024 ** 3, "4.00 GiB"],
    [2 ** 62, "4.00 EiB"],
  ];
  for (const [bytes, text] of cases) assert.equal(formatBytes(bytes), text);
});

test("durations use two units", () => {
  const cases: readonly (readonly [number, string])[] = [
    [0, "0 ms"],
    [849.6, "850 ms"],
    [7240, "7.2 s"],
    [59_960, "1m 00s"],
    [185_000, "3m 05s"],
    [7_800_000, "2h 10m"],
    [367_200_000, "4d 06h"],
  ];
  for (const [duration_ms, text] of cases) assert.equal(formatDuration(duration_ms), text);
});

test("counts and times", () => {
  assert.equal(formatCount(78_579), "78,579");
  assert.equal(formatTime(null), "-");
  assert.match(formatTime("2026-05-11T02:00:00Z"), /^2026-05-1[012] \d\d:\d\d:00$/);
});

test("what would steer a terminal is shown, not sent", () => {
  assert.equal(printable("a\x1b[2Jb\r\n\u202ec"), "a\\x1b[2Jb\\x0d\\x0a\\x202ec");
  assert.equal(printable("grün 東京"), "grün 東京");
});

test("tables align and shorten only what may shrink, and only on a terminal", () => {
  const rows = [
    { id: "bkp_1", size: 5, path: "/a/very/long/path/that/does/not/fit" },
    { id: "bkp_22", size: 123, path: null },
  ];
  const columns = [
    { title: "id", value: (row: (typeof rows)[number]) => row.id },
    { title: "size", value: (row: (typeof rows)[number]) => row.size, align: "right" as const },
    { title: "path", value: (row: (typeof rows)[number]) => row.path, shrink: true },
  ];
  assert.equal(
    renderTable(rows, columns, 28),
    ["ID      SIZE  PATH", "bkp_1      5  /a/very/long/…", "bkp_22   123  -"].join("\n"),
  );
  assert.match(renderTable(rows, columns), /not\/fit/);
  assert.equal(
    renderDetails([
      ["a", 1],
      ["long", null],
    ]),
    "a     1\nlong  -",
  );
});

test("progress shows bytes, files, rate and time left", () => {
  const text = progressText({
    phase: "restore",
    files_done: 33_001,
    files_total: 78_579,
    bytes_done: 512 * 1024 ** 2,
    bytes_total: 1024 ** 3,
    rate_bytes_per_s: 310 * 1024 ** 2,
    eta_ms: 2100,
  });
  assert.equal(text, "restore  50%  512 MiB of 1.00 GiB  33,001 of 78,579 files  310 MiB/s  2.1 s left");
});
