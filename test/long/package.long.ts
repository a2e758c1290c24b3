/**
 * `npm run package`, on a host that has nothing else: the .deb is installed into a folder with a C library and a shell,
 * and enrolled there with the two commands of docs/agents.md. The server runs from the same file.
 */
import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import test from "node:test";
import { systemClock as clock, systemRandom as random } from "../../src/base/index.ts";

const root = dirname(dirname(import.meta.dirname));
const skip = !existsSync("/usr/bin/dpkg-deb") || process.getuid?.() !== 0 ? "needs root and dpkg" : false;

test("the .deb on a bare host: two commands, a backup, a restore", { skip, timeout: 900_000 }, async (t) => {
  const dir = mkdtempSync(join(tmpdir(), "holdfast-deb-"));
  chmodSync(dir, 0o755);
  const children: ChildProcess[] = [];
  t.after(async () => {
    for (const child of children.reverse()) {
      child.kill("SIGTERM");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    }
    rmSync(dir, { recursive: true, force: true });
  });
  // For whoever works on this test: what was packaged last.
  if (process.env["HOLDFAST_PACKAGED"] === undefined) {
    execFileSync(process.execPath, ["scripts/package.ts"], { cwd: root, stdio: "inherit" });
  }
  const deb = readdirSync(join(root, "out")).find((name) => name.endsWith(".deb")) ?? "";
  const host = join(dir, "host");
  bareHost(host, join(root, "out", "baas"));
  execFileSync("dpkg", [`--root=${host}`, "--force-depends", "-i", join(root, "out", deb)], { stdio: "ignore" });

  const env = { ...process.env, BAAS_RUNTIME_DIR: join(dir, "cache"), BAAS_AGENTS_PORT: "0" };
  const data = join(dir, "data");
  const server = spawn(join(root, "out", "baas"), ["up", "--data", data, "--listen", "127.0.0.1:0", "--json"], {
    env: { ...env, BAAS_AGENTS_HOST: "127.0.0.1", BAAS_LOG_LEVEL: "warn" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(server);
  const { agents_url } = JSON.parse(await printed(server)) as { agents_url: string };
  const onServer = (...argv: string[]) => {
    const text = execFileSync(join(root, "out", "baas"), [...argv, "--json", "--data", data], {
      env,
      encoding: "utf8",
    });
    return JSON.parse(text) as { token: string; id: string };
  };
  const onHost = (...argv: string[]) =>
    execFileSync("/usr/bin/unshare", [...inside(host), "/usr/bin/baas", "agent", ...argv], {
      encoding: "utf8",
      env: { PATH: "/usr/bin:/bin:/usr/sbin:/sbin", HOME: "/root" },
    });

  const { token } = onServer("agent", "token", "create", "bare");
  assert.match(onHost("enroll", "--server", agents_url, "--token", token), /this host is agent bare/);
  const agent = spawn("/usr/bin/unshare", [...inside(host), "/usr/bin/baas", "agent", "run"], {
    env: { PATH: "/usr/bin:/bin:/usr/sbin:/sbin", HOME: "/root" },
    stdio: "inherit",
  });
  children.push(agent);
  mkdirSync(join(host, "srv"));
  writeFileSync(join(host, "srv", "data"), random.bytes(5_000_000));
  onServer("workload", "add", "files", "--project", "bare", "--agent", "bare", "--path", "/srv");
  const { id } = onServer("backup", "run", "--workload", "files");
  assert.match(id, /^bkp_/);
  assert.match(onHost("restore", "--workload", "files", "--target", "/restored"), /restored: 1 files/);
  execFileSync("diff", ["-r", join(host, "srv"), join(host, "restored")]);
});

/** Into the host's folder, in a namespace of mounts in which it has a /proc. */
const inside = (host: string): string[] => [
  "--mount",
  "/bin/sh",
  "-c",
  'mount -t proc proc "$0/proc" && exec /usr/sbin/chroot "$0" "$@"',
  host,
];

/** A folder with the libraries that the executable names, a shell, and an empty list of packages. */
function bareHost(host: string, executable: string): void {
  for (const folder of ["var/lib/dpkg/info", "var/lib/dpkg/updates", "var/lib/dpkg/triggers", "tmp", "bin", "proc"]) {
    mkdirSync(join(host, folder), { recursive: true });
  }
  writeFileSync(join(host, "var/lib/dpkg/status"), "");
  for (const program of [executable, "/bin/sh", "/bin/rm", "/usr/bin/ionice"]) {
    const libraries = execFileSync("ldd", [program], { encoding: "utf8" }).match(/\/\S+/g) ?? [];
    for (const each of program === executable ? libraries : [...libraries, program]) {
      mkdirSync(join(host, dirname(each)), { recursive: true });
      execFileSync("cp", ["-L", each, join(host, each)]);
    }
  }
}

/** What it prints, once that is a whole JSON object. */
async function printed(child: ChildProcess): Promise<string> {
  let text = "";
  child.stdout?.setEncoding("utf8").on("data", (part: string) => (text += part));
  const until_ms = clock.monotonic_ms() + 120_000;
  while (!text.trimEnd().endsWith("\n}")) {
    assert.ok(clock.monotonic_ms() < until_ms && child.exitCode === null, `the server did not start: ${text}`);
    await clock.sleep(100);
  }
  return text;
}
