/** `tar c` of a backup of many small files, mounted by us and by restic, in turns. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { clock } from "../../engine/world.ts";
import { holdfast, restic } from "../contenders.ts";

const CLI = join(import.meta.dirname, "../../../src/apps/cli/main.ts");
const PASSWORD = "correct horse battery staple";
const FOLDERS = 200;
const MOUNT_MS = 120_000;

interface Mounting {
  readonly name: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Where the backup's top is below the mount. */
  readonly inside: string;
}

export async function benchMount(files: number, rounds: number, print: (line: string) => void): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), "holdfast-bench-mount-"));
  try {
    const source = join(work, "source");
    for (let i = 0; i < FOLDERS; i++) mkdirSync(join(source, String(i)), { recursive: true });
    for (let i = 0; i < files; i++)
      writeFileSync(join(source, String(i % FOLDERS), `file-${i}`), randomBytes(randomInt(500, 12_000)));
    const [ours, theirs] = [join(work, "ours"), join(work, "theirs")];
    for (const [contender, repo] of [
      [holdfast(process.execPath, CLI), ours],
      [restic(work), theirs],
    ] as const) {
      await contender.init(repo);
      await contender.backup(repo, source);
    }
    const mounts: Mounting[] = [
      {
        name: "holdfast",
        command: [process.execPath, CLI, "repo", "mount", "--repo", ours, "--backup", "latest"],
        env: { BAAS_REPO_PASSWORD: PASSWORD },
        inside: source,
      },
      {
        name: "restic",
        command: ["restic", "--repo", theirs, "mount"],
        env: { RESTIC_PASSWORD: PASSWORD, RESTIC_CACHE_DIR: join(work, "restic-cache") },
        inside: join("snapshots/latest", source),
      },
    ];
    for (let round = 0; round < rounds; round++)
      for (const mounting of round % 2 === 0 ? mounts : [...mounts].reverse()) {
        const { seconds, cpu_s, bytes } = await tarOf(mounting, join(work, "mnt"));
        print(
          `${mounting.name}: tar of ${files} files (${Math.round(bytes / 2 ** 20)} MiB) through the mount: ` +
            `${seconds.toFixed(2)} s, CPU of the mount ${cpu_s.toFixed(2)} s`,
        );
      }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** A fresh mount for each run: nothing is in anybody's memory but what the run itself brings. */
async function tarOf({ command, env, inside }: Mounting, dir: string) {
  mkdirSync(dir, { recursive: true });
  const [program = "", ...args] = command;
  const child = spawn(program, [...args, dir], { env: { ...process.env, ...env }, stdio: "ignore" });
  try {
    const shown = join(dir, inside);
    for (const end = clock.monotonic_ms() + MOUNT_MS; !existsSync(shown); await clock.sleep(50))
      if (child.exitCode !== null || clock.monotonic_ms() > end) throw new Error(`${program} did not mount`);
    const cpu_before = cpuOf(child);
    const begun_ms = clock.monotonic_ms();
    const bytes = Number(
      execFileSync("sh", ["-c", `tar c -C "$1" . | wc -c`, "sh", shown], { encoding: "utf8", timeout: 60 * 60_000 }),
    );
    const seconds = (clock.monotonic_ms() - begun_ms) / 1000;
    return { seconds, cpu_s: cpuOf(child) - cpu_before, bytes };
  } finally {
    execFileSync("fusermount3", ["-u", dir]);
    await new Promise((resolve) => (child.exitCode === null ? child.once("exit", resolve) : resolve(undefined)));
  }
}

/** User and system time in seconds; a tick is 10 ms. */
function cpuOf({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
