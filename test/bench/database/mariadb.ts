/**
 * MariaDB: ours beside mariadb-dump and mariadb-backup, each piped through `zstd -1 | openssl`, on one server and one
 * data set of scale N (about 15 MB each), in turn. Dumps are loaded into servers with the same settings as ours.
 */
import { execFileSync } from "node:child_process";
import { createReadStream, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { newId } from "../../../src/base/index.ts";
import { runStreamBackup } from "../../../src/engine/backup/index.ts";
import {
  findMariaHost,
  loadBackup,
  MARIA_KIND,
  MariaInstance,
  mariaRoot,
  openMariaPhysical,
  openMariaSource,
} from "../../../src/engine/source/mariadb/index.ts";
import { BINLOG, TestServer } from "../../../src/engine/source/mariadb/testing/server.ts";
import { measure } from "../measure.ts";
import { clock, createAt, openAt, random, World } from "../../engine/world.ts";
import { HEAD, lineOf, mib, type Outcome, timed, type Work } from "./measured.ts";
import type { DatabaseBench } from "./postgresql.ts";

/** Rows of one unit of scale, 230 bytes or so each. */
const ROWS = 60_000;
const SEAL = "zstd -q -1 | openssl enc -aes-256-ctr -pbkdf2 -pass pass:correct-horse";
const opened = (path: string) =>
  `openssl enc -d -aes-256-ctr -pbkdf2 -pass pass:correct-horse -in ${path} | zstd -q -d`;

/** A shop: orders with an index beside their key, and three smaller tables. */
export async function fill(server: TestServer, scale: number): Promise<void> {
  const make = (name: string, all: number, index: string, rows = Math.round(all)) => [
    `CREATE TABLE ${name} (id INT PRIMARY KEY AUTO_INCREMENT, customer INT NOT NULL, email VARCHAR(80) NOT NULL,
      status ENUM('new','paid','sent','returned') NOT NULL, amount DECIMAL(10,2), placed DATETIME, note VARCHAR(255)${index})`,
    ...Array.from({ length: Math.ceil(rows / ROWS) }, (_, i) => {
      const [from, to] = [i * ROWS + 1, Math.min(rows, (i + 1) * ROWS)];
      return `INSERT INTO ${name} SELECT seq, FLOOR(RAND(seq) * 100000), CONCAT(SUBSTR(MD5(seq), 1, 12), '@example.net'),
        1 + seq % 4, RAND(seq) * 1000, '2026-01-01' + INTERVAL seq SECOND,
        CONCAT('order ', seq, ' of ', MD5(seq * 7), REPEAT(' delivered to the door', seq % 6)) FROM seq_${from}_to_${to}`;
    }),
  ];
  await server.sql("CREATE DATABASE bench", "USE bench", ...make("orders", scale * ROWS * 0.7, ", KEY (customer)"));
  for (const name of ["carts", "returns", "visits"])
    await server.sql("USE bench", ...make(name, scale * ROWS * 0.1, ""));
}

const backUp = (repo: string, server: TestServer) => async () => {
  await using opened = await openAt(repo);
  const root = mariaRoot("bench");
  return await runStreamBackup({
    repository: opened.repository,
    backup_id: newId("bkp", clock, random),
    labels: {},
    clock,
    threads: 2,
    kind: MARIA_KIND,
    root,
    open: () => openMariaSource({ target: server.target, root, clock, databases: [], connections: 4 }),
  });
};

const copyFiles = (repo: string, server: TestServer) => async () => {
  await using opened = await openAt(repo);
  const root = mariaRoot("bench");
  return await runStreamBackup({
    repository: opened.repository,
    backup_id: newId("bkp", clock, random),
    labels: {},
    clock,
    threads: 2,
    kind: MARIA_KIND,
    root,
    open: () => openMariaPhysical({ target: server.target, root, clock, host: {}, incremental: false }),
  });
};

const shell = (script: string) => measure(["bash", "-c", `set -eu -o pipefail; ${script}`]);

export async function benchMariadb({ scale, rounds, print }: DatabaseBench): Promise<void> {
  using world = await World.create();
  await using server = await TestServer.start([...BINLOG, "innodb-buffer-pool-size=256M"]);
  await fill(server, scale);
  const socket = server.target.host;
  const size = Number(
    (
      await server.sql(
        "SELECT SUM(data_length + index_length) AS n FROM information_schema.TABLES WHERE table_schema = 'bench'",
      )
    )[0]?.["n"],
  );
  const pid = (await server.instance.pid()) ?? 0;
  const servers = () => [pid];
  print(HEAD);
  const tell = (outcome: Outcome) => print(lineOf(outcome));

  const [ours, theirs]: [Work[], Work[]] = [[], []];
  const dump = world.path("dump");
  let [repo, stored, backup_id, theirs_to] = ["", 0, "", ""];
  for (let round = 0; round < rounds; round++) {
    if (repo !== "") rmSync(repo, { recursive: true, force: true });
    repo = world.path("full");
    await createAt(repo);
    const done = await timed(backUp(repo, server), servers);
    ours.push(done);
    ({
      backup_id,
      stats: { stored_bytes: stored },
    } = done.value);
    const what = `--no-defaults -S ${socket} -u root --single-transaction --master-data=2 --routines --triggers --events --databases bench`;
    theirs.push(await timed(() => shell(`mariadb-dump ${what} | ${SEAL} > ${dump}`), servers));
  }
  tell({
    work: `full, agentless, beside mariadb-dump, ${mib(size)}`,
    bar: "≥ 1.5×",
    ours,
    theirs,
    stored: { ours: stored, theirs: statSync(dump).size },
  });

  const [copied, their_copied]: [Work[], Work[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    const copy = world.path("copied");
    await createAt(copy);
    const done = await timed(copyFiles(copy, server), servers);
    copied.push(done);
    stored = done.value.stats.stored_bytes;
    const what = `--no-defaults --backup --stream=mbstream --socket=${socket} --user=root --datadir=${server.instance.data}`;
    theirs_to = world.path("stream");
    their_copied.push(await timed(() => shell(`mariadb-backup ${what} 2>/dev/null | ${SEAL} > ${theirs_to}`), servers));
    rmSync(copy, { recursive: true, force: true });
  }
  tell({
    work: "full, physical mode, beside mariadb-backup",
    bar: "≥ 1.2×",
    ours: copied,
    theirs: their_copied,
    stored: { ours: stored, theirs: statSync(theirs_to).size },
  });

  const [loaded, their_loaded]: [Work[], Work[]] = [[], []];
  const host = await findMariaHost();
  const fresh = async (): Promise<MariaInstance> => {
    const instance = new MariaInstance(join(world.path("instance"), "server"), host, clock);
    execFileSync("chmod", ["711", world.folder]);
    await instance.make();
    await instance.start("loading");
    return instance;
  };
  const end = async (instance: MariaInstance) => {
    await instance.stop();
    rmSync(instance.folder, { recursive: true, force: true });
  };
  for (let round = 0; round < rounds; round++) {
    const mine = await fresh();
    const my_pid = (await mine.pid()) ?? 0;
    const folder = world.path("laid");
    loaded.push(
      await timed(
        async () => {
          await world.restore(backup_id, { to: folder, repo });
          await loadBackup({
            files: { read: (path) => createReadStream(join(folder, path), { highWaterMark: 1 << 20 }) },
            target: mine.target,
            only: [],
            replace: false,
            accounts: false,
            connections: 4,
            signal: new AbortController().signal,
            onProgress: () => undefined,
          });
        },
        () => [my_pid],
      ),
    );
    rmSync(folder, { recursive: true, force: true });
    await end(mine);
    const other = await fresh();
    const its_pid = (await other.pid()) ?? 0;
    const load = `${opened(dump)} | mariadb --no-defaults -S ${other.socket} -u root`;
    their_loaded.push(
      await timed(
        () => shell(load),
        () => [its_pid],
      ),
    );
    await end(other);
  }
  tell({ work: "restore of that", bar: "≥ 2×", ours: loaded, theirs: their_loaded });
  rmSync(dump, { force: true });
}
