/** An installation with two backups and their copies, whose stored objects are damaged and put back. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { systemRandom as random } from "../../src/base/index.ts";
import { type Answer, type Finding, HOME, Installation, PEER } from "./installation.ts";

export class Damaged extends Installation {
  readonly source = this.path("source");
  #restores = 0;
  first = "";
  second = "";
  /** Packs of the first backup, in both regions under the same keys. */
  first_packs: readonly string[] = [];

  /** Two backups of one tree, the second after a change to one file, and their copies. */
  async setUp(): Promise<void> {
    mkdirSync(join(this.source, "folder"), { recursive: true });
    for (let i = 0; i < 12; i++) writeFileSync(join(this.source, "folder", `file-${i}`), random.bytes(500_000));
    writeFileSync(join(this.source, "small"), "a few words\n");
    await this.start();
    const yaml = `name: two\nschedule: { cron: "0 23 28 12 * UTC" }\nretention: { daily: 3 }\ncopy: { cross_region: ${PEER} }\n`;
    writeFileSync(this.path("policy.yaml"), yaml);
    await this.ok("policy", "create", "-f", this.path("policy.yaml"));
    const tag = "backup-policy=two";
    await this.ok("workload", "add", "web-1", "--project", "default", "--path", this.source, "--tag", tag);
    this.first = (await this.ok("backup", "run", "--workload", "web-1")).id;
    await this.settled();
    this.first_packs = this.objects(HOME, "packs");
    writeFileSync(join(this.source, "small"), "other words\n");
    this.second = (await this.ok("backup", "run", "--workload", "web-1")).id;
    await this.settled();
    assert.deepEqual(this.objects(PEER, "packs"), this.objects(HOME, "packs"));
  }

  /** Runs `work` while the object is changed, and puts back what was there. */
  async whileDamaged(region: string, key: string, change: (path: string) => void, work: () => Promise<void>) {
    const path = join(this.repository(region), key);
    const kept = readFileSync(path);
    renameSync(path, `${this.path("kept")}`);
    writeFileSync(path, kept, { mode: 0o600 });
    change(path);
    try {
      await work();
    } finally {
      rmSync(path, { force: true });
      renameSync(this.path("kept"), path);
    }
  }

  /** The verdict of `baas verify`, which must not be valid, and what it says of the object. */
  async foundIn(region: string, backup_id: string, key: string, where: string): Promise<Finding> {
    const { code, json, text } = await this.baas("verify", "--backup-id", backup_id, "--region", region);
    assert.equal(code, 1, `${where}: ${text}`);
    assert.ok(["PARTIAL", "INVALID"].includes(json.verdict), `${where}: ${json.verdict}`);
    const finding = json.findings.find((each) => each.object === key);
    assert.ok(finding !== undefined, `${where}: not named in ${JSON.stringify(json.findings)}`);
    assert.ok(finding.message !== "" && finding.code !== "INTERNAL", `${where}: ${finding.code} ${finding.message}`);
    return finding;
  }

  async valid(region: string, backup_id: string): Promise<void> {
    const found = await this.ok("verify", "--backup-id", backup_id, "--region", region);
    assert.equal(found.verdict, "VALID");
  }

  async restore(
    region: string | undefined,
    backup_id: string,
    ...more: string[]
  ): Promise<Answer & { target: string }> {
    const target = this.path(`restored-${++this.#restores}`);
    const from = region === undefined ? [] : ["--from-region", region];
    const answer = await this.baas("restore", "--backup-id", backup_id, "--target", target, ...from, ...more);
    return { ...answer, target };
  }

  /** Names below the source whose restored file is missing or not the same. */
  lost(target: string): string[] {
    const names = ["small", ...Array.from({ length: 12 }, (_, i) => `folder/file-${i}`)];
    return names.filter((name) => {
      const path = join(target, name);
      return !existsSync(path) || !readFileSync(path).equals(readFileSync(join(this.source, name)));
    });
  }

  /** The backup that needs this object, when one alone is asked. */
  owner(key: string): string {
    if (key.startsWith("manifests/")) return key.slice("manifests/".length);
    return this.first_packs.includes(key) ? this.first : this.second;
  }
}

/** Changes one bit of one byte. */
export function flip(position: number) {
  return (path: string): void => {
    const bytes = readFileSync(path);
    bytes[position] = (bytes[position] ?? 0) ^ 0x01;
    writeFileSync(path, bytes);
  };
}
