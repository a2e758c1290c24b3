/**
 * Makes `fixtures/v1`: a repository of format version 1 and what is in it, told by the source itself.
 *
 *   node test/compat/make-fixture.ts fixtures/NAME
 *
 * A fixture that stands is never made again: it proves that what was written then is read now. A later format gets
 * a folder of its own.
 */
import fs from "node:fs";
import { dirname, join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { backUp, makeRepository, withRepository } from "./engine.ts";
import { addXattrs, describeSource, makeSource, XATTRS } from "./source.ts";

/** Of every fixture; nothing in them is secret. */
export const FIXTURE_PASSPHRASE = "correct horse – Pferd";
/** Roots are recorded as absolute paths: a place that is the same on every machine. */
const WORK = "/tmp/holdfast-fixture";

/** What `expected.json.gz` holds: for each backup, oldest first, its id and its entries. */
export type Expected = { backups: { backup_id: string; entries: ReturnType<typeof describeSource> }[] };

async function makeFixture(folder: string): Promise<void> {
  if (fs.existsSync(folder)) throw new Error(`${folder} exists; a fixture is never made again`);
  const [source, single, repo] = [join(WORK, "source"), join(WORK, "single"), join(WORK, "repository")];
  fs.mkdirSync(source, { recursive: true });
  try {
    makeSource(source);
    if (!addXattrs(source)) throw new Error(`the file system of ${WORK} has no extended attributes`);
    fs.writeFileSync(single, "a root that is a file");
    await makeRepository(repo, FIXTURE_PASSPHRASE);
    const expected: Expected = { backups: [] };
    const backup = () =>
      withRepository(repo, FIXTURE_PASSPHRASE, async (repository) => {
        const entries = describeSource(source, single);
        for (const entry of entries) if (entry.path.endsWith("/text")) entry.xattrs = XATTRS;
        const { backup_id } = await backUp(repository, [source, single], { workload: "fixture" });
        expected.backups.push({ backup_id, entries });
      });
    await backup();
    fs.appendFileSync(join(source, "shapes/text"), "one more line\n");
    fs.rmSync(join(source, "a"), { recursive: true });
    await backup();
    fs.mkdirSync(dirname(folder), { recursive: true });
    // What begins with a dot belongs to the store, not to the repository.
    const filter = (path: string) => path === repo || !path.slice(repo.length + 1).startsWith(".");
    fs.cpSync(repo, join(folder, "repository"), { recursive: true, filter });
    fs.writeFileSync(join(folder, "expected.json.gz"), gzipSync(JSON.stringify(expected), { level: 9 }));
  } finally {
    fs.rmSync(WORK, { recursive: true, force: true });
  }
}

if (import.meta.main) await makeFixture(resolve(import.meta.dirname, process.argv[2] ?? "fixtures/v1"));
