/** Sets a machine going again when its parent dies, or takes too long, while it stands still. */
import { readFileSync, rmSync } from "node:fs";
import { systemClock as clock } from "../../../base/index.ts";
import { type Still, undoStill } from "./freeze.ts";
import { QmpClient } from "./qmp.ts";

const RETRY_MS = 500;
const TRIES = 120;

const { marker, limit_ms, ...still } = JSON.parse(process.argv[2] as string) as Still & {
  readonly marker: string;
  readonly limit_ms: number;
};

let done = false;
const ended = new Promise<void>((resolve) => {
  process.stdin.on("data", (bytes: Buffer) => {
    done ||= bytes.includes("done");
  });
  process.stdin.once("end", resolve);
  process.stdin.once("error", () => resolve());
});
process.stdout.on("error", () => undefined);
process.stdout.write("watching\n");
await Promise.race([ended, clock.sleep(limit_ms)]);
if (!done) await setGoing();
process.exit(0);

async function setGoing(): Promise<void> {
  for (let i = 0; i < TRIES; i++) {
    if (done || !isMarked()) return; // the parent did it after all, or its successor
    const qmp = still.resume ? await QmpClient.connect(still.qmp, clock).catch(() => undefined) : undefined;
    try {
      if (qmp !== undefined || !still.resume) {
        const trouble = await undoStill(still, qmp, clock);
        if (trouble === undefined) return rmSync(marker, { force: true });
      }
    } finally {
      qmp?.close();
    }
    await clock.sleep(RETRY_MS);
  }
}

function isMarked(): boolean {
  try {
    return readFileSync(marker).length > 0;
  } catch {
    return false;
  }
}
