import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Contender, forget } from "./contenders.ts";
import * as data from "./data.ts";
import { type Measured, measure, median } from "./measure.ts";

/** A line of the table: what was done, by whom, how long. */
export interface Row {
  readonly work: string;
  readonly floor: string;
  readonly results: readonly { readonly name: string; readonly run: Measured; readonly stored_bytes?: number }[];
  /** What we are to reach: `≥ 3×` as fast as the better rival, or what is stored. */
  readonly bar: string;
}

export interface BenchOptions {
  readonly work: string;
  /** On tmpfs: an ext4 that just lost a large tree makes new files slowly for a while, whoever writes them. */
  readonly fast: string;
  readonly contenders: readonly Contender[];
  readonly rounds: number;
  /** Files of the row of small files. */
  readonly small_files: number;
  /** Size of the image and of what cannot be compressed. */
  readonly gib: number;
}

type Runs = Map<string, Measured[]>;

function add(runs: Runs, name: string, run: Measured): void {
  runs.set(name, [...(runs.get(name) ?? []), run]);
}

async function floor(label: string, script: string): Promise<string> {
  const { wall_s } = await measure(["bash", "-c", script]);
  return `${label} ${wall_s.toFixed(1)} s`;
}

const results = (runs: Runs, stored?: ReadonlyMap<string, number>): Row["results"] =>
  [...runs].map(([name, all]) => {
    const stored_bytes = stored?.get(name);
    return { name, run: median(all), ...(stored_bytes === undefined ? {} : { stored_bytes }) };
  });

/** First backup, unchanged backup, restore and check of one data set, the contenders in turn in each round. */
async function cycle(
  o: BenchOptions,
  label: string,
  path: string,
  bars: { first: number; unchanged?: number; restore?: number; check?: number },
  floors: { first: string; restore?: string; unchanged?: string },
): Promise<Row[]> {
  const [first, unchanged, restored, checked]: [Runs, Runs, Runs, Runs] = [new Map(), new Map(), new Map(), new Map()];
  const stored = new Map<string, number>();
  for (let round = 0; round < o.rounds; round++) {
    for (const contender of o.contenders) {
      const repo = join(o.work, `repo-${contender.name}`);
      forget(repo);
      await contender.init(repo);
      data.warm(path);
      add(first, contender.name, await contender.backup(repo, path));
      stored.set(contender.name, data.sizeOf(repo));
      process.stderr.write(
        `bench: ${label}, round ${round + 1}, ${contender.name}: first ${first.get(contender.name)?.at(-1)?.wall_s.toFixed(2)} s\n`,
      );
    }
    if (bars.unchanged !== undefined) {
      for (const contender of o.contenders) {
        data.warm(path);
        add(unchanged, contender.name, await contender.backup(join(o.work, `repo-${contender.name}`), path));
      }
    }
    if (bars.restore !== undefined) {
      for (const contender of o.contenders) {
        const target = join(o.fast, `restore-${contender.name}`);
        forget(target);
        mkdirSync(target);
        data.warm(join(o.work, `repo-${contender.name}`));
        add(restored, contender.name, await contender.restore(join(o.work, `repo-${contender.name}`), target, path));
        forget(target);
      }
    }
    if (bars.check !== undefined) {
      for (const contender of o.contenders) {
        data.warm(join(o.work, `repo-${contender.name}`));
        add(checked, contender.name, await contender.check(join(o.work, `repo-${contender.name}`)));
      }
    }
  }
  const read = bars.check === undefined ? "" : await readFloor(join(o.work, `repo-${o.contenders[0]?.name}`));
  for (const contender of o.contenders) forget(join(o.work, `repo-${contender.name}`));
  const times = (bar: number) => `≥ ${bar}×`;
  const rows: Row[] = [
    { work: `${label}, first backup`, floor: floors.first, results: results(first, stored), bar: times(bars.first) },
  ];
  if (bars.unchanged !== undefined)
    rows.push({
      work: `${label}, nothing changed`,
      floor: floors.unchanged ?? "",
      results: results(unchanged),
      bar: times(bars.unchanged),
    });
  if (bars.restore !== undefined)
    rows.push({
      work: `${label}, restore into tmpfs`,
      floor: floors.restore ?? "",
      results: results(restored),
      bar: times(bars.restore),
    });
  if (bars.check !== undefined)
    rows.push({
      work: `${label}, read back and verify all`,
      floor: read,
      results: results(checked),
      bar: times(bars.check),
    });
  return rows;
}

/** Reading and hashing what lies there once, with both cores: no check of every byte is quicker. */
const readFloor = (repo: string) =>
  floor("sha256sum", `find '${repo}' -type f -print0 | xargs -0 -n 8 -P 2 sha256sum > /dev/null`);

/** What the disk takes to make as many bytes durable. */
async function writeFloor(o: BenchOptions, path: string): Promise<string> {
  const copy = join(o.work, "floor");
  const text = await floor("cp and sync", `cp '${path}' '${copy}' && sync '${copy}'`);
  forget(copy);
  return text;
}

async function copyFloor(o: BenchOptions, path: string): Promise<string> {
  const target = join(o.fast, "floor");
  forget(target);
  const text = await floor("cp -a", `cp -a '${path}' '${target}'`);
  forget(target);
  return text;
}

const sealFloor = (path: string) =>
  floor(
    "tar, zstd -1 -T2, openssl",
    `tar -cf - '${path}' 2>/dev/null | zstd -1 -T2 -c | openssl enc -aes-256-ctr -pass pass:x -pbkdf2 > /dev/null 2>&1`,
  );

export async function treeRows(o: BenchOptions): Promise<Row[]> {
  const path = data.linuxTree(o.work);
  data.warm(path);
  const restore = await copyFloor(o, path);
  const unchanged = await floor("find -printf", `find '${path}' -printf '%s %T@ %C@ %i\\n' > /dev/null`);
  return cycle(
    o,
    "Linux 6.1 tree",
    path,
    { first: 3, unchanged: 4, restore: 2.5, check: 2 },
    { first: await sealFloor(path), restore, unchanged },
  );
}

export async function imageRows(o: BenchOptions): Promise<Row[]> {
  const path = data.image(o.work, o.gib);
  data.warm(path);
  const restore = await copyFloor(o, path);
  return cycle(
    o,
    `${o.gib} GiB ext4 image (${data.filledGib(path)} GiB in use)`,
    path,
    { first: 2.5, restore: 2.5, check: 2 },
    { first: await sealFloor(path), restore },
  );
}

export async function incompressibleRows(o: BenchOptions): Promise<Row[]> {
  const path = data.incompressible(o.work, o.gib);
  data.warm(path);
  const restore = await copyFloor(o, path);
  return cycle(
    o,
    `${o.gib} GiB incompressible`,
    path,
    { first: 2.5, restore: 2.5, check: 2 },
    { first: `${await sealFloor(path)}, ${await writeFloor(o, path)}`, restore },
  );
}

export async function smallFileRows(o: BenchOptions): Promise<Row[]> {
  const path = data.smallFiles(o.work, o.small_files);
  data.warm(path);
  const unchanged = await floor("find -printf", `find '${path}' -printf '%s %T@ %C@ %i\\n' > /dev/null`);
  return cycle(
    { ...o, rounds: 1 },
    `${o.small_files.toLocaleString("en-US")} small files`,
    path,
    { first: 3, unchanged: 3 },
    { first: await sealFloor(path), unchanged },
  );
}

/** Ten generations of an image, 1 % rewritten between each two: what counts is what they take together. */
export async function generationRows(o: BenchOptions): Promise<Row[]> {
  const image = join(o.work, "generations.img");
  execFileSync("cp", ["--sparse=always", data.image(o.work, o.gib), image]);
  data.warm(image);
  const seal = await sealFloor(image);
  const runs: Runs = new Map();
  const stored = new Map<string, number>();
  for (const contender of o.contenders) {
    forget(join(o.work, `repo-${contender.name}`));
    await contender.init(join(o.work, `repo-${contender.name}`));
  }
  for (let generation = 0; generation < 10; generation++) {
    if (generation > 0) data.rewriteSpots(image, generation);
    for (const contender of o.contenders) {
      const repo = join(o.work, `repo-${contender.name}`);
      data.warm(image);
      add(runs, contender.name, await contender.backup(repo, image));
      stored.set(contender.name, data.sizeOf(repo));
      process.stderr.write(
        `bench: generation ${generation + 1}, ${contender.name}: ${runs.get(contender.name)?.at(-1)?.wall_s.toFixed(2)} s\n`,
      );
    }
  }
  for (const contender of o.contenders) forget(join(o.work, `repo-${contender.name}`));
  forget(image);
  return [
    {
      work: "10 generations of the image, 1 % rewritten each (one backup)",
      floor: seal,
      results: results(runs, stored),
      bar: "stores ≤ 0 %",
    },
  ];
}
