import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);
const START_MS_MAX = 90_000;
const COMMAND_MS_MAX = 60_000;

export const ACCESS_KEY = "HOLDFASTTESTKEY";
export const SECRET_KEY = "holdfast-test-secret";

export interface Cluster {
  /** Of its first gateway, on the loopback. */
  readonly port: number;
  readonly folder: string;
}

/**
 * A Ceph cluster of one machine with everything in memory and an S3 gateway, in `folder`, on free ports of the
 * loopback. It ends with `stop`, and with this process; the folder stays.
 */
export async function startCluster(folder: string): Promise<Cluster & { stop(): Promise<void> }> {
  const children: ChildProcess[] = [];
  const stop = async () => {
    for (const child of children.toReversed()) await end(child);
  };
  try {
    return { folder, port: await start(folder, children), stop };
  } catch (error) {
    await stop();
    throw new Error(`the Ceph gateway did not start: ${String(error)}\n${await logs(folder)}`, { cause: error });
  }
}

async function start(folder: string, children: ChildProcess[]): Promise<number> {
  for (const part of ["mon", "mgr", "osd", "run", "log"]) await mkdir(join(folder, part), { recursive: true });
  const [mon_port] = await freePorts(1);
  const fsid = randomUUID();
  await writeFile(join(folder, "ceph.conf"), configuration(folder, fsid, mon_port as number));
  const map = join(folder, "monmap");
  const address = `[v2:127.0.0.1:${mon_port}]`;
  await run("monmaptool", ["--create", "--fsid", fsid, "--addv", "a", address, map], { timeout: COMMAND_MS_MAX });
  await command(folder, "ceph-mon", ["--mkfs", "-i", "a", "--monmap", map]);
  children.push(daemon(folder, "mon", "ceph-mon", ["-i", "a"]));
  children.push(daemon(folder, "mgr", "ceph-mgr", ["-i", "a"]));
  const osd = randomUUID();
  await command(folder, "ceph", ["--connect-timeout", "60", "osd", "new", osd]);
  await command(folder, "ceph-osd", ["-i", "0", "--mkfs", "--osd-uuid", osd]);
  children.push(daemon(folder, "osd", "ceph-osd", ["-i", "0"]));
  // Also makes the zone that the storage classes are added to.
  const user = ["--uid", "test", "--display-name", "test", "--access-key", ACCESS_KEY, "--secret", SECRET_KEY];
  await command(folder, "radosgw-admin", ["user", "create", "--max-buckets", "0", ...user]);
  for (const [name, pool] of [
    ["STANDARD_IA", "warm"],
    ["GLACIER", "cold"],
  ] as const) {
    const place = ["--placement-id", "default-placement", "--storage-class", name];
    await command(folder, "radosgw-admin", ["zonegroup", "placement", "add", "--rgw-zonegroup", "default", ...place]);
    const data = ["--data-pool", `default.rgw.${pool}.data`];
    await command(folder, "radosgw-admin", ["zone", "placement", "add", "--rgw-zone", "default", ...place, ...data]);
  }
  const { child, port } = await startGateway(folder, "rgw");
  children.push(child);
  return port;
}

/** One more gateway to the cluster in `folder`. */
export async function startGateway(
  folder: string,
  name: string,
  env: NodeJS.ProcessEnv = {},
): Promise<{ readonly child: ChildProcess; readonly port: number }> {
  const [port] = (await freePorts(1)) as [number];
  const frontend = `beast endpoint=127.0.0.1:${port} tcp_nodelay=1`;
  const own = ["--log-file", join(folder, "log", `${name}.log`), "--admin-socket", join(folder, "run", `${name}.asok`)];
  const child = daemon(folder, name, "radosgw", ["-n", "client.rgw", "--rgw-frontends", frontend, ...own], env);
  try {
    await answers(port, child);
  } catch (error) {
    await end(child);
    throw error;
  }
  return { child, port };
}

/** Runs one of Ceph's commands on the cluster. */
export async function command(folder: string, program: string, args: readonly string[]): Promise<string> {
  const conf = join(folder, "ceph.conf");
  const env = { ...process.env, CEPH_CONF: conf };
  return (await run(program, ["-c", conf, ...args], { timeout: COMMAND_MS_MAX, env })).stdout;
}

function daemon(folder: string, name: string, program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const log = openSync(join(folder, "log", `${name}.out`), "a");
  try {
    const own = [program, "-c", join(folder, "ceph.conf"), "-f", ...args];
    // The kernel ends it with this process, however that one ends.
    return spawn("setpriv", ["--pdeathsig", "KILL", ...own], {
      stdio: ["ignore", log, log],
      env: { ...process.env, ...env },
    });
  } finally {
    closeSync(log);
  }
}

function configuration(folder: string, fsid: string, mon_port: number): string {
  const gib = 1024 ** 3;
  return `[global]
fsid = ${fsid}
mon initial members = a
mon host = v2:127.0.0.1:${mon_port}
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind ipv6 = false
auth cluster required = none
auth service required = none
auth client required = none
ms mon client mode = crc
ms mon service mode = crc
ms mon cluster mode = crc
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon data avail crit = 1
mon data avail warn = 1
run dir = ${folder}/run
admin socket = ${folder}/run/$name.asok
log file = ${folder}/log/$name.log
log to stderr = false
mon data = ${folder}/mon
mgr data = ${folder}/mgr
osd data = ${folder}/osd
osd objectstore = memstore
memstore device bytes = ${8 * gib}
[client.rgw]
ms mon client mode = crc
rgw dns name = localhost
rgw enable lc threads = false
rgw enable usage log = false
rgw bucket quota ttl = 0
rgw gc obj min wait = 1
rgw gc processor period = 5
`;
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject).listen(0, "127.0.0.1", resolve);
      });
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

async function answers(port: number, child: ChildProcess): Promise<void> {
  const until = performance.now() + START_MS_MAX;
  for (;;) {
    try {
      await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(5000) });
      return;
    } catch (error) {
      if (performance.now() > until || child.exitCode !== null) throw error;
      await sleep(100);
    }
  }
}

/** Ends one of the cluster's processes. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL"); // everything is in memory and about to be removed
  await ended;
}

async function logs(folder: string): Promise<string> {
  const tails = await Promise.all(
    ["mon", "osd", "rgw"].map(async (name) => {
      const text = await readFile(join(folder, "log", `${name}.out`), "utf8").catch(() => "");
      return `${name}: ${text.trim().split("\n").slice(-3).join("\n")}`;
    }),
  );
  return tails.join("\n");
}
