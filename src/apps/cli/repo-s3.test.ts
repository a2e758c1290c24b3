import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { after } from "node:test";
import { systemRandom } from "../../base/index.ts";
import { ACCESS_KEY, SECRET_KEY } from "../../engine/store/testing/ceph/cluster.ts";
import { joinGateway } from "../../engine/store/testing/ceph/gateway.ts";
import { gatewayMissing } from "../../engine/store/testing/ceph/programs.ts";
import { cli } from "./testing.ts";

const skip = gatewayMissing() ?? false;
const dir = mkdtempSync(join(tmpdir(), "holdfast-cli-s3-"));
after(() => rmSync(dir, { recursive: true, force: true }));

test("a repository in a bucket: init, backup, list, check, restore", { skip, timeout: 200_000 }, async (t) => {
  const gateway = await joinGateway();
  t.after(() => gateway.leave());
  const bucket = await gateway.bucket();
  const repo = `s3://${bucket}/office/laptops`;
  const credentials = join(dir, "credentials");
  writeFileSync(credentials, `[default]\naws_access_key_id = ${ACCESS_KEY}\naws_secret_access_key = ${SECRET_KEY}\n`);
  const env = {
    BAAS_REPO_PASSWORD: "correct horse",
    TZ: "UTC",
    AWS_ENDPOINT_URL: gateway.endpoint,
    AWS_SHARED_CREDENTIALS_FILE: credentials,
  };
  const baas = async (...argv: string[]) => {
    const run = await cli(["repo", ...argv], { env, cwd: dir });
    assert.ok(!`${run.stdout}${run.stderr}`.includes(SECRET_KEY));
    return run;
  };
  const ok = async (...argv: string[]) => {
    const run = await baas(...argv);
    assert.equal(run.code, 0, run.stderr);
    return run.stdout;
  };
  const source = join(dir, "source");
  mkdirSync(join(source, "sub", "empty"), { recursive: true });
  for (let i = 0; i < 200; i++) writeFileSync(join(source, "sub", `f${i}`), `file ${i} `.repeat(i));
  writeFileSync(join(source, "big"), systemRandom.bytes(40 * 1024 * 1024)); // packs of more than one part
  symlinkSync("../big", join(source, "sub", "link"));

  const absent = await baas("list", "--repo", repo);
  assert.match(absent.stderr, /CLI_REPOSITORY_NOT_FOUND.*/);
  assert.match(absent.stderr, new RegExp(repo));
  assert.match(await ok("init", "--repo", repo), new RegExp(`made in ${repo}/`));
  assert.match((await baas("init", "--repo", repo)).stderr, /REPOSITORY_EXISTS/);
  await ok("backup", "--repo", repo, "source");
  writeFileSync(join(source, "sub", "f7"), "changed");
  await ok("backup", "--repo", repo, "source", "--endpoint", gateway.endpoint);
  const { items } = JSON.parse(await ok("list", "--repo", repo, "--json")) as { items: unknown[] };
  assert.equal(items.length, 2);
  await ok("check", "--repo", repo, "--read-data");
  await ok("restore", "--repo", repo, "latest", "--target", join(dir, "restored"));
  execFileSync("diff", ["-r", "--no-dereference", source, join(dir, "restored")]);

  const wrong = await cli(["repo", "list", "--repo", repo], {
    env: { ...env, AWS_PROFILE: "nobody" },
    cwd: dir,
  });
  assert.match(wrong.stderr, /STORE_BAD_CONFIG/);
  assert.match(wrong.stderr, /profile nobody/);
  const plain = await baas("list", "--repo", repo, "--endpoint", "http://s3.example.org");
  assert.match(plain.stderr, /without TLS/);
});
