import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import type { WriterJob } from "./writer.ts";

export interface WriterRun {
  readonly child: ChildProcess;
  /** Lines printed so far. */
  readonly lines: string[];
  /** Resolves with the signal that ended it, or `null`; rejects when it failed in a way nobody planned. */
  readonly ended: Promise<NodeJS.Signals | null>;
}

const WRITER_MS_MAX = 30_000;

export function runWriter(job: WriterJob): WriterRun {
  const child = spawn(process.execPath, [join(import.meta.dirname, "writer.ts"), JSON.stringify(job)], {
    stdio: ["ignore", "pipe", "pipe"],
    timeout: WRITER_MS_MAX,
  });
  const lines: string[] = [];
  let rest = "";
  let complaint = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const pieces = (rest + text).split("\n");
    rest = pieces.pop() ?? "";
    lines.push(...pieces);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaint += text;
  });
  const ended = new Promise<NodeJS.Signals | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (signal !== null || code === 0) resolve(signal);
      else reject(new Error(`the writer ended with ${code}: ${complaint}`));
    });
  });
  return { child, lines, ended };
}
