/** Faults that only a drill finds, planted for real: a certificate that has run out, an extension that is gone. */
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Cluster } from "../../src/engine/source/postgresql/testing/cluster.ts";

/** Lays a certificate into the folder whose time is over. */
export function layExpiredCertificate(dir: string): void {
  const work = join(dir, "..", "authority");
  mkdirSync(work);
  const config = `[ca]\ndefault_ca = d\n[d]\nnew_certs_dir = .\ndatabase = index.txt\nserial = serial\ndefault_md = sha256\npolicy = p\n[p]\ncommonName = supplied\n`;
  writeFileSync(join(work, "ca.conf"), config);
  writeFileSync(join(work, "index.txt"), "");
  writeFileSync(join(work, "serial"), "01\n");
  const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: work, stdio: "ignore" });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "key.pem"];
  openssl("req", "-new", ...key, "-subj", "/CN=mail.example.net", "-out", "request.pem");
  const dates = ["-startdate", "20200101000000Z", "-enddate", "20210101000000Z"];
  const self = ["-batch", "-selfsign", "-keyfile", "key.pem", "-config", "ca.conf", "-notext", ...dates];
  openssl("ca", ...self, "-in", "request.pem", "-out", join(dir, "mail.crt"));
  rmSync(work, { recursive: true });
}

/** A cluster whose database needs an extension that this host has, until `lose` takes it away. */
export async function clusterWithExtension() {
  const cluster = await Cluster.start(["autovacuum = off"]);
  const name = `holdfast_planted_${process.pid}`;
  const base = join("/usr/share/postgresql/15/extension", name);
  writeFileSync(`${base}.control`, "default_version = '1.0'\nrelocatable = true\n");
  writeFileSync(`${base}--1.0.sql`, `CREATE FUNCTION ${name}() RETURNS int LANGUAGE sql AS 'SELECT 42';\n`);
  const lose = () => [".control", "--1.0.sql"].forEach((end) => rmSync(base + end, { force: true }));
  await cluster.sql(`CREATE EXTENSION ${name}`);
  return { cluster, lose };
}
