/**
 * Everything a host backs up, into a bucket of a real gateway: packs go past the server, within the owner's bandwidth;
 * certificates are renewed at half their time; a host that falls silent is an alert.
 */
import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { dirname, join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { cli } from "../../src/apps/cli/testing.ts";
import { systemClock, systemRandom as random } from "../../src/base/index.ts";
import { findMariaHost, MariaConnection, MariaInstance } from "../../src/engine/source/mariadb/index.ts";
import { needsMaria, TestServer } from "../../src/engine/source/mariadb/testing/server.ts";
import { findHost, stopServer } from "../../src/engine/source/postgresql/index.ts";
import { Cluster, needsPostgres } from "../../src/engine/source/postgresql/testing/cluster.ts";
import { CREDENTIALS_NAME, joinGateway } from "../../src/engine/store/testing/ceph/gateway.ts";
import { faketimeLibrary, gatewayMissing } from "../../src/engine/store/testing/ceph/programs.ts";
import { assertSameTree, Installation } from "../e2e/installation.ts";

const BAAS = fileURLToPath(new URL("../../src/apps/cli/main.ts", import.meta.url));
const MIB = 1024 * 1024;
const DAY_S = 86_400;
/** What goes through the server of a backup of this size: its index, its manifest, and what is said about it. */
const THROUGH_SERVER_MAX = 2 * MIB;
const SOURCE_BYTES = 24 * MIB;
const TAG = ["--tag", "backup-policy=standard-daily"];

test("hosts: each kind of source, straight into a bucket, and what its owner and its server hold it to", {
  skip: gatewayMissing() || needsPostgres || needsMaria,
  timeout: 600_000,
}, async (t) => {
  const gateway = await joinGateway();
  t.after(() => gateway.leave());
  const it = new Installation(t, "hosts");
  const [dir, config, source] = [it.path("agent"), it.path("agent-config"), it.path("host")];
  for (const each of [config, source, join(config, "commands.d")]) mkdirSync(each);
  const listening = { BAAS_AGENTS_PORT: "0", BAAS_AGENTS_HOST: "127.0.0.1" };
  await it.start(listening);
  const place = ["--url", `s3://${await gateway.bucket()}/holdfast`, "--endpoint", gateway.endpoint];
  await it.ok("region", "add", "cloud-1", "--country", "BD", ...place, "--credentials", `env:${CREDENTIALS_NAME}`);

  const server = (JSON.parse(it.output) as { agents_url: string }).agents_url;
  const line = await meteredLine(Number(new URL(server).port));
  t.after(() => line.close());
  const token = async (...more: string[]) =>
    ((await it.ok("agent", "token", "create", "web-1", ...more)) as unknown as { token: string }).token;
  const secret = await token("--region", "cloud-1", "--silence", "1");
  const enrolled = await cli(["agent", "enroll", "--server", line.url, "--token", secret, "--dir", dir]);
  assert.equal(enrolled.code, 0, enrolled.stderr);
  let agent = startAgent(t, dir, config);
  const stop = async () => {
    agent.kill("SIGTERM");
    await once(agent, "exit");
  };
  const add = (name: string, ...what: string[]) =>
    it.ok("workload", "add", name, "--project", "web-1", "--agent", "web-1", ...what, ...TAG);
  const backUp = async (name: string) => (await it.ok("backup", "run", "--workload", name)).id;
  const restoreTo = (id: string, name: string) =>
    it.ok("restore", "--backup-id", id, "--agent", "web-1", "--target", it.path(name));

  await t.test("files: packs go past the server", async () => {
    writeFileSync(join(source, "incompressible"), random.bytes(SOURCE_BYTES));
    await add("site", "--path", source);
    line.reset();
    const id = await backUp("site");
    t.diagnostic(`${line.up()} bytes through the server for a backup of ${SOURCE_BYTES}`);
    assert.ok(line.up() < THROUGH_SERVER_MAX, `${line.up()} bytes went through the server`);
    await restoreTo(id, "site");
    assertSameTree(source, it.path("site"));
    assert.equal((await it.ok("verify", id)).verdict, "VALID");
  });

  await t.test("a command's output is one file, and no backup when it fails", async () => {
    const command = join(config, "commands.d", "dump");
    writeFileSync(command, "#!/bin/sh\nseq 1 700000\n");
    chmodSync(command, 0o755);
    await add("dump", "--command", "dump");
    const id = await backUp("dump");
    await restoreTo(id, "dumped");
    const restored = execFileSync("find", [it.path("dumped"), "-type", "f"], { encoding: "utf8" }).trim();
    const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
    assert.equal(sha256(readFileSync(restored)), sha256(execFileSync("seq", ["1", "700000"], { maxBuffer: 16 * MIB })));
    writeFileSync(command, "#!/bin/sh\nseq 1 700000\nexit 3\n");
    const failed = await it.baas("backup", "run", "--workload", "dump");
    assert.notEqual(failed.code, 0);
    assert.equal((await it.backups()).filter(({ workload_name }) => workload_name === "dump").length, 1);
  });

  await t.test("a volume", async () => {
    const [image, tree] = [it.path("disk.img"), it.path("host")];
    execFileSync("truncate", ["-s", "96M", image]);
    execFileSync("/sbin/mke2fs", ["-q", "-F", "-t", "ext4", "-d", tree, image]);
    await add("disk", "--volume", image);
    const made = await it.baas("backup", "run", "--workload", "disk");
    assert.equal(made.code, 3, `made, with the warning that nothing held the disk still: ${made.text}`);
    await restoreTo(made.json.id, "disk");
    const restored = execFileSync("find", [it.path("disk"), "-type", "f"], { encoding: "utf8" }).trim();
    execFileSync("cmp", [image, restored]);
    execFileSync("/sbin/e2fsck", ["-fn", restored], { stdio: "ignore" });
  });

  await t.test("PostgreSQL and MariaDB of the host", async () => {
    await using cluster = await Cluster.start();
    await using maria = await TestServer.start();
    await cluster.sql("CREATE TABLE orders (id int PRIMARY KEY)");
    await cluster.sql("INSERT INTO orders SELECT generate_series(1, 1000)");
    await maria.sql("CREATE DATABASE shop", "CREATE TABLE shop.orders (id INT PRIMARY KEY)");
    await maria.sql("USE shop", "INSERT INTO shop.orders SELECT seq FROM seq_1_to_1000");
    const pg = { kind: "postgresql", host: cluster.folder, user: "postgres" };
    const my = { kind: "mariadb", host: maria.instance.socket, user: "root" };
    await add("orders", "--source", JSON.stringify(pg));
    await add("shop", "--source", JSON.stringify(my));
    const host = await findHost(15);
    for (const name of ["orders", "shop"]) {
      const id = await backUp(name);
      assert.equal((await it.ok("verify", id)).verdict, "VALID");
      const anew = ["restore", "--backup-id", id, "--new-name", `${name}-2`];
      const refused = await it.baas(...anew);
      assert.equal(refused.json.code, "RESTORE_PROJECT_OF_AGENT", "known before anything is restored");
      const restored = await it.ok(...anew, "--target-project", "default");
      const told = JSON.stringify(restored);
      assert.match(told, /"outcome":"passed"/);
      assert.doesNotMatch(told, /"outcome":"failed"/);
      const { items } = (await it.ok("workload", "list", "--project", "default")) as unknown as { items: Listed[] };
      const at = items.find((each) => each.name === `${name}-2`)?.source.host ?? "";
      if (name === "orders") {
        const rows = await Cluster.at(at).sql("SELECT count(*) AS n, sum(id) AS s FROM orders");
        assert.deepEqual([Number(rows[0]?.["n"]), Number(rows[0]?.["s"])], [1000, 500500]);
        await stopServer(host, at);
      } else {
        const instance = new MariaInstance(dirname(at), await findMariaHost(), systemClock);
        const connection = await MariaConnection.open({ host: at, port: 3306, user: "root", tls: { mode: "disable" } });
        const [row] = await connection.query("SELECT COUNT(*) AS n, SUM(id) AS s FROM shop.orders");
        connection.close();
        assert.deepEqual([Number(row?.["n"]), Number(row?.["s"])], [1000, 500500]);
        await instance.stop();
      }
    }
  });

  await t.test("no more than the owner's bandwidth", async () => {
    await stop();
    const rate = 4;
    const window = `{from: "00:00", to: "23:59", mib_per_second: ${rate}}`;
    writeFileSync(join(config, "agent.yaml"), `threads: 1\ntasks: 1\nbandwidth: [${window}]\n`);
    agent = startAgent(t, dir, config);
    writeFileSync(join(source, "incompressible"), random.bytes(SOURCE_BYTES));
    const from_ms = performance.now();
    await backUp("site");
    const seconds = (performance.now() - from_ms) / 1000;
    // One second's worth may pass at once, at each of its stores.
    const least = SOURCE_BYTES / (rate * MIB) - 2;
    assert.ok(seconds >= least, `${SOURCE_BYTES} bytes took ${seconds} s at ${rate} MiB/s`);
    rmSync(join(config, "agent.yaml"));
  });

  await t.test("everything through the server, when its administrator says so", async () => {
    await it.stop();
    await it.start({ ...listening, BAAS_AGENTS_UPLOADS: "gateway" });
    line.turnTo(Number(new URL((JSON.parse(it.output) as { agents_url: string }).agents_url).port));
    await stop();
    agent = startAgent(t, dir, config);
    writeFileSync(join(source, "incompressible"), random.bytes(SOURCE_BYTES));
    line.reset();
    await backUp("site");
    assert.ok(line.up() >= SOURCE_BYTES, `${line.up()} bytes went through the server`);
  });

  const library = faketimeLibrary();
  await t.test("its certificate is renewed at half its time", { skip: library === undefined }, async () => {
    const certificate = () => new X509Certificate(readFileSync(join(dir, "agent.crt")));
    const before = certificate();
    await stop();
    // To the agent alone, sixteen of thirty days are over; to the server, the old one is good for a day yet.
    const moved = { LD_PRELOAD: library ?? "", FAKETIME: `+${16 * DAY_S}s`, FAKETIME_DONT_FAKE_MONOTONIC: "1" };
    agent = startAgent(t, dir, config, moved);
    await it.until("the certificate is a new one", async () => certificate().serialNumber !== before.serialNumber);
    assert.ok(certificate().publicKey.equals(before.publicKey), "for the same key");
    await stop();
    agent = startAgent(t, dir, config);
    await backUp("site");
  });

  await t.test("silent for longer than was set, it is an alert with the reason of the seeds", async () => {
    await stop();
    let alerts: { readonly id: string; readonly rule: string }[] = [];
    const silent = () => alerts.find(({ rule }) => rule === "agent_silent");
    await it.until(
      "the alert",
      async () => {
        alerts = (await it.ok("alert", "list")).items as unknown as typeof alerts;
        return silent() !== undefined;
      },
      () => JSON.stringify(alerts),
    );
    const shown = JSON.stringify(await it.ok("alert", "show", silent()?.id ?? ""));
    assert.match(shown, /web-1/);
    assert.match(shown, /SourceUnreachable/);
    const [listed] = (await it.ok("agent", "list")).items as unknown as { health: string }[];
    assert.equal(listed?.health, "silent");
  });
  await it.stop();
});

interface Listed {
  readonly name: string;
  readonly source: { readonly host: string };
}

/** A line to the server on which what hosts send is counted. */
async function meteredLine(port: number) {
  let to = port;
  let sent = 0;
  const sockets = new Set<Socket>();
  const listener = createServer((client) => {
    const upstream = connect(to, "127.0.0.1");
    client.on("data", (bytes: Buffer) => (sent += bytes.length));
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.once("error", () => other.destroy());
      socket.once("close", () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  return {
    url: `https://127.0.0.1:${(listener.address() as { port: number }).port}`,
    up: () => sent,
    reset: () => (sent = 0),
    turnTo: (other: number) => (to = other),
    close() {
      listener.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function startAgent(
  t: { after(work: () => void): void },
  dir: string,
  config_dir: string,
  env: Readonly<Record<string, string>> = {},
): ChildProcess {
  const child = spawn(process.execPath, [BAAS, "agent", "run", "--dir", dir], {
    env: { ...process.env, BAAS_AGENT_CONFIG: config_dir, ...env },
    stdio: ["ignore", "ignore", "inherit"],
  });
  t.after(() => void child.kill("SIGKILL"));
  return child;
}
